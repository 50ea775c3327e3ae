# SPDX-License-Identifier: GPL-3.0-or-later
"""Change of sample rate: length, timing, fidelity, and the same result however the stream is cut."""

from __future__ import annotations

import numpy as np
import pytest

from core.audio.resampling import Resampler, resample

RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 37800, 44100, 48000, 88200, 96000, 192000, 44099)


@pytest.mark.parametrize("rate_hz", RATES)
def test_a_tone_keeps_its_phase_and_level(rate_hz):
    length = int(0.7 * rate_hz) + 3
    tone = np.sin(2 * np.pi * 1000 * np.arange(length) / rate_hz).astype(np.float32)
    result = resample(tone, rate_hz)
    assert abs(len(result) - length * 16000 / rate_hz) <= 0.5 + 1e-9
    expected = np.sin(2 * np.pi * 1000 * np.arange(len(result)) / 16000)
    np.testing.assert_allclose(result[800:-800], expected[800:-800], atol=2e-4)


@pytest.mark.parametrize("rate_hz", (22050, 44100, 48000, 192000))
def test_what_lies_above_the_new_nyquist_is_gone(rate_hz):
    tone = np.sin(2 * np.pi * 8600 * np.arange(rate_hz) / rate_hz).astype(np.float32)
    assert np.abs(resample(tone, rate_hz)[800:-800]).max() < 1e-4


@pytest.mark.parametrize("rate_hz", (8000, 44100, 48000, 44099))
def test_blocks_of_any_length_join_without_a_seam(rate_hz):
    random = np.random.default_rng(3)
    sound = random.standard_normal(rate_hz // 2 + 17).astype(np.float32)
    whole = resample(sound, rate_hz)
    stream, parts, begin = Resampler(rate_hz), [], 0
    while begin < len(sound):
        length = int(random.choice([1, 7, 100, 2048, 9000]))
        parts.append(stream.feed(sound[begin : begin + length]))
        begin += length
    joined = np.concatenate([*parts, stream.finish()])
    np.testing.assert_allclose(joined, whole, atol=2e-5)


def test_one_sample_and_none():
    assert len(resample(np.zeros(0, np.float32), 44100)) == 0
    assert len(resample(np.ones(1, np.float32), 8000)) == 2
    assert len(resample(np.ones(1, np.float32), 16000)) == 1
    assert len(resample(np.ones(1, np.float32), 192000)) == 0
