# SPDX-License-Identifier: GPL-3.0-or-later
"""A piece of music as a dancer needs it: curves, tempo, beats, bars."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .beat_network import hear_beats
from .beat_tracking import track
from .heard import CURVE_RATE_HZ, HeardMusic, hear, mel_db
from .metre import Bars
from .tempo import PREFERRED_BPM, STEP_S, tempo_strengths

_TEMPO_BEATS = 4  # over so many beats a tempo is measured

CLEAR_PULSE = 0.2  # speech has up to 0.13, noise 0.09 (0.17 in ten seconds), training drummers and tunes at least 0.23


@dataclass(frozen=True, eq=False)
class MusicAnalysis:
    """heard: curves. bpm: (T,) tempo a hundred times a second. pulse: (T,) how clear it is, 0 to about 1. beats_s: (n,). bars.
    strengths: of the onsets, as `tempo_strengths` has them."""

    heard: HeardMusic
    bpm: np.ndarray
    pulse: np.ndarray
    beats_s: np.ndarray
    bars: Bars
    strengths: np.ndarray

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
        return float(np.median(self.bpm))


def analyse(samples: np.ndarray) -> MusicAnalysis:
    """What is heard in a sound.

    Args:
        samples: float32 (N,) at 16 kHz.

    Raises:
        UserError: where the table of the network that hears beats is missing.
    """
    mel = mel_db(samples)
    heard = hear(samples, mel)
    strengths = tempo_strengths(heard.onset)
    at = np.arange(len(heard)) / (STEP_S * CURVE_RATE_HZ)
    pulse = np.interp(at, np.arange(len(strengths)), strengths.max(1) / 1.75)
    tracked = track(hear_beats(mel), heard.onset, strengths)
    bpm = tempo_curve(tracked.beats_s, len(heard))
    return MusicAnalysis(heard, bpm, pulse, tracked.beats_s, tracked.bars, strengths)


def tempo_curve(beats_s: np.ndarray, frames: int) -> np.ndarray:
    """Beats (n,) → beats a minute at so many frames, (frames,), each over some beats around."""
    if len(beats_s) < 3:
        return np.full(frames, PREFERRED_BPM)
    index = np.arange(len(beats_s))
    first = np.clip(index - _TEMPO_BEATS // 2, 0, max(len(beats_s) - 1 - _TEMPO_BEATS, 0))
    last = np.minimum(first + _TEMPO_BEATS, len(beats_s) - 1)
    bpm = 60.0 * (last - first) / (beats_s[last] - beats_s[first])
    return np.exp2(np.interp(np.arange(frames) / CURVE_RATE_HZ, beats_s, np.log2(bpm)))
