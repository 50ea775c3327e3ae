# SPDX-License-Identifier: GPL-3.0-or-later
"""Euler angles of any of the six orders, over whole curves at once, and rotations of which some axes are locked.

An order names the axes in the way in which they are applied, as Blender and BVH do: "XYZ" turns about X first. Angles
are in radians and always stand in the order x, y, z.
"""

from __future__ import annotations

import numpy as np

from .rotations import inverse, multiply

ORDERS = ("XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX")
_GIMBAL = 1e-4  # cosine of the middle angle below which the outer two are one
_ROUNDS = 8  # of the search with one locked axis; each closes most of what is left


def _axes(order: str) -> tuple[int, int, int, float]:
    """The axes in order of application, and +1 or -1 for the order's handedness."""
    first, middle, last = ("XYZ".index(axis) for axis in order)
    return first, middle, last, 1.0 if (middle - first) % 3 == 1 else -1.0


def about(axis: int, angle: np.ndarray) -> np.ndarray:
    """Quaternions wxyz (..., 4) that turn about x, y or z (0, 1, 2) by angles (...) in radians."""
    half = 0.5 * np.asarray(angle, np.float64)
    result = np.zeros((*half.shape, 4))
    result[..., 0], result[..., 1 + axis] = np.cos(half), np.sin(half)
    return result


def to_quaternions(angles: np.ndarray, order: str) -> np.ndarray:
    """Quaternions wxyz, float64 (..., 4), of angles (..., 3) in radians that apply in an order such as "XYZ"."""
    first, middle, last, _ = _axes(order)
    angles = np.asarray(angles, np.float64)
    return multiply(
        about(last, angles[..., last]), multiply(about(middle, angles[..., middle]), about(first, angles[..., first]))
    )


def from_quaternions(quaternions: np.ndarray, order: str, near: np.ndarray | None = None) -> np.ndarray:
    """Angles of a rotation over time that go on smoothly, through more than a turn if need be.

    Each rotation has two sets of angles within a turn; the one nearest to the frame before is taken. Where the middle
    angle is a right one (gimbal lock) the last is carried on from the frames beside.

    Args:
        quaternions: (T, 4) wxyz.
        order: the axes as they apply, such as "XYZ".
        near: (3,) angles to begin at; None: rest.

    Returns:
        float64 (T, 3) radians.
    """
    q = np.asarray(quaternions, np.float64)
    if not len(q):
        return np.empty((0, 3))
    first, middle, last, sign = _axes(order)
    w, vector = q[:, 0], q[:, 1:]

    def entry(row: int, column: int) -> np.ndarray:  # of the rotation's matrix
        if row == column:
            a, b = (axis for axis in range(3) if axis != row)
            return 1.0 - 2.0 * (vector[:, a] ** 2 + vector[:, b] ** 2)
        other = 3 - row - column
        turn = 1.0 if (row - column) % 3 == 1 else -1.0
        return 2.0 * (vector[:, row] * vector[:, column] + turn * w * vector[:, other])

    angles = np.empty((len(q), 3))
    sine = np.clip(-sign * entry(last, first), -1.0, 1.0)
    cosine = np.hypot(entry(last, middle), entry(last, last))
    angles[:, middle] = np.arctan2(sine, cosine)
    angles[:, first] = np.arctan2(sign * entry(last, middle), entry(last, last))
    angles[:, last] = np.arctan2(sign * entry(middle, first), entry(first, first))
    start = np.zeros(3) if near is None else np.asarray(near, np.float64)
    stuck = cosine < _GIMBAL
    sure = angles[~stuck]
    other = sure + np.pi
    other[:, middle] = np.pi - sure[:, middle]
    # From one frame to the next both sets stay or both change over, so the choice is a running parity.
    before = np.vstack([start, sure[:-1]]) if len(sure) else sure
    swapped = np.cumsum(_apart(other, before) < _apart(sure, before)) % 2 == 1
    angles[~stuck] = np.where(swapped[:, None], other, sure)
    if stuck.any():
        held = np.unwrap(angles[~stuck, last])
        angles[stuck, last] = (
            np.interp(np.flatnonzero(stuck), np.flatnonzero(~stuck), held) if len(held) else start[last]
        )
        angles[stuck, first] = _best(q[stuck], angles[stuck], order, first)
    return np.unwrap(np.vstack([start, angles]), axis=0)[1:]


def to_yaw_pitch_roll(quaternions: np.ndarray) -> np.ndarray:
    """The inverse of `rotations.from_yaw_pitch_roll`: yaw, pitch, roll in radians, float64 (T, 3), of (T, 4) over time."""
    return from_quaternions(quaternions, "ZXY")[:, [1, 0, 2]]


def _apart(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """How far two sets of angles (T, 3) are apart, whole turns aside: (T,)."""
    difference = first - second
    return np.abs(difference - 2.0 * np.pi * np.rint(difference / (2.0 * np.pi))).sum(-1)


def _best(quaternions: np.ndarray, angles: np.ndarray, order: str, axis: int) -> np.ndarray:
    """The angle about one axis (T,) that brings `angles` (T, 3) nearest to rotations (T, 4) while the others stay."""
    applied = _axes(order)[:3]
    at = applied.index(axis)
    above = below = np.tile([1.0, 0.0, 0.0, 0.0], (len(quaternions), 1))
    for other in applied[at + 1 :]:
        above = multiply(about(other, angles[:, other]), above)
    for other in applied[:at]:
        below = multiply(about(other, angles[:, other]), below)
    between = multiply(multiply(inverse(above), quaternions), inverse(below))
    return 2.0 * np.arctan2(between[:, 1 + axis], between[:, 0])


def nearest_with_locks(
    quaternions: np.ndarray,
    order: str,
    locked: tuple[bool, bool, bool],
    held: np.ndarray,
    near: np.ndarray | None = None,
) -> np.ndarray:
    """The angles whose rotations come nearest to given ones while some axes are locked.

    With two axes locked the third is exact; with one the two others are improved in turns (coordinate ascent on the
    cosine of half the angle that is left, each step in closed form).

    Args:
        quaternions: (T, 4) wxyz.
        order: the axes as they apply, such as "XYZ".
        locked: of x, y and z.
        held: (3,) radians that locked axes keep.
        near: (3,) radians to begin at; None: those held.

    Returns:
        float64 (T, 3) radians.
    """
    q = np.asarray(quaternions, np.float64)
    held = np.asarray(held, np.float64)
    angles = from_quaternions(q, order, held if near is None else near)
    if not any(locked):
        return angles
    free = [axis for axis in range(3) if not locked[axis]]
    angles[:, list(locked)] = held[list(locked)]
    for _ in range(_ROUNDS if len(free) > 1 else len(free)):
        for axis in free:
            angles[:, axis] = _best(q, angles, order, axis)
    start = held if near is None else np.asarray(near, np.float64)
    return np.unwrap(np.vstack([start, angles]), axis=0)[1:]
