# SPDX-License-Identifier: GPL-3.0-or-later
"""Rotations as PyTorch tensors, differentiable: matrices, quaternions wxyz, axis-angle, rot6d by rows.

A matrix acts on column vectors. rot6d is its first two ROWS laid end to end (EMAGE, BEAT2); Zhou et al. 2019, section
4.2, from whom the orthonormalisation comes, use columns. All functions work on any leading dimensions.
"""

from __future__ import annotations

import torch
from torch import Tensor

IDENTITY_6D = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


def _safe_sqrt(value: Tensor) -> Tensor:
    """Square root that is 0, with gradient 0, where the value is not positive."""
    positive = value > 0
    return torch.where(positive, torch.where(positive, value, 1.0).sqrt(), 0.0)


def matrix_to_rot6d(matrix: Tensor) -> Tensor:
    """(…, 3, 3) → (…, 6): the first two rows."""
    return matrix[..., :2, :].flatten(-2)


def rot6d_to_matrix(rot6d: Tensor, least: float = 1e-12) -> Tensor:
    """(…, 6), not necessarily orthonormal → (…, 3, 3) rotation matrices (Gram-Schmidt on the two rows). least: rows that are shorter
    stay short, so that no slope is steeper than one over it."""
    first = torch.nn.functional.normalize(rot6d[..., :3], dim=-1, eps=least)
    second = rot6d[..., 3:] - (first * rot6d[..., 3:]).sum(-1, keepdim=True) * first
    second = torch.nn.functional.normalize(second, dim=-1, eps=least)
    return torch.stack((first, second, torch.linalg.cross(first, second, dim=-1)), dim=-2)


def axis_angle_to_quaternion(axis_angle: Tensor) -> Tensor:
    """(…, 3) radians → (…, 4) unit quaternions wxyz."""
    angle = _safe_sqrt(axis_angle.square().sum(-1, keepdim=True))
    small = angle < 1e-6
    scale = torch.where(small, 0.5 - angle.square() / 48.0, torch.sin(0.5 * angle) / torch.where(small, 1.0, angle))
    return torch.cat((torch.cos(0.5 * angle), axis_angle * scale), dim=-1)


def quaternion_to_matrix(quaternion: Tensor) -> Tensor:
    """(…, 4) quaternions wxyz of any length but 0 → (…, 3, 3)."""
    w, x, y, z = quaternion.unbind(-1)
    s = 2.0 / quaternion.square().sum(-1)
    rows = (
        1.0 - s * (y * y + z * z),
        s * (x * y - z * w),
        s * (x * z + y * w),
        s * (x * y + z * w),
        1.0 - s * (x * x + z * z),
        s * (y * z - x * w),
        s * (x * z - y * w),
        s * (y * z + x * w),
        1.0 - s * (x * x + y * y),
    )
    return torch.stack(rows, dim=-1).unflatten(-1, (3, 3))


def matrix_to_quaternion(matrix: Tensor) -> Tensor:
    """(…, 3, 3) → (…, 4) wxyz with w ≥ 0; the signs of xyz come from the antisymmetric part.

    At an exact half turn that part vanishes and the signs are undefined: compare matrices there.
    """
    a, b, c = matrix[..., 0, 0], matrix[..., 1, 1], matrix[..., 2, 2]
    w = 0.5 * _safe_sqrt(1.0 + a + b + c)
    x = torch.copysign(0.5 * _safe_sqrt(1.0 + a - b - c), matrix[..., 2, 1] - matrix[..., 1, 2])
    y = torch.copysign(0.5 * _safe_sqrt(1.0 - a + b - c), matrix[..., 0, 2] - matrix[..., 2, 0])
    z = torch.copysign(0.5 * _safe_sqrt(1.0 - a - b + c), matrix[..., 1, 0] - matrix[..., 0, 1])
    return torch.stack((w, x, y, z), dim=-1)


def quaternion_to_axis_angle(quaternion: Tensor) -> Tensor:
    """(…, 4) unit quaternions wxyz → (…, 3) radians."""
    vector = quaternion[..., 1:]
    length = _safe_sqrt(vector.square().sum(-1, keepdim=True))
    half = torch.atan2(length, quaternion[..., :1])
    angle = 2.0 * half
    small = angle.abs() < 1e-6
    scale = torch.where(small, 0.5 - angle.square() / 48.0, torch.sin(half) / torch.where(small, 1.0, angle))
    return vector / scale


def axis_angle_to_matrix(axis_angle: Tensor) -> Tensor:
    """(…, 3) radians → (…, 3, 3)."""
    return quaternion_to_matrix(axis_angle_to_quaternion(axis_angle))


def matrix_to_axis_angle(matrix: Tensor) -> Tensor:
    """(…, 3, 3) → (…, 3) radians, at most pi long."""
    return quaternion_to_axis_angle(matrix_to_quaternion(matrix))


def axis_angle_to_rot6d(axis_angle: Tensor) -> Tensor:
    """(…, 3) radians → (…, 6)."""
    return matrix_to_rot6d(axis_angle_to_matrix(axis_angle))


def rot6d_to_axis_angle(rot6d: Tensor) -> Tensor:
    """(…, 6) → (…, 3) radians."""
    return matrix_to_axis_angle(rot6d_to_matrix(rot6d))


def geodesic_angle(first: Tensor, second: Tensor) -> Tensor:
    """The angle between rotation matrices (…, 3, 3), in radians (…); finite gradients at 0 and pi."""
    relative = first.transpose(-1, -2) @ second
    cosine = 0.5 * (relative.diagonal(dim1=-2, dim2=-1).sum(-1) - 1.0)
    vee = torch.stack(
        (
            relative[..., 2, 1] - relative[..., 1, 2],
            relative[..., 0, 2] - relative[..., 2, 0],
            relative[..., 1, 0] - relative[..., 0, 1],
        ),
        dim=-1,
    )
    return torch.atan2(0.5 * _safe_sqrt(vee.square().sum(-1)), cosine)
