# SPDX-License-Identifier: GPL-3.0-or-later
"""Loudness, pitch, syllables and phrases of sounds whose rhythm is known."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")
from core.audio import levels, pitch, prosody
from core.audio.clip import AudioClip
from core.audio.contours import measure


def clip_of(samples) -> AudioClip:
    return AudioClip(np.asarray(samples, np.float32))


def voice(pitch_hz: np.ndarray, level: np.ndarray) -> np.ndarray:
    """A buzz with formant-like weights; pitch and level at 16 kHz."""
    phase = 2 * np.pi * np.cumsum(pitch_hz) / 16000
    sound = sum(np.sin(k * phase) / (1 + ((k * pitch_hz - 700) / 500) ** 2) for k in range(1, 20))
    return (0.1 * level * sound).astype(np.float32)


def sentence(accented: set[int], syllables: int = 12, seed: int = 0) -> np.ndarray:
    """Syllables every 0.2 s from 0.5 s on, accented ones higher, longer and louder; 0.6 s of silence in the middle."""
    total = int((0.5 + 0.2 * syllables + 0.6 + 0.5) * 16000)
    level, pitch = np.zeros(total), np.full(total, 120.0)
    time_s = np.arange(total) / 16000
    for index in range(syllables):
        centre = 0.5 + 0.2 * index + (0.6 if index >= syllables // 2 else 0.0) + 0.1
        strong = index in accented
        level += (1.8 if strong else 1.0) * np.exp(-0.5 * ((time_s - centre) / (0.05 if strong else 0.036)) ** 2)
        pitch += (35.0 if strong else 0.0) * np.exp(-0.5 * ((time_s - centre) / 0.06) ** 2)
    noise = np.random.default_rng(seed).standard_normal(total) * 1e-4
    return voice(pitch, level) + noise.astype(np.float32)


def test_loudness_is_a_weighted_level():
    time_s = np.arange(16000) / 16000
    for frequency_hz, weight_db in ((1000, 0.0), (200, -10.8), (500, -3.2), (4000, 1.0)):
        for amplitude in (0.5, 0.005):
            sound = amplitude * np.sin(2 * np.pi * frequency_hz * time_s)
            level = measure(clip_of(sound)).loudness_db[20:80].mean()
            assert level == pytest.approx(20 * np.log10(amplitude / np.sqrt(2)) + weight_db, abs=1.0)


@pytest.mark.parametrize("pitch_hz", [75, 120, 220, 330, 450])
def test_pitch(pitch_hz):
    result = measure(clip_of(voice(np.full(32000, float(pitch_hz)), np.ones(32000))))
    inside = slice(10, -10)
    assert (result.voicing[inside] > 0.8).all()
    np.testing.assert_allclose(result.pitch_hz[inside], pitch_hz, rtol=0.01)


def test_noise_has_no_pitch():
    result = measure(clip_of(0.1 * np.random.default_rng(0).standard_normal(32000)))
    assert (result.pitch_hz > 0).mean() < 0.05


def test_onset_follows_clicks():
    sound = np.zeros(32000)
    sound[[8000, 20000]] = 0.9
    onset = measure(clip_of(sound + 1e-5 * np.random.default_rng(0).standard_normal(32000))).onset_db
    strongest = np.sort(np.argsort(onset)[-2:])
    assert np.abs(strongest - [50, 125]).max() <= 2  # a window of 25 ms begins to see it a frame before


@pytest.mark.parametrize("level", [1.0, 0.01])
def test_syllables_accents_and_phrases(level):
    accented = {1, 4, 7, 10}
    result = prosody.analyse(clip_of(level * sentence(accented)))
    times = np.array([syllable.peak_s for syllable in result.syllables])
    expected = np.array([0.6 + 0.2 * i + (0.6 if i >= 6 else 0.0) for i in range(12)])
    assert len(times) == 12
    assert np.abs(times - expected).max() < 0.04
    assert {int(np.argmin(np.abs(expected - accent.peak_s))) for accent in result.accents} == accented
    assert len(result.phrases) == 2
    assert result.phrases[0].end_s == pytest.approx(1.75, abs=0.12)
    assert result.phrases[1].start_s == pytest.approx(2.25, abs=0.12)
    assert len(result.pauses) == 3


def test_silence_has_nothing():
    result = prosody.analyse(clip_of(np.zeros(16000)))
    assert result.phrases == () and result.syllables == () and (result.contours.pitch_hz == 0).all()
    assert len(prosody.analyse(clip_of(np.zeros(1))).contours) == 1


def test_chunks_join_without_a_seam(monkeypatch):
    clip = clip_of(sentence({2, 8}))
    whole = prosody.analyse(clip)
    monkeypatch.setattr(levels, "CHUNK_FRAMES", 61)
    monkeypatch.setattr(pitch, "CHUNK_FRAMES", 61)
    parts = prosody.analyse(clip)
    chunks, once = parts.contours, whole.contours
    np.testing.assert_allclose(chunks.loudness_db[3:-3], once.loudness_db[3:-3], atol=1e-2)
    np.testing.assert_allclose(chunks.onset_db[3:-3], once.onset_db[3:-3], atol=1e-2)
    np.testing.assert_allclose(chunks.pitch_hz, once.pitch_hz, rtol=0.02)
    assert [s.time_s for s in parts.syllables] == [s.time_s for s in whole.syllables]
