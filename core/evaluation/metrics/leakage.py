# SPDX-License-Identifier: GPL-3.0-or-later
"""How far the controls of a face are apart: what changing one of them does to the others, and to itself."""

from __future__ import annotations

import numpy as np

from .correlation import correlation

MOVES = 0.02  # of a shape's full size: a channel with a smaller range counts nowhere; 50 times as much for degrees


def ranges(faces: list[np.ndarray], known: list[np.ndarray], angles: np.ndarray) -> np.ndarray:
    """How far channels move, from the first to the 99th percentile over faces.

    Args:
        faces: (T, C) each.
        known: bool (C,) each, which channels count.
        angles: bool (C,), those in degrees.

    Returns:
        float64 (C,), nan for channels that hardly move or are never known.
    """
    found = np.full(len(angles), np.nan)
    for channel in range(len(angles)):
        mine = [face[:, channel] for face, knows in zip(faces, known, strict=True) if knows[channel]]
        if mine:
            found[channel] = np.subtract(*np.percentile(np.concatenate(mine), (99, 1)))
    found[found < np.where(angles, 50.0 * MOVES, MOVES)] = np.nan
    return found


def moved(before: np.ndarray, after: np.ndarray, channels: np.ndarray, spans: np.ndarray) -> float:
    """How far the channels (bool (C,)) of a face moved between two versions of it (T, C), as a share of their range `spans` (C,)."""
    counted = channels & np.isfinite(spans)
    return float((np.abs(after - before)[:, counted] / spans[counted]).mean()) if counted.any() else float("nan")


def followed(result: np.ndarray, donor: np.ndarray, channels: np.ndarray, spans: np.ndarray) -> float:
    """Correlation of the channels of a face with the donor's, (T, C) each: the mean over those that move, weighted by how much."""
    total, weights = 0.0, 0.0
    for channel in np.flatnonzero(channels & np.isfinite(spans)):
        weight = donor[:, channel].std() / spans[channel]
        if weight > 0.03:
            r = correlation(result[:, channel], donor[:, channel], still=0.0)
            total, weights = total + weight * r, weights + weight
    return total / weights if weights else float("nan")
