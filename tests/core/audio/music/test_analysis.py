# SPDX-License-Identifier: GPL-3.0-or-later
"""Tempo, beats and bars of made music."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from core.audio.music.analysis import analyse
from core.audio.music.dance_features import MUSIC_NUMBERS, dance_features
from tests.core.audio.music.made_music import bars_of, sounding

FIRST_S = 0.2


def _late_s(beats: np.ndarray, bpm: float) -> np.ndarray:
    """How far beats are from the grid."""
    period = 60.0 / bpm
    return np.abs(((beats - FIRST_S) / period + 0.5) % 1.0 - 0.5) * period


@pytest.mark.parametrize(
    ("bpm", "beats", "parts", "metre"),
    [
        (84.0, 4, 2, "4/4"),
        (128.0, 4, 2, "4/4"),
        (60.0, 4, 1, "4/4"),
        (180.0, 4, 1, "4/4"),
        (104.0, 3, 2, "3/4"),
        (92.0, 2, 3, "6/8"),
    ],
)
def test_tempo_beats_and_bars_are_found(bpm: float, beats: int, parts: int, metre: str) -> None:
    music = analyse(bars_of(bpm, beats, 14.0, parts))
    assert music.tempo_bpm == pytest.approx(bpm, rel=0.02)
    assert np.median(_late_s(music.beats_s, bpm)) < 0.03
    assert (_late_s(music.beats_s, bpm) < 0.07).mean() > 0.9
    assert music.bars.metre == metre
    assert np.median(_late_s(music.downbeats_s, bpm / beats)) < 0.05


@pytest.mark.parametrize(
    "worn", [lambda sound: 0.003 * sound, lambda sound: (8.0 * sound).clip(-1.0, 1.0)], ids=["soft", "clipped"]
)
def test_soft_and_clipped_music_is_followed(worn: Callable[[np.ndarray], np.ndarray]) -> None:
    music = analyse(worn(bars_of(112.0, 4, 12.0)))
    assert music.tempo_bpm == pytest.approx(112.0, rel=0.02)
    assert (_late_s(music.beats_s, 112.0) < 0.07).mean() > 0.9


def test_the_tempo_may_change() -> None:
    slow, fast = bars_of(80.0, 4, 16.0, 1), bars_of(120.0, 4, 16.0, 1)
    music = analyse(np.concatenate((slow, fast)))
    assert np.median(music.bpm[200:1200]) == pytest.approx(80.0, rel=0.04)
    assert np.median(music.bpm[2000:3000]) == pytest.approx(120.0, rel=0.04)


def test_beats_go_on_through_silence() -> None:
    music = analyse(np.concatenate((bars_of(100.0, 4, 9.6), np.zeros(16000 * 5, np.float32), bars_of(100.0, 4, 9.6))))
    inside = (music.beats_s > 10.0) & (music.beats_s < 14.0)
    assert inside.sum() >= 4
    assert np.diff(music.beats_s).max() < 1.3


@pytest.mark.parametrize("samples", [np.zeros(40000, np.float32), sounding(0.4, [(0.1, "tick", 1.0)])])
def test_what_has_no_beat_is_analysed_all_the_same(samples: np.ndarray) -> None:
    music = analyse(samples)
    assert np.isfinite(music.bpm).all() and len(music.bpm) == len(music.heard)
    assert np.isfinite(dance_features(music, 20)).all()


def test_whether_there_is_a_beat_is_known() -> None:
    assert analyse(bars_of(110.0, 4, 10.0)).has_beat
    noise = 0.1 * np.random.default_rng(3).standard_normal(160000).astype(np.float32)
    assert not analyse(noise).has_beat
    assert not analyse(np.zeros(40000, np.float32)).has_beat


def test_numbers_for_the_dance() -> None:
    music = analyse(bars_of(120.0, 4, 10.0))
    rows = dance_features(music, 60)
    assert rows.shape == (60, MUSIC_NUMBERS) and rows.dtype == np.float32
    assert rows[:, 32].sum() == pytest.approx(16, abs=2)  # 8 s at two beats a second
    assert rows[:, 33].sum() == pytest.approx(4, abs=1)
    later = dance_features(music, 30, start_s=30 / 7.5)
    np.testing.assert_allclose(later, rows[30:], atol=1e-5)
    assert np.abs(rows).max() < 12.0
