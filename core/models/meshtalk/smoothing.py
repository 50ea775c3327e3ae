# SPDX-License-Identifier: GPL-3.0-or-later
"""Smoothing of what shakes in the generated face: forehead and neck (MeshTalk's post-processing)."""

from __future__ import annotations

from torch import Tensor

from ...networks.smoothing import smooth_over_time

TAPS = 9
SIGMA_FRAMES = 2.0


def smooth_geometry(geometry: Tensor, mask: Tensor | None = None) -> Tensor:
    """(T, points, dims) smoothed over time by a Gaussian (9 taps, sigma 2 frames, first and last frame repeated).

    mask (points,): 1 takes the smoothed point, 0 keeps it as it was, between them a blend; None smooths all.
    """
    smoothed = smooth_over_time(geometry, TAPS, SIGMA_FRAMES)
    return smoothed if mask is None else geometry + (smoothed - geometry) * mask[None, :, None]
