# SPDX-License-Identifier: GPL-3.0-or-later
"""Rotations as NumPy arrays: unit quaternions wxyz on any leading dimensions. (`rotation_tensors` has them in
PyTorch.)"""

from __future__ import annotations

import numpy as np

from .vectors import cross, dot, norm, unit

IDENTITY = np.array([1.0, 0.0, 0.0, 0.0], np.float32)


def normalised(quaternions: np.ndarray) -> np.ndarray:
    """Quaternions of unit length.

    Args:
        quaternions: (..., 4) of any length.

    Returns:
        (..., 4) of the same dtype; zeros become the identity.
    """
    long = norm(quaternions)[..., None]
    one = (quaternions / np.maximum(long, 1e-12)).astype(quaternions.dtype, copy=False)
    return one if (long > 1e-12).all() else np.where(long > 1e-12, one, IDENTITY).astype(quaternions.dtype)


def multiply(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """The rotation that does `second` first, then `first`, as products of matrices do.

    Args:
        first: (..., 4).
        second: (..., 4), broadcasting against first.

    Returns:
        (..., 4).
    """
    first, second = np.asarray(first), np.asarray(second)
    w1, x1, y1, z1 = first[..., 0], first[..., 1], first[..., 2], first[..., 3]
    w2, x2, y2, z2 = second[..., 0], second[..., 1], second[..., 2], second[..., 3]
    w = w1 * w2 - x1 * x2 - y1 * y2 - z1 * z2
    result = np.empty((*w.shape, 4), w.dtype)  # half of the time that np.stack takes on short curves
    result[..., 0] = w
    result[..., 1] = w1 * x2 + x1 * w2 + y1 * z2 - z1 * y2
    result[..., 2] = w1 * y2 - x1 * z2 + y1 * w2 + z1 * x2
    result[..., 3] = w1 * z2 + x1 * y2 - y1 * x2 + z1 * w2
    return result


def inverse(quaternions: np.ndarray) -> np.ndarray:
    """The opposite rotations of unit quaternions (..., 4)."""
    return quaternions * np.array([1.0, -1.0, -1.0, -1.0], quaternions.dtype)


def rotate(quaternions: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """Turn vectors.

    Args:
        quaternions: (..., 4) unit.
        vectors: (..., 3), broadcasting against them.

    Returns:
        (..., 3).
    """
    axis = quaternions[..., 1:]
    twice = 2.0 * cross(axis, vectors)
    return vectors + quaternions[..., :1] * twice + cross(axis, twice)


def from_axis_angle(axis_angle: np.ndarray) -> np.ndarray:
    """Rotations from rotation vectors (..., 3), radians long: (..., 4)."""
    axis_angle = np.asarray(axis_angle)
    angle = norm(axis_angle)[..., None]
    return np.concatenate([np.cos(angle / 2), axis_angle * (0.5 * np.sinc(angle / (2 * np.pi)))], -1)


def to_axis_angle(quaternions: np.ndarray) -> np.ndarray:
    """Rotation vectors (..., 3) of unit quaternions (..., 4): radians, at most pi long."""
    quaternions = np.asarray(quaternions, np.float64)
    away = quaternions[..., 0] < 0
    if away.any():
        quaternions = quaternions * np.where(away, -1.0, 1.0)[..., None]
    axis, cosine = quaternions[..., 1:], quaternions[..., 0]
    sine = norm(axis)
    scale = 2.0 * np.arctan2(sine, cosine) / np.maximum(sine, 1e-9)
    return axis * np.where(sine > 1e-9, scale, 2.0)[..., None]


def from_yaw_pitch_roll(yaw: np.ndarray, pitch: np.ndarray, roll: np.ndarray) -> np.ndarray:
    """Rotations in canonical space (Y up, facing +Z): roll about Z first, then pitch about X, then yaw about Y.

    Args:
        yaw: (...) radians, positive to the character's left.
        pitch: (...) radians, positive looks down.
        roll: (...) radians, positive tilts the head to its right.

    Returns:
        (..., 4).
    """
    zero = np.zeros(np.broadcast_shapes(np.shape(yaw), np.shape(pitch), np.shape(roll)))
    about_y = from_axis_angle(np.stack([zero, zero + yaw, zero], -1))
    about_x = from_axis_angle(np.stack([zero + pitch, zero, zero], -1))
    about_z = from_axis_angle(np.stack([zero, zero, zero + roll], -1))
    return multiply(about_y, multiply(about_x, about_z))


def to_matrix(quaternions: np.ndarray) -> np.ndarray:
    """Matrices (..., 3, 3), acting on column vectors, of unit quaternions (..., 4)."""
    w, x, y, z = np.moveaxis(quaternions, -1, 0)
    rows = [
        1 - 2 * (y * y + z * z),
        2 * (x * y - z * w),
        2 * (x * z + y * w),
        2 * (x * y + z * w),
        1 - 2 * (x * x + z * z),
        2 * (y * z - x * w),
        2 * (x * z - y * w),
        2 * (y * z + x * w),
        1 - 2 * (x * x + y * y),
    ]
    return np.stack(rows, -1).reshape(*quaternions.shape[:-1], 3, 3)


def from_matrix(matrices: np.ndarray) -> np.ndarray:
    """Unit quaternions (..., 4) of rotation matrices (..., 3, 3) (Shepperd 1978: stable everywhere).

    The largest component is positive.
    """
    m = np.asarray(matrices, np.float64)
    xx, yy, zz = m[..., 0, 0], m[..., 1, 1], m[..., 2, 2]
    trace = xx + yy + zz
    w, x, y, z = 1 + trace, 1 + 2 * xx - trace, 1 + 2 * yy - trace, 1 + 2 * zz - trace  # 4 times each component squared
    wx, wy, wz = m[..., 2, 1] - m[..., 1, 2], m[..., 0, 2] - m[..., 2, 0], m[..., 1, 0] - m[..., 0, 1]
    xy, xz, yz = m[..., 0, 1] + m[..., 1, 0], m[..., 0, 2] + m[..., 2, 0], m[..., 1, 2] + m[..., 2, 1]
    best = np.argmax([w, x, y, z], 0)
    result = np.empty((*m.shape[:-2], 4))
    for part, products in enumerate(((w, wx, wy, wz), (wx, x, xy, xz), (wy, xy, y, yz), (wz, xz, yz, z))):
        result[..., part] = np.choose(best, products)
    return normalised(result)


def to_rot6d(quaternions: np.ndarray) -> np.ndarray:
    """The first two ROWS of the matrix, (..., 6), of unit quaternions (..., 4): as EMAGE and BEAT2 have them."""
    return to_matrix(quaternions)[..., :2, :].reshape(*quaternions.shape[:-1], 6)


def from_rot6d(rot6d: np.ndarray) -> np.ndarray:
    """Unit quaternions (..., 4) from two rows of a matrix (..., 6), not necessarily orthonormal (Zhou et al. 2019)."""
    first = unit(rot6d[..., :3], 1e-9)
    second = unit(rot6d[..., 3:] - dot(first, rot6d[..., 3:])[..., None] * first, 1e-9)
    return from_matrix(np.stack([first, second, cross(first, second)], -2))


def continuous(quaternions: np.ndarray) -> np.ndarray:
    """Quaternions whose signs do not jump in time: each on the side of the one before it.

    Args:
        quaternions: (T, ..., 4) unit.

    Returns:
        (T, ..., 4) of the same dtype; the first keeps its own sign.
    """
    if len(quaternions) < 2:
        return quaternions.copy()
    jumps = dot(quaternions[1:], quaternions[:-1]) < 0
    if not jumps.any():
        return quaternions.copy()
    flips = np.where(jumps, -1.0, 1.0)
    signs = np.concatenate([np.ones_like(flips[:1]), np.cumprod(flips, 0)])
    return (quaternions * signs[..., None]).astype(quaternions.dtype)


def slerp(first: np.ndarray, second: np.ndarray, fraction: np.ndarray | float) -> np.ndarray:
    """Between two rotations along the short way at constant speed (Shoemake 1985).

    Args:
        first: (..., 4) unit.
        second: (..., 4) unit.
        fraction: (...) 0 gives first, 1 second.

    Returns:
        (..., 4).
    """
    fraction = np.asarray(fraction, np.float64)[..., None]
    cosine = dot(first, second)[..., None]
    second = np.where(cosine < 0, -second, second)
    angle = np.arccos(np.clip(np.abs(cosine), 0.0, 1.0))
    sine = np.sin(angle)
    near = sine < 1e-5
    sine = np.where(near, 1.0, sine)
    weight0 = np.where(near, 1 - fraction, np.sin((1 - fraction) * angle) / sine)
    weight1 = np.where(near, fraction, np.sin(fraction * angle) / sine)
    mixed = first * weight0 + second * weight1
    return mixed / norm(mixed)[..., None]


def scaled(quaternions: np.ndarray, strength: np.ndarray | float) -> np.ndarray:
    """Rotations by a multiple of the angle about the same axis.

    Args:
        quaternions: (..., 4) unit.
        strength: (...) 0 gives the identity, exactly.

    Returns:
        (..., 4) of the same dtype.
    """
    return from_axis_angle(to_axis_angle(quaternions) * np.asarray(strength)[..., None]).astype(quaternions.dtype)


def perpendicular(directions: np.ndarray) -> np.ndarray:
    """Some unit vectors at right angles to directions, (..., 3) each."""
    axis = np.eye(3)[np.abs(directions).argmin(-1)]
    return unit(cross(directions, axis))


def shortest_arc(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """The smallest rotations that turn directions into others.

    Args:
        start: (..., 3), of any length.
        end: (..., 3), of any length.

    Returns:
        (..., 4) unit quaternions wxyz; opposite directions turn by pi about some axis at right angles.
    """
    start, end = unit(start), unit(end)
    quaternions = np.concatenate([1.0 + dot(start, end)[..., None], cross(start, end)], -1)
    opposite = quaternions[..., 0] < 1e-9
    if opposite.any():
        quaternions[opposite] = np.append(np.zeros((opposite.sum(), 1)), perpendicular(start[opposite]), -1)
    return quaternions / norm(quaternions)[..., None]


def angle_between_deg(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """How far rotations (..., 4) and (..., 4) are apart: (...) degrees, 0..180."""
    difference = multiply(inverse(first), second)
    return np.degrees(2.0 * np.arctan2(norm(difference[..., 1:]), np.abs(difference[..., 0])))


def turning_deg_s(quaternions: np.ndarray, rate_hz: float) -> np.ndarray:
    """How fast a rotation (T, 4) turns from each frame to the next: (T,) degrees a second, the last as the one before it."""
    between = angle_between_deg(quaternions[:-1], quaternions[1:]) * rate_hz
    return np.append(between, between[-1:]) if len(between) else np.zeros(len(quaternions))
