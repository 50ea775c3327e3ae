# SPDX-License-Identifier: GPL-3.0-or-later
"""Which frames a foot stands in."""

from __future__ import annotations

import numpy as np

STILL_M = 0.01


def still_labels(positions_m: np.ndarray, threshold_m: float = STILL_M) -> np.ndarray:
    """positions_m (T, feet, 3) → uint8 (T, feet): 1 where the foot moves less than `threshold_m` to the next frame.

    BEAT2's rule (30 frames a second; ankles 7, 8 and feet 10, 11). The last frame has no next one and counts as still.
    """
    positions_m = np.asarray(positions_m)
    labels = np.ones(positions_m.shape[:2], np.uint8)
    labels[:-1] = np.linalg.norm(np.diff(positions_m, axis=0), axis=-1) < threshold_m
    return labels
