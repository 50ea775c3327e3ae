# SPDX-License-Identifier: GPL-3.0-or-later
"""The face of a dancer: moods that were chosen or keyed act, and where the voice was to say them the music does."""

from __future__ import annotations

import numpy as np
import pytest

from core.motion.clip import Clip
from core.motion.face_track import FACE_INDEX, FACE_NAMES
from core.performance.dance.face import dance_face, silent
from core.performance.keyed_settings import NOTHING_KEYED, KeyedSettings
from core.settings import GenerateSettings

SECONDS, RATE_HZ = 10, 60
FRAMES = SECONDS * RATE_HZ + 1
KEYED = KeyedSettings(np.array([0.0, 5.0]), {"emotion": np.array(["SAD", "FROM_VOICE"])})


def smiles(keyed: KeyedSettings = NOTHING_KEYED, **settings) -> tuple[float, float]:
    """How much is smiled in the first and in the second half, while the music gets as loud as it can."""
    values = np.zeros((FRAMES, len(FACE_NAMES)), np.float32)
    beats = np.arange(0.0, SECONDS, 0.5)
    own = GenerateSettings(mode="DANCE", **settings)
    body, whole = Clip.still(FRAMES, float(RATE_HZ)), np.ones(FRAMES)
    dance_face(values, silent(float(SECONDS)), body, whole, beats, beats[::4], own, whole, keyed)
    smile = values[:, FACE_INDEX["mouthSmileLeft"]]
    return float(smile[60:270].mean()), float(smile[360:540].mean())


@pytest.mark.parametrize("keyed", [False, True])
def test_where_the_voice_was_to_say_the_mood_it_is_joy_with_loud_music(keyed):
    first, second = smiles(KEYED if keyed else NOTHING_KEYED, emotion="FROM_VOICE")
    assert second > 0.05
    assert first < 0.5 * second if keyed else first > 0.5 * second


def test_a_keyed_emotion_acts():
    keyed = KeyedSettings(np.array([0.0, 5.0]), {"emotion": np.array(["NEUTRAL", "HAPPY"])})
    first, second = smiles(keyed)
    assert second > first + 0.1
