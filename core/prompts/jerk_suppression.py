# SPDX-License-Identifier: GPL-3.0-or-later
"""Smooth away jerks that blending brought about, and nothing else."""

from __future__ import annotations

import numpy as np
from scipy.linalg import solveh_banded
from scipy.ndimage import binary_dilation

from ..motion.rotations import continuous, from_axis_angle, multiply, normalised
from .curve_spaces import ROTATIONS, angular_acceleration

_ROUNDS = 9
_REACH_S = 0.12  # how far around a jerk the first round smooths, by eye
_STIFFER = 4.0  # times the weight of the round before
_THIRD = (-1.0, 3.0, -3.0, 1.0)  # third difference


def suppress_jerks(
    quaternions: np.ndarray, rate_hz: float, fixed: np.ndarray, near: np.ndarray, limit_rad_s2: float
) -> np.ndarray:
    """Smooth away what accelerates faster than a limit: only stretches around it change, no more than needed.

    Args:
        quaternions: (T, 4) unit, wxyz.
        rate_hz: samples a second.
        fixed: bool (T,), frames that stay exactly: prompts and holds.
        near: bool (T,), where jerks are looked for.
        limit_rad_s2: angular acceleration; infinite: nothing is too fast.

    Returns:
        (T, 4), each on the side of the one before it.
    """
    if not np.isfinite(limit_rad_s2):
        return quaternions
    result = continuous(np.asarray(quaternions, np.float64))
    for turn in range(_ROUNDS):
        jerky = (angular_acceleration(result, rate_hz) > limit_rad_s2) & near
        if not jerky.any():
            break
        reach = int(np.ceil(_REACH_S * (1.0 + 0.5 * turn) * rate_hz))
        for stretch in _stretches(jerky, reach):
            free = ~fixed[stretch]
            free[:3] &= stretch.start == 0  # where the curve goes on it must meet itself
            free[-3:] &= stretch.stop == len(result)
            if free.any():
                result[stretch] = _smoothed(result[stretch], free, _STIFFER**turn)
    return continuous(normalised(result)).astype(quaternions.dtype)


def _stretches(jerky: np.ndarray, reach: int) -> list[slice]:
    """The frames within reach of jerky ones, bool (T,), and three more on either side, over which they go on as they
    are."""
    around = binary_dilation(jerky, np.ones(2 * reach + 1, bool)).astype(np.int8)
    edges = np.flatnonzero(np.diff(around, prepend=0, append=0))
    return [slice(max(first - 3, 0), min(last + 3, len(jerky))) for first, last in edges.reshape(-1, 2).tolist()]


def _smoothed(quaternions: np.ndarray, free: np.ndarray, weight: float) -> np.ndarray:
    centre = normalised(quaternions.sum(0))
    vectors = ROTATIONS.path(np.broadcast_to(centre, quaternions.shape), quaternions, len(quaternions) // 2)
    return multiply(centre[None], from_axis_angle(whittaker_smooth(vectors, free, weight)))


def whittaker_smooth(values: np.ndarray, free: np.ndarray, weight: float) -> np.ndarray:
    """The nearest curve whose third differences are penalised (Whittaker 1923, Henderson 1924), around samples that
    stay.

    Args:
        values: float64 (T, C).
        free: bool (T,), the samples that may move.
        weight: of the squared third differences, against the squared distance.

    Returns:
        float64 (T, C).
    """
    if len(values) < 4 or not free.any():
        return values.copy()
    rows = np.flatnonzero(free)
    diagonals = weight * _penalty_diagonals(len(values))
    diagonals[0] += 1.0
    bands = np.zeros((4, len(rows)))  # of the samples that are free: those between them are known
    for offset in range(min(4, len(rows))):
        gap = rows[offset:] - rows[: len(rows) - offset]
        bands[offset, : len(gap)] = np.where(gap < 4, diagonals[np.minimum(gap, 3), rows[: len(gap)]], 0.0)
    third = np.diff(np.where(free[:, None], 0.0, values), 3, axis=0)
    pull = -np.diff(np.pad(third, ((3, 3), (0, 0))), 3, axis=0)
    result = values.copy()
    result[free] = solveh_banded(bands, values[free] - weight * pull[free], lower=True)
    return result


def _penalty_diagonals(count: int) -> np.ndarray:
    """DᵀD for third differences D of count samples: its main diagonal and the three below it, (4, count)."""
    result = np.zeros((4, count))
    for offset in range(4):
        for row in range(4 - offset):
            result[offset, row : row + count - 3] += _THIRD[row] * _THIRD[row + offset]
    return result
