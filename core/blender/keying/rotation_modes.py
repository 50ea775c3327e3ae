# SPDX-License-Identifier: GPL-3.0-or-later
"""A bone's own way to write its rotation (quaternion, six Euler orders, axis and angle) from and to quaternions."""

from __future__ import annotations

import numpy as np
from mathutils import Euler, Quaternion

from ...motion import euler

_DETOUR_RAD = 0.3  # Euler angles of a prompt are taken as they are written unless others lie nearer by more than this


def to_quaternions(values: np.ndarray, mode: str) -> np.ndarray:
    """Rotations in a bone's own mode (P, 3 or 4) as quaternions wxyz float64 (P, 4)."""
    values = np.asarray(values, np.float64)
    if mode == "QUATERNION":
        length = np.linalg.norm(values, axis=1, keepdims=True)
        return np.where(length > 1e-9, values / np.maximum(length, 1e-9), [1.0, 0.0, 0.0, 0.0])
    if mode == "AXIS_ANGLE":
        axis = values[:, 1:] / np.maximum(np.linalg.norm(values[:, 1:], axis=1, keepdims=True), 1e-12)
        half = 0.5 * values[:, :1]
        return np.concatenate([np.cos(half), np.sin(half) * axis], 1) if len(values) else np.empty((0, 4))
    return euler.to_quaternions(values, mode)


def from_quaternions(
    quaternions: np.ndarray,
    mode: str,
    rows: np.ndarray | None = None,
    written: np.ndarray | None = None,
    exact: np.ndarray | None = None,
) -> np.ndarray:
    """Quaternions wxyz (T, 4) in a bone's own mode: float32 (T, 3 or 4), without jumps from one to the next.

    rows (P,), written (P, 3 or 4): where the rotation is given in that mode. The first is met as it is written; others too,
    but for full turns or where the same rotation written otherwise lies nearer. exact: bool (P,), those that may only differ by
    full turns.
    """
    if mode == "QUATERNION":
        return np.asarray(quaternions, np.float32)
    if mode == "AXIS_ANGLE":
        native = _axis_angles(quaternions)
        if rows is not None and len(rows) and native[rows[0], 1:] @ written[0, 1:] < 0:
            native = -native
        return native
    if rows is None:
        return _angles(np.asarray(quaternions, np.float64), mode, np.empty(0, int), np.empty((0, 3)), np.empty(0, bool))
    return _angles(
        np.asarray(quaternions, np.float64),
        mode,
        np.asarray(rows, int),
        np.asarray(written, np.float64),
        np.zeros(len(rows), bool) if exact is None else exact,
    )


def _angles(
    quaternions: np.ndarray, order: str, rows: np.ndarray, written: np.ndarray, exact: np.ndarray
) -> np.ndarray:
    """Euler angles float32 (T, 3): forward from the first given row, from each to the next, and backward from the first."""
    result = np.empty((len(quaternions), 3), np.float32)
    start = int(rows[0]) if len(rows) else 0
    before = written[0] if len(rows) else np.zeros(3)
    result[:start] = euler.from_quaternions(quaternions[:start][::-1], order, before)[::-1]
    ends = [*(int(row) for row in rows[1:]), len(quaternions)]
    for number, (first, last) in enumerate(zip([start, *ends[:-1]], ends)):
        angles = euler.from_quaternions(quaternions[first:last], order, before)
        if number < len(rows):
            given = written[number] + 2.0 * np.pi * np.round((before - written[number]) / (2.0 * np.pi))
            if exact[number] or np.abs(given - before).max() <= np.abs(angles[0] - before).max() + _DETOUR_RAD:
                angles = euler.from_quaternions(quaternions[first:last], order, given)
                angles[0] = given
        result[first:last] = angles
        before = angles[-1] if len(angles) else before
    return result


def _axis_angles(quaternions: np.ndarray) -> np.ndarray:
    vector = quaternions[:, 1:]
    length = np.linalg.norm(vector, axis=1)
    angle = 2.0 * np.arctan2(length, quaternions[:, 0])
    axis = np.where(length[:, None] > 1e-7, vector / np.maximum(length, 1e-7)[:, None], [0.0, 1.0, 0.0])
    flips = np.concatenate([[1.0], np.cumprod(np.where((axis[1:] * axis[:-1]).sum(1) < 0, -1.0, 1.0))])
    return np.concatenate([(angle * flips)[:, None], axis * flips[:, None]], 1).astype(np.float32)


def completed(written: np.ndarray, keyed: np.ndarray, generated: np.ndarray, mode: str) -> np.ndarray:
    """Prompts of which only some components are keyed, with the others from the generated rotation, in the bone's own mode.

    written (P, C), keyed bool (P, C), generated: quaternions wxyz (P, 4). Returns float64 (P, C); what is keyed stays exact.
    """
    result = np.array(written, np.float64)
    for row in np.flatnonzero(~keyed.all(1)):
        mine = keyed[row]
        if mode not in {"QUATERNION", "AXIS_ANGLE"}:
            result[row, ~mine] = _nearest_angles(generated[row], mode, written[row], mine)[~mine]
        elif mode == "QUATERNION":
            other = generated[row] * (-1.0 if (generated[row] * written[row])[mine].sum() < 0 else 1.0)
            left = max(
                1.0 - np.square(written[row, mine]).sum(), 0.0
            )  # what the free components may have of a unit quaternion
            result[row, ~mine] = other[~mine] * np.sqrt(left / max(np.square(other[~mine]).sum(), 1e-12))
        else:
            result[row, ~mine] = _axis_angles(generated[row : row + 1])[0, ~mine]
    return result


def _nearest_angles(quaternion: np.ndarray, order: str, written: np.ndarray, mine: np.ndarray) -> np.ndarray:
    """Of the two ways to write a rotation in Euler angles (3,) the one that is nearer to what is written in `mine`, bool (3,)."""
    one = np.array(Quaternion(quaternion).to_euler(order, Euler(np.where(mine, written, 0.0), order)))
    middle = "XYZ".index(order[1])
    other = one + np.pi
    other[middle] = np.pi - one[middle]
    other = (other + np.pi) % (2.0 * np.pi) - np.pi
    apart = [np.abs((angles - written + np.pi) % (2.0 * np.pi) - np.pi)[mine].max() for angles in (one, other)]
    return one if apart[0] <= apart[1] + 1e-4 else other
