# SPDX-License-Identifier: GPL-3.0-or-later
"""Sounds that are alike have vectors that are; what is neither voice nor music is called unfamiliar; takes keep a vector as text."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")
from core.audio.clip import AudioClip
from core.models.pretraining.familiarity import Familiarity, mark_of, read, write
from core.paths import SOUND_LIKENESS_WEIGHTS
from core.performance import sound_likeness
from core.performance.sound_likeness import begin, excerpts, kept_vector, likeness, similarity
from core.training.pretraining.foreign_sounds import foreign_sounds

RATE = 16000


def voice(pitch_hz: float, seconds: float = 4.0, syllables_hz: float = 3.0) -> np.ndarray:
    """A buzz in syllables, through two resonances."""
    time_s = np.arange(int(seconds * RATE)) / RATE
    phase = 2 * np.pi * np.cumsum(pitch_hz * (1 + 0.15 * np.sin(2 * np.pi * 0.6 * time_s))) / RATE
    opening = 0.5 + 0.5 * np.sin(2 * np.pi * syllables_hz * time_s)
    buzz = sum(
        np.sin(k * phase) / k * np.exp(-(((k * pitch_hz - 600 - 500 * opening) / 700) ** 2)) for k in range(1, 30)
    )
    return (0.3 * buzz * opening).astype(np.float32)


def test_the_table_belongs_to_the_weights_that_came_along():
    assert (kept := read(SOUND_LIKENESS_WEIGHTS)) is not None, "run `python -m core.training familiar_sounds` again"
    assert kept.weights == mark_of(SOUND_LIKENESS_WEIGHTS) and kept.farthest > 0.0


def test_like_sounds_are_alike():
    low, again, high = (likeness(AudioClip(one)) for one in (voice(110.0), voice(112.0, 5.0), voice(260.0, 4.0, 6.0)))
    assert low is not None and again is not None and high is not None
    assert similarity(low.vector, again.vector) > similarity(low.vector, high.vector) + 0.1
    assert similarity(low.vector, low.vector) == pytest.approx(1.0)


def test_what_is_neither_voice_nor_music_is_noticed():
    found = [
        likeness(AudioClip(sound))
        for kind, sound in foreign_sounds(1, 4.0)
        if kind in ("hiss", "wind", "hum", "knocks")
    ]
    assert all(one is not None and "unlike" in one.unfamiliar for one in found)


def test_silence_and_clicks_say_nothing():
    assert likeness(AudioClip(np.zeros(3 * RATE, np.float32))) is None
    assert likeness(AudioClip(voice(120.0, 0.5))) is None
    assert begin(AudioClip(np.zeros(RATE, np.float32)))() is None


def test_of_a_long_sound_three_parts_are_heard_but_silent_ones():
    long = np.concatenate([voice(120.0, 20.0), np.zeros(20 * RATE, np.float32)])
    assert [len(part) for part in excerpts(long)] == [6 * RATE, 6 * RATE]
    assert len(excerpts(voice(120.0, 60.0))) == 3


def test_a_take_keeps_it_as_text():
    heard = likeness(AudioClip(voice(120.0)))
    assert heard is not None
    again = kept_vector(heard.text)
    assert again is not None and similarity(again, heard.vector) > 0.999 and len(heard.text) < 1200
    for text in ("", "0:AAAA", f"{heard.mark}:AAAA", f"{heard.mark}:no numbers"):
        assert kept_vector(text) is None


def test_a_table_of_other_weights_is_not_read(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    table = Familiarity.of(np.random.default_rng(0).normal(size=(20, 4)), 2.0, mark_of(tmp_path))
    write(table, tmp_path)
    assert (kept := read(tmp_path)) is not None and kept.farthest == 2.0
    (tmp_path / "model.safetensors").write_bytes(b"other")
    assert read(tmp_path) is None
    (tmp_path / "familiar_sounds.safetensors").write_bytes(b"broken")
    assert read(tmp_path) is None


def test_what_goes_wrong_keeps_nobody_from_generating(monkeypatch):
    def broken(_clip):
        raise RuntimeError("no")

    monkeypatch.setattr(sound_likeness, "likeness", broken)
    assert begin(AudioClip(voice(120.0)))() is None
