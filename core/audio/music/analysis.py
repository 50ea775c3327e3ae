# SPDX-License-Identifier: GPL-3.0-or-later
"""A piece of music as a dancer needs it: curves, tempo, beats, bars."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .heard import CURVE_RATE_HZ, HeardMusic, hear
from .metre import Bars, find_bars
from .tempo import STEP_S, tempo_path, tempo_strengths, track_beats

CLEAR_PULSE = 0.2  # speech has up to 0.13, noise 0.09 (0.17 in ten seconds), training drummers and tunes at least 0.23


@dataclass(frozen=True, eq=False)
class MusicAnalysis:
    """heard: curves. bpm: (T,) tempo a hundred times a second. pulse: (T,) how clear it is, 0 to about 1. beats_s: (n,). bars."""

    heard: HeardMusic
    bpm: np.ndarray
    pulse: np.ndarray
    beats_s: np.ndarray
    bars: Bars

    @property
    def downbeats_s(self) -> np.ndarray:
        """The beats that begin a bar."""
        return self.beats_s[self.bars.first :: self.bars.beats_a_bar]

    @property
    def has_beat(self) -> bool:
        """Whether a pulse was heard anywhere for long; where not, the beats only count time."""
        return bool(np.median(self.pulse) > CLEAR_PULSE) if len(self.heard) else False

    @property
    def tempo_bpm(self) -> float:
        """The middle tempo, from the beats themselves."""
        return float(60.0 / np.median(np.diff(self.beats_s))) if len(self.beats_s) > 2 else float(np.median(self.bpm))


def analyse(samples: np.ndarray) -> MusicAnalysis:
    """samples: float32 (N,) at 16 kHz."""
    heard = hear(samples)
    strengths = tempo_strengths(heard.onset)
    path = tempo_path(strengths)
    at = np.arange(len(heard)) / (STEP_S * CURVE_RATE_HZ)
    windows = np.arange(len(path))
    bpm = np.exp2(np.interp(at, windows, np.log2(path)))
    pulse = np.interp(at, windows, strengths.max(1) / 1.75)
    beats = track_beats(heard.onset, bpm)
    return MusicAnalysis(heard, bpm, pulse, beats, find_bars(heard, beats))
