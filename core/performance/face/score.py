# SPDX-License-Identifier: GPL-3.0-or-later
"""What the voice does, as the living parts of the face need it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...audio.prosody import FRAME_RATE_HZ, Phrase, Rhythm, Syllable, smooth
from ...motion.face_track import FACE_RATE_HZ


@dataclass(frozen=True)
class Score:
    """Phrases, accents and curves of a voice.

    Curves are float64 (frames,) at rate_hz: speaking 0..1 (eased), loudness 0..1 (0 = 30 dB below the loud passages),
    pitch in semitones about the speaker's median (bridged over unvoiced stretches, 0 in silence). accents: the syllables
    that stand out. phrases, pauses: seconds of the sound.
    """

    rate_hz: float
    frames: int
    duration_s: float
    phrases: tuple[Phrase, ...]
    pauses: tuple[tuple[float, float], ...]
    accents: tuple[Syllable, ...]
    speaking: np.ndarray
    loudness: np.ndarray
    pitch: np.ndarray

    @property
    def times_s(self) -> np.ndarray:
        return np.arange(self.frames) / self.rate_hz

    def speaks_at(self, time_s: float) -> bool:
        """Whether a phrase is going on, or a pause shorter than a second within speech."""
        index = min(max(int(time_s * self.rate_hz), 0), self.frames - 1)
        return bool(self.speaking[index] > 0.5)


def score_of(
    rhythm: Rhythm, duration_s: float, rate_hz: float = FACE_RATE_HZ, accents: tuple[Syllable, ...] | None = None
) -> Score:
    """The score of a sound's rhythm. accents: instead of the rhythm's own (see `gestures.stress.accents`)."""
    frames = int(duration_s * rate_hz) + 1
    source_s, times_s = np.arange(len(rhythm)) / FRAME_RATE_HZ, np.arange(frames) / rate_hz
    inside = np.zeros(len(rhythm))
    bridged_end = -1.0
    for phrase in rhythm.phrases:
        begin_s = bridged_end if 0.0 <= phrase.start_s - bridged_end < 1.0 else phrase.start_s
        inside[int(begin_s * FRAME_RATE_HZ) : int(phrase.end_s * FRAME_RATE_HZ)] = 1.0
        bridged_end = phrase.end_s
    loud = np.percentile(rhythm.loudness_db, 95) if len(rhythm) else 0.0
    level = smooth(np.clip((rhythm.loudness_db - loud + 30.0) / 30.0, 0.0, 1.2), 0.06)
    voiced = rhythm.pitch_hz > 0
    pitch = np.zeros(len(rhythm))
    if voiced.any():
        semitones = 12.0 * np.log2(rhythm.pitch_hz[voiced] / np.median(rhythm.pitch_hz[voiced]))
        pitch = np.interp(np.arange(len(rhythm)), np.flatnonzero(voiced), np.clip(semitones, -9.0, 9.0))
        pitch = smooth(pitch, 0.08) * smooth(inside, 0.15)

    def curve(values: np.ndarray) -> np.ndarray:
        return np.interp(times_s, source_s, values)

    return Score(
        rate_hz,
        frames,
        duration_s,
        rhythm.phrases,
        rhythm.pauses,
        rhythm.accents if accents is None else accents,
        curve(smooth(inside, 0.1)),
        curve(level * (inside if inside.any() else 0.0)),
        curve(pitch),
    )
