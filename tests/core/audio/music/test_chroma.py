# SPDX-License-Identifier: GPL-3.0-or-later
"""Pitch classes: what the parity fixtures do not cover."""

import numpy as np
import pytest

from core.audio.music.chroma import chroma, detune, halved


def test_halving_keeps_low_tones_and_drops_high_ones():
    time = np.arange(8000) / 8000
    low, high = (halved(np.sin(2 * np.pi * hz * time)) for hz in (500.0, 3000.0))
    assert len(low) == 4000
    assert np.abs(low[500:-500]).max() == pytest.approx(np.sqrt(2.0), rel=0.02)
    assert np.abs(high[500:-500]).max() < 0.01


def test_a_tone_off_the_grid_is_found_and_heard_as_its_pitch():
    time = np.arange(30720 * 2) / 30720
    tone = np.sin(2 * np.pi * 440.0 * 2.0 ** (0.3 / 36) * time).astype(np.float32)
    assert detune(tone, 30720, 36) == pytest.approx(0.3, abs=0.05)
    rows = chroma(tone, 30720, 7)
    assert rows.shape == (len(tone) // 512 + 1, 12) and rows[10:-10].mean(0).argmax() == 9, "an A"
    with pytest.raises(ValueError, match="octaves"):
        chroma(tone, 3840, 7)
