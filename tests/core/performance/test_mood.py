# SPDX-License-Identifier: GPL-3.0-or-later
"""Moods over time: chosen, mixed, keyed, heard."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")
from core.audio.contours import Contours
from core.audio.phrases import Phrase
from core.audio.prosody import Prosody
from core.audio.syllables import Syllable
from core.motion.face_track import FACE_NAMES
from core.performance.emotion_prototypes import NAMES, PROTOTYPES
from core.performance.face.generation import generate_face
from core.performance.mood import layers_of, mood_of
from core.progress import Progress
from core.setting_fields import identifiers
from core.settings import EMOTIONS, GenerateSettings

FRAMES = 601


def voice(tilt_db: float = -7.0, range_semitones: float = 2.3, rate_per_s: float = 3.7) -> Prosody:
    """Ten seconds of speech with this effort, spread of pitch and pace."""
    time_s = np.arange(1001) / 100
    flat = np.zeros(len(time_s), np.float32)
    swing = np.sqrt(2.0) * range_semitones * np.sin(2 * np.pi * 1.3 * time_s)
    pitch_hz = (180.0 * 2.0 ** (swing / 12.0)).astype(np.float32)
    syllables = tuple(
        Syllable(float(at), float(at), float(at) + 0.1, 0.5, 0, 0.0, -20.0)
        for at in np.arange(0.1, 9.9, 1 / rate_per_s)
    )
    contours = Contours(flat - 20, flat - 20, flat + np.float32(tilt_db), flat, pitch_hz, flat + 1)
    return Prosody(10.0, contours, (Phrase(0.0, 10.0),), syllables)


def weight(mood, name: str) -> np.ndarray:
    return mood.weights[:, NAMES.index(name)]


def test_every_emotion_of_the_settings_has_a_prototype():
    assert set(identifiers(EMOTIONS)) - {"FROM_VOICE", "NEUTRAL"} == set(NAMES) - {"AROUSED", "SUBDUED"}
    assert len(set(identifiers(EMOTIONS)) - {"FROM_VOICE", "NEUTRAL"}) == 10


def test_neutral_is_nothing():
    mood = mood_of(voice(), (("NEUTRAL", 1.0), ("NEUTRAL", 1.0)), FRAMES)
    assert not mood.weights.any() and mood.typical("size") == 1.0 and mood.typical("pitch_deg") == 0.0


def test_emotions_mix():
    settings = GenerateSettings(emotion="HAPPY", emotion_strength=0.6, second_emotion="SURPRISED", second_strength=0.4)
    mood = mood_of(voice(), layers_of(settings), FRAMES)
    np.testing.assert_allclose(weight(mood, "HAPPY"), 0.6)
    np.testing.assert_allclose(weight(mood, "SURPRISED"), 0.4)
    expected = 0.6 * PROTOTYPES["HAPPY"].pitch_deg + 0.4 * PROTOTYPES["SURPRISED"].pitch_deg
    assert mood.typical("pitch_deg") == pytest.approx(expected)
    twice = mood_of(voice(), (("SAD", 0.8), ("SAD", 0.8)), FRAMES)
    np.testing.assert_allclose(weight(twice, "SAD"), 1.0)


def test_keyed_emotions_ease_into_one_another():
    keyed = ["ANGRY"] * 300 + ["SAD"] * (FRAMES - 300)
    mood = mood_of(voice(), ((keyed, np.linspace(0.0, 1.0, FRAMES)),), FRAMES)
    angry, sad = weight(mood, "ANGRY"), weight(mood, "SAD")
    np.testing.assert_allclose(angry + sad, np.linspace(0.0, 1.0, FRAMES), atol=1e-6)
    assert angry[:270].max() > 0.4 and not sad[:270].any() and not angry[330:].any()
    changing = (sad > 0.05 * 0.5) & (sad < 0.95 * 0.5)
    assert 0.3 < changing.sum() / 60 < 0.5
    assert np.abs(np.diff(angry)).max() < 0.05
    with pytest.raises(ValueError):
        mood_of(voice(), ((["SAD"], 1.0),), FRAMES)


def test_arousal_is_heard_and_usual_voices_are_left_alone():
    def heard(**how) -> tuple[float, float]:
        mood = mood_of(voice(**how), (("FROM_VOICE", 1.0),), FRAMES)
        return float(weight(mood, "AROUSED").mean()), float(weight(mood, "SUBDUED").mean())

    assert heard() == (0.0, 0.0) and heard(tilt_db=-5.0) == (0.0, 0.0)
    aroused, subdued = heard(tilt_db=0.0, range_semitones=4.0, rate_per_s=4.5)
    assert aroused > 0.6 and subdued == 0.0
    aroused, subdued = heard(tilt_db=-13.0, range_semitones=1.0, rate_per_s=2.9)
    assert aroused == 0.0 and subdued > 0.6


def test_from_voice_is_neutral_where_nothing_is_heard():
    faces = {}
    for emotion in ("FROM_VOICE", "NEUTRAL"):
        values = np.zeros((FRAMES, len(FACE_NAMES)), np.float32)
        drawn = np.tile(np.abs(np.sin(np.arange(FRAMES) / 40.0))[:, None], len(FACE_NAMES))
        generate_face(values, voice(), GenerateSettings(emotion=emotion), Progress(), drawn)
        faces[emotion] = values
    np.testing.assert_array_equal(faces["FROM_VOICE"], faces["NEUTRAL"])


def test_silence_has_no_arousal():
    still = np.zeros(1001, np.float32)
    silent = Prosody(10.0, Contours(still - 90, still - 90, still, still, still, still), (), ())
    assert not mood_of(silent, (("FROM_VOICE", 1.0),), FRAMES).weights.any()
