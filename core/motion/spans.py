# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of True in a mask over time."""

from __future__ import annotations

import numpy as np

from .easing import smooth_step


def spans(mask: np.ndarray) -> list[tuple[int, int]]:
    """The runs of True in a mask.

    Args:
        mask: (T,) bool.

    Returns:
        Each run as [from, to), in order.
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[False], np.asarray(mask, bool), [False]]).astype(np.int8)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist()))


def ramp_away_from(mask: np.ndarray, frames: int) -> np.ndarray:
    """A weight that is 0 in a mask and rises smoothly to 1 over some frames on either side of it.

    Args:
        mask: (T,) bool.
        frames: how many it takes.

    Returns:
        (T,) float64, 0..1.
    """
    index = np.arange(len(mask), dtype=float)
    before = np.maximum.accumulate(np.where(mask, index, -np.inf))
    after = np.minimum.accumulate(np.where(mask, index, np.inf)[::-1])[::-1]
    return smooth_step(np.minimum(index - before, after - index), 0.0, float(frames))
