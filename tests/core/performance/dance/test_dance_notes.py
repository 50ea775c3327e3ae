# SPDX-License-Identifier: GPL-3.0-or-later
"""What the report says of a sound that is danced to, or cannot be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.audio.music.analysis import analyse
from core.audio.sound_kind import SoundKind
from core.development.demo.music import piece
from core.performance.dance.dance_notes import notes_of
from core.performance.dance.occasions import Occasion, occasions_of
from core.settings import GenerateSettings

from .test_dance_plan import music

DANCED = (Occasion(0.5, 19.0),)
MUSIC = SoundKind(0.1, 1.0, "MUSIC")


def said(occasions=DANCED, kind=MUSIC, duration_s=20.0, pulse=0.8, **settings) -> str:
    heard = music(np.zeros(int(duration_s * 100)))
    heard = replace(heard, pulse=np.full(len(heard.heard), pulse))
    return "\n".join(notes_of(heard, occasions, duration_s, kind, GenerateSettings(mode="DANCE", **settings)))


@pytest.mark.parametrize(
    "kind, duration_s, expected",
    [
        (SoundKind(0.0, 0.0, "SILENCE"), 20.0, "There is no music in the sound"),
        (SoundKind(0.9, 1.0, "BOTH"), 2.0, "too short to dance to"),
        (SoundKind(1.0, 0.0, "SPEECH"), 20.0, "Someone talks here, and no music was found"),
        (SoundKind(0.0, 0.0, "SPEECH"), 20.0, "No beat was found"),
        (MUSIC, 20.0, "No beat was found"),
    ],
)
def test_one_sentence_says_why_nobody_dances(kind, duration_s, expected):
    found = said((), kind, duration_s)
    assert expected in found and "\n" not in found


def test_the_lips_are_spoken_of_once_and_as_they_are_set():
    voice = SoundKind(0.95, 1.0, "BOTH")
    assert "voice over the music. Switch on Sing" in said(kind=voice) and said(kind=voice).count("Sing") == 1
    assert "lips follow the voice" in said(kind=voice, dance_sings=True)
    assert "The mouth does not sing" in said()
    assert "voice" not in said(kind=voice, parts=frozenset({"BODY"}))


def test_waiting_is_said_wherever_it_is():
    found = said((Occasion(4.0, 8.0), Occasion(14.0, 16.0)))
    assert "from 0.0 s to 4.0 s" in found and "from 8.0 s to 14.0 s" in found and "from 16.0 s to 20.0 s" in found
    assert "nothing to dance to" not in said()


def test_a_faint_beat_is_said_by_what_is_danced_to():
    assert "The beat is faint" in said(pulse=0.1)
    assert "faint" not in said()


@pytest.mark.parametrize(
    "bars, bpm, beats_a_bar, much, expected",
    [
        (6, 132.0, 3, 1.0, "in 3/4"),
        (4, 60.0, 4, 1.0, "beats a minute"),
        (8, 180.0, 4, 1.0, "beats a minute"),
        (5, 112.0, 4, 0.003, "112 beats a minute in 4/4"),
        (5, 112.0, 4, 30.0, "112 beats a minute in 4/4"),
    ],
    ids=["waltz", "slow", "quick", "quiet", "clipped"],
)
def test_unusual_music_is_danced_to_at_its_tempo(bars, bpm, beats_a_bar, much, expected):
    samples = (much * piece(bars, bpm, beats_a_bar).samples).clip(-1.0, 1.0)[::2]
    heard = analyse(samples.astype(np.float32))
    occasions = occasions_of(heard)
    assert len(occasions) == 1
    octaves = np.log2(heard.tempo_bpm / bpm)
    assert abs(octaves) < 1.1
    assert bpm > 170.0 or abs(octaves - round(octaves)) < 0.05  # three quick beats may be heard as two
    notes = notes_of(heard, occasions, len(samples) / 16000.0, MUSIC, GenerateSettings(mode="DANCE"))
    assert expected in notes[0] and "Danced as" in notes[0]
