# SPDX-License-Identifier: GPL-3.0-or-later
"""The beats of a dance: moments at which the body as a whole slows down before it moves on."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.signal import argrelextrema

SIGMA_FRAMES = 5.0  # at 60 frames a second (Bailando, section 4.2; AI Choreographer, Li et al. 2021)


def dance_beats(joints: np.ndarray, sigma_frames: float = SIGMA_FRAMES) -> np.ndarray:
    """The frames at which the mean speed of the joints, smoothed, has a local minimum.

    Args:
        joints: (T, J, 3) at 60 frames a second.
        sigma_frames: standard deviation of the Gaussian.

    Returns:
        int (n,); frame t's speed is the way to frame t + 1.
    """
    return slow_moments(np.linalg.norm(np.diff(np.asarray(joints, np.float64), axis=0), axis=-1).mean(1), sigma_frames)


def slow_moments(speed: np.ndarray, sigma_frames: float = SIGMA_FRAMES) -> np.ndarray:
    """Where a speed (T,), smoothed, has a local minimum: int (n,)."""
    return argrelextrema(gaussian_filter1d(speed, sigma_frames), np.less)[0]
