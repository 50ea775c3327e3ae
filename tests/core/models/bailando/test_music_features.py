# SPDX-License-Identifier: GPL-3.0-or-later
"""Music as Bailando hears it: what the parity fixtures do not cover."""

import numpy as np
import pytest

from core.models.bailando import music_features
from core.models.bailando.config import BailandoConfig


def click_track(rate_hz: int, seconds: float = 12.0, bpm: float = 120.0) -> np.ndarray:
    rng = np.random.default_rng(0)
    sound = 0.05 * np.sin(2 * np.pi * 220.0 * np.arange(int(rate_hz * seconds)) / rate_hz)
    for start in np.arange(0.5, seconds - 0.2, 60.0 / bpm):
        at = int(start * rate_hz)
        length = int(0.05 * rate_hz)
        sound[at : at + length] += rng.standard_normal(length) * np.exp(-np.arange(length) / (0.01 * rate_hz))
    return sound.astype(np.float32)


@pytest.mark.slow
def test_music_features_find_tempo_beats_and_pitch():
    sound = click_track(30720)
    rows = music_features.features(sound, music_features.FRAME_RATE_HZ)
    assert rows.shape == (len(sound) // 512 + 1, BailandoConfig().music_width) and rows.dtype == np.float32
    beats = np.flatnonzero(rows[:, music_features.BEAT]) / 60.0
    assert len(beats) >= 18
    assert np.median(np.diff(beats)) == pytest.approx(0.5, abs=0.02)
    assert np.abs((beats - 0.5 + 0.25) % 0.5 - 0.25).max() < 0.08
    assert rows[60:-60, 40:52].mean(0).argmax() == 9, "220 Hz is an A"


@pytest.mark.parametrize("samples", [0, 1, 700, 3840])
def test_music_features_survive_short_and_silent_sounds(samples):
    rows = music_features.resampled_features(np.zeros(samples, np.float32), 48000)
    assert rows.shape[1] == BailandoConfig().music_width and len(rows) >= 1 and np.isfinite(rows).all()
    assert not rows[:, music_features.BEAT].any()


def test_rows_and_tokens_agree_in_time():
    assert len(music_features.resampled_features(click_track(16000, 8.0), 16000)) == 60
