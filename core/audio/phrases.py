# SPDX-License-Identifier: GPL-3.0-or-later
"""Phrases of a voice and the pauses between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .contours import FRAME_RATE_HZ, smooth

SHORTEST_PAUSE_S = 0.22  # stop closures and geminates are shorter
SHORTEST_PHRASE_S = 0.12


@dataclass(frozen=True)
class Phrase:
    """A stretch of sound between two pauses, in seconds."""

    start_s: float
    end_s: float


def phrases_of(loudness_db: np.ndarray) -> tuple[Phrase, ...]:
    """Stretches of sound separated by pauses, from the level alone, by a threshold between the noise and the voice.

    Args:
        loudness_db: (T,) at 100 Hz.

    Returns:
        The phrases in order; none where the sound is silent.
    """
    level = smooth(loudness_db, 0.02)
    floor, top = np.percentile(level, (5, 97))
    if top < -75.0:
        return ()
    threshold = max(top - 38.0, floor + 0.35 * (top - floor)) if top - floor > 12.0 else floor - 1.0
    loud = level > threshold
    edges = np.flatnonzero(np.diff(np.concatenate([[False], loud, [False]]).astype(np.int8)))
    runs: list[list[int]] = []
    for start, end in edges.reshape(-1, 2):
        # a run must rise clearly above the threshold, so that a noise that grazes it is no phrase
        if level[start:end].max() < threshold + min(3.0, 0.1 * (top - floor)):
            continue
        if runs and start - runs[-1][1] < SHORTEST_PAUSE_S * FRAME_RATE_HZ:
            runs[-1][1] = int(end)
        else:
            runs.append([int(start), int(end)])
    return tuple(
        Phrase(start / FRAME_RATE_HZ, end / FRAME_RATE_HZ)
        for start, end in runs
        if end - start >= SHORTEST_PHRASE_S * FRAME_RATE_HZ
    )


def phrase_indices(phrases: Sequence[Phrase], times_s: np.ndarray) -> np.ndarray:
    """int (n,): index of the phrase at each of times_s (n,), or of the nearest before it (0 if none is)."""
    return np.maximum(np.searchsorted([phrase.start_s for phrase in phrases], times_s, side="right") - 1, 0)
