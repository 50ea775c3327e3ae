# SPDX-License-Identifier: GPL-3.0-or-later
"""Arousal is heard in effort, pitch and pace, follows them within a clip, and does not depend on the recording's level."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")
from core.audio import prosody
from core.audio.arousal import arousal_at, arousal_cues
from core.audio.clip import AudioClip


def spoken(bright: float, swing: float, seconds: float = 6.0, gain: float = 1.0) -> np.ndarray:
    """Syllables of a buzz. bright: exponent of its partials' fall (less is brighter); swing: semitones up and down."""
    time_s = np.arange(int(seconds * 16000)) / 16000
    pitch_hz = 150.0 * 2.0 ** (swing * np.sin(2 * np.pi * 0.9 * time_s) / 12.0)
    phase = 2 * np.pi * np.cumsum(pitch_hz) / 16000
    buzz = sum(np.sin(k * phase) / k**bright for k in range(1, 25))
    syllables = np.clip(np.sin(2 * np.pi * 2.0 * time_s), 0, 1)
    noise = 2e-5 * np.random.default_rng(0).standard_normal(len(time_s))
    return (gain * (0.05 * buzz * syllables + noise)).astype(np.float32)


def heard(samples: np.ndarray) -> np.ndarray:
    return arousal_at(prosody.analyse(AudioClip(samples)), 60.0, int(len(samples) / 16000 * 60))


def test_effort_and_pitch_raise_it():
    calm, usual, forced = (heard(spoken(*how)).mean() for how in ((2.4, 1.0), (1.6, 3.0), (0.6, 6.0)))
    assert calm < usual < forced and calm < -0.3 and forced > 0.5


def test_level_of_the_recording_does_not_matter():
    np.testing.assert_allclose(heard(spoken(0.8, 5.0)), heard(spoken(0.8, 5.0, gain=0.1)), atol=0.05)


def test_it_follows_the_voice_within_a_clip():
    curve = heard(np.concatenate([spoken(2.2, 1.5), spoken(0.6, 6.0)]))
    third = len(curve) // 3
    assert curve[-third:].mean() > curve[:third].mean() + 0.5
    assert np.abs(np.diff(curve)).max() < 0.1


def test_silence_says_nothing():
    silence = np.zeros(32000, np.float32)
    assert not heard(silence).any()
    cues = arousal_cues(prosody.analyse(AudioClip(silence)))
    assert all(np.isfinite(cue).all() for cue in cues.values())
