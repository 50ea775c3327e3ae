# SPDX-License-Identifier: GPL-3.0-or-later
"""A voice that was never recorded: its phrases and accents are given."""

from __future__ import annotations

import numpy as np

from core.audio.contours import Contours
from core.audio.phrases import Phrase
from core.audio.prosody import Prosody
from core.audio.syllables import Syllable

TALK = [(start, start + 2.4) for start in np.arange(0.5, 297.0, 3.1)]


def voice_with(phrases=(), duration_s: float = 300.0, accents_a_second: float = 1.0) -> Prosody:
    """A voice that speaks in the given phrases, its pitch going up and down by three semitones."""
    time_s = np.arange(int(duration_s * 100) + 1) / 100
    speaks = np.zeros(len(time_s), bool)
    for start, end in phrases:
        speaks |= (time_s >= start) & (time_s < end)
    pitch_hz = np.where(speaks, 120.0 * 2.0 ** (3.0 / 12.0 * np.sin(2 * np.pi * 0.7 * time_s)), 0.0).astype(np.float32)
    loudness_db = np.where(speaks, -20.0, -90.0).astype(np.float32)
    still = np.zeros(len(time_s), np.float32)
    accents = tuple(
        Syllable(float(time), float(time), float(time) + 0.1, 0.55 + 0.4 * ((index * 7) % 10) / 10, phrase, 0.0, -20.0)
        for phrase, (start, end) in enumerate(phrases)
        for index, time in enumerate(np.arange(start + 0.2, end, 1 / accents_a_second))
    )
    contours = Contours(loudness_db, loudness_db, still, still, pitch_hz, speaks.astype(np.float32))
    return Prosody(duration_s, contours, tuple(Phrase(*phrase) for phrase in phrases), accents)
