# SPDX-License-Identifier: GPL-3.0-or-later
"""What Auto makes of what was heard, and that it says so."""

from __future__ import annotations

import numpy as np
import pytest

from core.audio import sound_kind
from core.audio.clip import RATE_HZ, AudioClip
from core.audio.sound_kind import SoundKind
from core.performance import modes
from core.settings import GenerateSettings

CLIP = AudioClip(np.ones(RATE_HZ, np.float32), name="sound")


@pytest.mark.parametrize(
    "speech, music, kind, mode, expected",
    [
        (0.9, 0.0, "SPEECH", "SPEECH", "heard a voice"),
        (0.1, 0.1, "SPEECH", "SPEECH", "not sure"),
        (0.1, 1.0, "MUSIC", "DANCE", "heard music"),
        (0.6, 1.0, "BOTH", "DANCE", "heard music"),
        (0.9, 1.0, "BOTH", "SPEECH", "music under a voice"),
    ],
)
def test_what_auto_makes_of_a_sound(monkeypatch, speech, music, kind, mode, expected):
    monkeypatch.setattr(sound_kind, "sound_kind", lambda _samples: SoundKind(speech, music, kind))
    monkeypatch.setattr(modes, "can_dance", lambda: True)
    chosen = modes.choose(CLIP, GenerateSettings(mode="AUTO"))
    assert chosen.mode == mode and expected in chosen.notes[0]
