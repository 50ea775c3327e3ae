# SPDX-License-Identifier: GPL-3.0-or-later
"""The mouth's size: it follows level and effort, closures stay closures, silence stays shut."""

import numpy as np
import pytest

from core.audio.phones import INDEX, SILENCE, SYMBOLS
from core.models.speech.config import CHANNELS
from core.models.speech.mouth_size import MOUTH_SIZE, effort_gain, sized_by_voice

JAW, CLOSE = CHANNELS.index("jawOpen"), CHANNELS.index("mouthClose")
FRAMES = 300


def said(*phones: str) -> np.ndarray:
    """float32 (FRAMES, phones): each for the same time."""
    posteriors = np.zeros((FRAMES, len(SYMBOLS)), np.float32)
    for part, phone in zip(np.array_split(np.arange(FRAMES), len(phones)), phones, strict=True):
        posteriors[part, INDEX[phone]] = 1.0
    return posteriors


def curves(jaw: float = 0.2, close: float = 0.0) -> np.ndarray:
    values = np.full((FRAMES, len(CHANNELS)), 0.1, np.float32)
    values[:, JAW], values[:, CLOSE] = jaw, close
    return values


def level(*decibels: float) -> np.ndarray:
    return np.concatenate(
        [np.full(len(part), db) for part, db in zip(np.array_split(np.arange(FRAMES), len(decibels)), decibels)]
    )


def usual_tilt() -> np.ndarray:
    return np.full(FRAMES, MOUTH_SIZE.usual_tilt_db)


def test_a_louder_vowel_opens_wider():
    sized = sized_by_voice(curves(), said("a"), level(-35.0, -15.0, -25.0), usual_tilt())[:, JAW]
    quiet, loud, between = sized[50], sized[150], sized[250]
    assert loud > between > quiet > 0.2
    assert loud == pytest.approx(MOUTH_SIZE.scale * (0.2 + MOUTH_SIZE.lift), abs=0.01)


@pytest.mark.parametrize("phone", ["p", "b", "m", "f", "v"])
def test_held_lips_get_no_level(phone):
    sized = sized_by_voice(curves(jaw=0.1, close=0.1), said("a", phone, "a"), level(-15.0), usual_tilt())
    middle = sized[FRAMES // 2]
    expected = pytest.approx(0.1 * MOUTH_SIZE.scale, abs=0.005)
    assert middle[JAW] == expected and middle[CLOSE] == expected


def test_a_closure_closes_whatever_the_effort():
    for tilt_db in (-20.0, -7.0, 5.0):
        sized = sized_by_voice(curves(jaw=0.15, close=0.15), said("m"), level(-15.0), np.full(FRAMES, tilt_db))
        assert np.allclose(sized[:, CLOSE], sized[:, JAW], atol=1e-4)


def test_forced_voices_open_wider_than_calm_ones():
    loudness = level(-15.0, -40.0, -15.0)
    gains = [effort_gain(loudness, np.full(FRAMES, tilt_db)) for tilt_db in (-16.0, -11.0, -7.0, -3.0, 2.0)]
    means = [gain.mean() for gain in gains]
    assert np.all(np.diff(means) > 0.05) and means[-1] / means[0] > 1.3
    assert means[2] == pytest.approx(MOUTH_SIZE.scale, abs=1e-6)


@pytest.mark.parametrize("loudness", [np.full(FRAMES, -90.0), np.full(FRAMES, -30.0)])
def test_silence_and_steady_noise_open_nothing(loudness):
    still = np.zeros((FRAMES, len(CHANNELS)), np.float32)
    assert not sized_by_voice(still, said(SILENCE), loudness, usual_tilt()).any()


def test_unrounded_sounds_are_less_pursed_than_rounded_ones():
    pucker = CHANNELS.index("mouthPucker")
    sized = sized_by_voice(curves(), said("s", "u", "s"), level(-15.0), usual_tilt())[:, pucker]
    rounded, unrounded = sized[FRAMES // 2], sized[20]
    assert rounded == pytest.approx(0.1 * MOUTH_SIZE.rounded, rel=0.02)
    assert unrounded == pytest.approx(0.1 * MOUTH_SIZE.unrounded, rel=0.02)
    assert unrounded < 0.8 * rounded


def test_values_stay_within_their_range_and_the_input_as_it_was():
    given = np.ones((FRAMES, len(CHANNELS)), np.float32)
    sized = sized_by_voice(given, said("a"), level(-15.0), np.full(FRAMES, 20.0))
    assert sized.min() >= 0.0 and sized.max() <= 1.0 and (given == 1.0).all()
