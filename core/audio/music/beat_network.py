# SPDX-License-Identifier: GPL-3.0-or-later
"""How likely each moment is a beat or the beginning of a bar, and which metre a piece has, as a small network hears it.

Its weights are the table weights/beats; `core.training.recipes.beats` trains it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ...statistics import BEATS, statistics_of
from ..temporal_network import grouped_bands, logits, tables

METRES = ("4/4", "3/4", "6/8")


@dataclass(frozen=True, eq=False)
class HeardBeats:
    """float32, 50 a second. beat, downbeat: (T,), chances. metres: (3,), the chances of METRES."""

    beat: np.ndarray
    downbeat: np.ndarray
    metres: np.ndarray


@lru_cache(maxsize=1)
def _table() -> dict[str, np.ndarray]:
    return tables(statistics_of(BEATS))


def hear_beats(mel_db: np.ndarray) -> HeardBeats:
    """Log-mel spectra in dB (T, 80), 100 a second. Raises UserError where the table of weights is missing."""
    return chances(logits(_table(), grouped_bands(mel_db)))


def chances(heard: np.ndarray) -> HeardBeats:
    """heard: (T, 2 + len(METRES)), what the network gives: beat, downbeat, metres."""
    sigmoid = 1.0 / (1.0 + np.exp(-heard[:, :2].clip(-30.0, 30.0)))
    metre = heard[:, 2:].mean(0)
    share = np.exp(metre - metre.max())
    return HeardBeats(sigmoid[:, 0], sigmoid[:, 1], share / share.sum())
