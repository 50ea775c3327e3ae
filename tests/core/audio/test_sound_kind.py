# SPDX-License-Identifier: GPL-3.0-or-later
"""Speech, music, both, silence."""

from __future__ import annotations

import time

import numpy as np
import pytest

from core.audio.excerpts import excerpts_of
from core.audio.sound_features import FEATURES, sound_features
from core.audio.sound_kind import EXCERPT_S, MOST_EXCERPTS, sound_kind
from tests.core.audio.music.made_music import RATE_HZ, bars_of, sounding

CHORDS_HZ = ((262, 330, 392), (220, 277, 330), (294, 370, 440), (196, 247, 294))


def _song(seconds: float) -> np.ndarray:
    """Chords, a melody and drums."""
    hits: list[tuple[float, str, float]] = []
    for beat in range(int(seconds * 2.0) - 1):
        at, chord = 0.5 * beat, CHORDS_HZ[beat // 4 % 4]
        hits += [(at, str(hz), 0.5) for hz in chord] + [(at, "thump" if beat % 2 == 0 else "tick", 0.8)]
        hits += [(at + 0.25 * part, str(2 * chord[(beat + part) % 3]), 0.7) for part in (0, 1)]
    return sounding(seconds, hits)


@pytest.mark.parametrize("seconds", [3.0, 10.0])
def test_made_music_is_music(seconds: float) -> None:
    found = sound_kind(_song(seconds))
    assert found.kind in ("MUSIC", "BOTH") and found.music > 0.5


@pytest.mark.parametrize("samples", [np.zeros(50000, np.float32), np.zeros(0, np.float32)])
def test_silence_is_silence(samples: np.ndarray) -> None:
    found = sound_kind(samples)
    assert (found.kind, found.speech, found.music) == ("SILENCE", 0.0, 0.0)


def test_what_is_neither_is_taken_for_speech() -> None:
    noise = 0.1 * np.random.default_rng(0).standard_normal(80000).astype(np.float32)
    assert sound_kind(noise).kind == "SPEECH"
    assert sound_kind(noise[:5000]).kind == "SPEECH"


def test_a_long_sound_is_looked_at_in_excerpts() -> None:
    long = np.tile(bars_of(120.0, 4, 10.0), 60)
    assert len(excerpts_of(long, EXCERPT_S, MOST_EXCERPTS)) == MOST_EXCERPTS
    begin = time.perf_counter()
    sound_kind(long)
    assert time.perf_counter() - begin < 5.0


def test_loudness_does_not_matter() -> None:
    song = _song(5.0)
    np.testing.assert_allclose(sound_features(0.01 * song), sound_features(song), atol=0.05)
    assert sound_features(song[: RATE_HZ + 100]).shape == (FEATURES,)
