# SPDX-License-Identifier: GPL-3.0-or-later
"""Phrases that the animator kept: as text and back, where the music lets them come again, on its beats, and as they were danced."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.errors import UserError
from core.motion import rotations as rot
from core.motion.clip import Clip
from core.motion.joints import JOINT_INDEX
from core.performance.dance.decoded_dance import LocalDance
from core.performance.dance.phrases import Phrase
from core.performance.dance.repeated_phrases import Beats, repeats_of, with_their_motion
from core.prompts.kept_phrases import BESIDE_S, KeptPhrase, from_text, to_text

from .test_dance_plan import RATE_HZ, music

SONG = tuple(Phrase(8.0 * at, 8.0 * at + 8.0) for at in range(6))


def kept(first_s: float, last_s: float, again_s: float | None = None) -> KeptPhrase:
    """A phrase in which the left arm goes up steadily by 60° a second, over a turn of the hips."""
    frames = int(round((last_s - first_s + 2.0 * BESIDE_S) * 30.0)) + 1
    clip = Clip.still(frames, 30.0, frozenset(("left_shoulder", "pelvis")))
    seconds = np.arange(frames) / 30.0
    clip.rotations[:, JOINT_INDEX["left_shoulder"]] = rot.from_axis_angle(
        np.outer(np.radians(60.0) * seconds / (last_s - first_s), (0.0, 0.0, 1.0))
    )
    clip.rotations[:, 0] = rot.from_axis_angle(np.outer(0.1 * seconds, (0.0, 1.0, 0.0)))
    clip.root_translation_m[:, 0] = 0.2 * seconds
    return KeptPhrase("Phrase 1", first_s, last_s, replace(clip, start_s=first_s - BESIDE_S), again_s)


def test_a_phrase_is_text_and_back_and_a_broken_text_says_what_to_do():
    clip = kept(1.0, 3.0).clip
    again = from_text(to_text(clip), clip.start_s)
    assert again.driven == clip.driven and again.rate_hz == clip.rate_hz and again.start_s == clip.start_s
    assert rot.angle_between_deg(again.rotations.astype(float), clip.rotations.astype(float)).max() < 0.05
    assert np.allclose(again.root_translation_m, clip.root_translation_m, atol=1e-6)
    for broken in ("", "{}", to_text(clip)[:-40], to_text(clip).replace('"frames": ', '"frames": 9')):
        with pytest.raises(UserError, match="cannot be read"):
            from_text(broken)


def test_it_comes_again_where_the_music_comes_back_and_else_in_every_second_phrase():
    times = np.arange(4800) / 100.0
    comes_back = np.where((times % 24.0) < 8.0, 0.3 * (times % 8.0), 2.0 + np.sin(times * (1.0 + times / 20.0)))
    found, notes = repeats_of([kept(2.0, 6.0)], music(np.zeros(4800), comes_back), SONG)
    assert [one.first_s for one in found] == pytest.approx([2.0, 26.0])
    assert notes == ["“Phrase 1” is danced again at 26.0 s."]
    never = music(np.zeros(4800), np.random.default_rng(3).normal(size=4800).cumsum())
    found, _ = repeats_of([kept(2.0, 6.0)], never, SONG)
    assert [one.first_s for one in found] == pytest.approx([2.0, 18.0, 34.0])


def test_it_comes_again_on_the_beat_nearest_to_the_frame_that_was_asked_for():
    found, notes = repeats_of([kept(2.1, 6.0, again_s=20.3)], music(np.zeros(4800)), SONG)
    assert [one.first_s for one in found] == pytest.approx([2.1, 20.1])
    assert "at 20.1 s" in notes[0]


@pytest.mark.parametrize(
    "phrases, song, said",
    [
        ([kept(42.0, 46.0)], SONG, "no room for it later"),
        ([kept(2.0, 6.0)], SONG[3:], "nothing is danced where it was kept"),
        ([kept(2.0, 6.0)], (), "nothing to dance to"),
        ([kept(2.0, 6.0), kept(3.0, 7.0)], SONG, "another kept phrase is danced there"),
    ],
)
def test_what_cannot_come_again_is_said(phrases, song, said):
    _, notes = repeats_of(phrases, music(np.zeros(4800)), song)
    assert any(said in note for note in notes)


def test_beats_count_on_before_the_first_and_after_the_last():
    beats = Beats(np.array([1.0, 1.5, 2.0, 2.6]))
    places = np.array([-2.0, 0.0, 1.5, 3.0, 5.0])
    assert beats.seconds(places) == pytest.approx([0.0, 1.0, 1.75, 2.6, 3.8])
    assert beats.places(beats.seconds(places)) == pytest.approx(places)


def test_it_is_danced_as_it_was_and_flows_in_and_out():
    frames = int(48 * RATE_HZ)
    still = np.zeros((frames, 55, 4))
    still[..., 0] = 1.0
    dance = LocalDance(still, np.zeros((frames, 2)), np.zeros(frames), np.zeros(frames))
    phrase = kept(2.0, 6.0, again_s=20.0)
    found, _ = repeats_of([phrase], music(np.zeros(4800)), SONG)
    times = np.arange(frames) / RATE_HZ
    made = with_their_motion(dance, found, times, RATE_HZ)
    shoulder = made.rotations[:, JOINT_INDEX["left_shoulder"]]
    turned = np.degrees(2.0 * np.arccos(np.abs(shoulder[:, 0]).clip(0.0, 1.0)))
    for second in (2.0, 20.0):
        rows = slice(int(second * RATE_HZ), int((second + 4.0) * RATE_HZ))
        assert turned[rows] == pytest.approx(60.0 * (times[rows] - second + BESIDE_S) / 4.0, abs=0.2)
        assert made.turning[rows].mean() == pytest.approx(0.1, abs=0.01)
        assert made.velocity[rows].mean(0)[0] == pytest.approx(0.2, rel=0.1)
    beside = (times < 1.6) | ((times > 6.4) & (times < 19.6)) | (times > 24.4)
    assert turned[beside].max() == 0.0
    assert np.abs(np.diff(turned)).max() * RATE_HZ < 600.0
