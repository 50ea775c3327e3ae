# SPDX-License-Identifier: GPL-3.0-or-later
"""A bone's own way to write its rotation (quaternion, six Euler orders, axis and angle) from and to quaternions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

import numpy as np
from mathutils import Euler, Quaternion

from ...motion import euler

EulerOrder = Literal["XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX"]
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


@dataclass(frozen=True)
class WrittenRotations:
    """Where a rotation is given in a bone's own mode.

    rows: int (P,), ascending. values: float (P, 3 or 4). exact: bool (P,), those that may only differ by full turns; of
    the others the first is met as it is written, the rest too, but for full turns or where the same rotation written
    otherwise lies nearer.
    """

    rows: np.ndarray
    values: np.ndarray
    exact: np.ndarray

    @classmethod
    def none(cls) -> WrittenRotations:
        """Given nowhere."""
        return cls(np.empty(0, int), np.empty((0, 3)), np.empty(0, bool))


def from_quaternions(quaternions: np.ndarray, mode: str, written: WrittenRotations | None = None) -> np.ndarray:
    """Rotations in a bone's own mode, without jumps from one to the next.

    Args:
        quaternions: (T, 4) unit, wxyz.
        mode: "QUATERNION", "AXIS_ANGLE" or an order of Euler angles, as bones have it.
        written: which of them are given in that mode.

    Returns:
        float32 (T, 3 or 4).
    """
    if mode == "QUATERNION":
        return np.asarray(quaternions, np.float32)
    written = WrittenRotations.none() if written is None else written
    if mode == "AXIS_ANGLE":
        native = _axis_angles(quaternions)
        flips = len(written.rows) and native[written.rows[0], 1:] @ written.values[0, 1:] < 0
        return -native if flips else native
    return _angles(np.asarray(quaternions, np.float64), mode, written)


def _angles(quaternions: np.ndarray, order: str, written: WrittenRotations) -> np.ndarray:
    """Euler angles float32 (T, 3): forward from the first given row, from each to the next, and backward from the
    first."""
    result = np.empty((len(quaternions), 3), np.float32)
    given = np.asarray(written.values, np.float64)
    rows = [int(row) for row in written.rows]
    start = rows[0] if rows else 0
    before = given[0] if rows else np.zeros(3)
    result[:start] = euler.from_quaternions(quaternions[:start][::-1], order, before)[::-1]
    for number, (first, last) in enumerate(zip(rows or [0], [*rows[1:], len(quaternions)])):
        angles = euler.from_quaternions(quaternions[first:last], order, before)
        if rows:
            turned = given[number] + 2.0 * np.pi * np.round((before - given[number]) / (2.0 * np.pi))
            detour = np.abs(angles[0] - before).max() + _DETOUR_RAD
            if written.exact[number] or np.abs(turned - before).max() <= detour:
                angles = euler.from_quaternions(quaternions[first:last], order, turned)
                angles[0] = turned
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


def completed(
    written: np.ndarray, keyed: np.ndarray, generated: np.ndarray, mode: str, goes_on: np.ndarray | None = None
) -> np.ndarray:
    """Prompts of which only some components are keyed, with the others from the generated rotation, in the bone's own
    mode.

    A rotation can be written in two ways: a prompt gets the one that is nearer to what is keyed, and one that goes on
    from that before it the one that is nearer to its other components, so that nothing flips while an axis is held.

    Args:
        written: (P, C).
        keyed: bool (P, C).
        generated: quaternions wxyz (P, 4).
        mode: as `from_quaternions` has it.
        goes_on: bool (P,), whether a prompt follows the one before it without a gap; None: none does.

    Returns:
        float64 (P, C); what is keyed stays exact.
    """
    result = np.array(written, np.float64)
    for row in np.flatnonzero(~keyed.all(1)):
        mine = keyed[row]
        follows = goes_on is not None and bool(goes_on[row])
        near, counts = (result[row - 1], ~mine) if follows else (written[row], mine)
        if mode not in {"QUATERNION", "AXIS_ANGLE"}:
            result[row, ~mine] = _nearest_angles(generated[row], mode, near, counts)[~mine]
        elif mode == "QUATERNION":
            other = generated[row] * (-1.0 if (generated[row] * near)[counts].sum() < 0 else 1.0)
            # what the free components may have of a unit quaternion
            left = max(1.0 - np.square(written[row, mine]).sum(), 0.0)
            result[row, ~mine] = other[~mine] * np.sqrt(left / max(np.square(other[~mine]).sum(), 1e-12))
        else:
            native = _axis_angles(generated[row : row + 1])[0]
            flips = follows and native[1:] @ near[1:] < 0
            result[row, ~mine] = (-native if flips else native)[~mine]
    return result


def _nearest_angles(quaternion: np.ndarray, order: str, written: np.ndarray, mine: np.ndarray) -> np.ndarray:
    """Of the two ways to write a rotation in Euler angles (3,) the one that is nearer to what is written in `mine`,
    bool (3,)."""
    euler_order = cast(EulerOrder, order)
    compatible = Euler(np.where(mine, written, 0.0).tolist(), euler_order)
    one = np.array(Quaternion(quaternion.tolist()).to_euler(euler_order, compatible))
    middle = "XYZ".index(order[1])
    other = one + np.pi
    other[middle] = np.pi - one[middle]
    other = (other + np.pi) % (2.0 * np.pi) - np.pi
    apart = [np.abs((angles - written + np.pi) % (2.0 * np.pi) - np.pi)[mine].max() for angles in (one, other)]
    return one if apart[0] <= apart[1] + 1e-4 else other
