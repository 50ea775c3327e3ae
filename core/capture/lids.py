# SPDX-License-Identifier: GPL-3.0-or-later
"""Eyelids as a camera saw them, as how far they are shut."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import median_filter

from ..motion.spans import spans

REST_S = 2.5  # over which a lid's rest is the median: longer than a blink, shorter than a change of gaze and light
BLINK = 0.6  # of the way to shut: what goes deeper is a blink; by eye
_REACH = 5  # frames around the deepest that belong to a blink


def shut(openness: np.ndarray, rate_hz: float) -> np.ndarray:
    """How far a lid is shut, with every blink going all the way.

    At 25 frames a second the bottom of most blinks lies between two frames, and trackers do not follow lids down; blinks of people who
    talk are complete (VanderWerf et al. 2003), so each is scaled to 1.

    Args:
        openness: (T,) in any unit.
        rate_hz: frames a second.

    Returns:
        float32 (T,), 0 as at rest, 1 shut; 0 too where the eye is wider than at rest.
    """
    openness = np.asarray(openness, np.float64)
    rest = median_filter(openness, int(REST_S * rate_hz) | 1, mode="nearest")
    depth = rest - openness
    deepest = np.percentile(depth / np.maximum(rest, 1e-6), 98.5)
    closed = np.clip(depth / np.maximum(rest * max(deepest, 0.2), 1e-6), 0.0, 1.0)
    result = closed.copy()
    for first, last in spans(closed > BLINK):
        peak = closed[first:last].max()
        begin, end = max(first - _REACH, 0), min(last + _REACH, len(closed))
        result[begin:end] = np.maximum(result[begin:end], np.minimum(closed[begin:end] / peak, 1.0))
    return result.astype(np.float32)
