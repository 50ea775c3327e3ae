# SPDX-License-Identifier: GPL-3.0-or-later
"""When it is danced, which phrases come again, where on the stage, and how blinks keep off the beats."""

from __future__ import annotations

import numpy as np
import pytest

from core.audio.music.analysis import MusicAnalysis
from core.audio.music.heard import HeardMusic
from core.audio.music.metre import Bars
from core.audio.music.tempo import tempo_strengths
from core.models.bailando.dancer_frames import WIDTH, to_clip, to_vectors
from core.motion.recorded.to_canonical import mirrored
from core.performance.dance import occasions, stage
from core.performance.dance.face import between_beats
from core.performance.dance.judging import judged
from core.performance.dance.mirroring import mirrored_vectors
from core.performance.dance.phrases import phrases_of
from core.performance.face.blinks import Blink

RATE_HZ = 60.0


def music(level_db: np.ndarray, sound: np.ndarray | None = None, bpm: float = 120.0) -> MusicAnalysis:
    """Music of so many hundredths of a second with beats throughout; sound (T,): what its pitch classes and timbre go by."""
    frames = len(level_db)
    sound = np.zeros(frames) if sound is None else sound
    chroma = np.stack([np.cos(sound * (at + 1)) for at in range(12)], 1)
    cepstrum = np.stack([np.sin(sound * (at + 1)) for at in range(13)], 1)
    onset = 8.0 * (np.arange(frames) % 50 < 3)
    heard = HeardMusic(onset, onset, level_db, cepstrum, chroma)
    beats = np.arange(0.0, frames / 100.0, 60.0 / bpm)
    pace, pulse = np.full(frames, bpm), np.full(frames, 0.8)
    return MusicAnalysis(heard, pace, pulse, beats, Bars("4/4", 4, 0), tempo_strengths(onset))


def test_silence_is_waited_out_and_the_figure_rests_before_the_first_and_after_the_last_beat():
    level = np.zeros(3000)
    level[1200:1900] = -50.0
    found = occasions.occasions_of(music(level))
    assert len(found) == 2
    assert 11.5 < found[0].last_s < 12.5 and 18.5 < found[1].first_s < 19.5
    share = occasions.dancing_share(found, np.array([0.0, 5.0, 15.5, 25.0, 30.0]), 30.0)
    assert share == pytest.approx([0.0, 1.0, 0.0, 1.0, 0.0])


def test_a_short_break_is_danced_through_and_a_moment_of_music_is_not_worth_a_dance():
    level = np.zeros(3000)
    level[1200:1300] = -50.0
    assert len(occasions.occasions_of(music(level))) == 1
    assert occasions.occasions_of(music(np.full(180, 0.0))) == ()


def test_where_nothing_begins_on_the_beats_nobody_dances():
    noise = music(np.zeros(2000))
    noise.heard.onset[:] = 3.0 + np.random.default_rng(2).normal(size=2000).clip(-1.0, 1.0)
    assert occasions.occasions_of(noise) == ()


def test_phrases_that_sound_alike_are_danced_again_and_mirrored():
    times = np.arange(4800) / 100.0
    sound = np.where((times % 24.0) < 16.0, 0.3 * (times % 8.0), 2.0 + np.sin(times))  # a a b a a b, of four bars each
    whole = music(np.zeros(4800), sound)
    found = phrases_of(whole, occasions.Occasion(0.0, 47.5), 48.0)
    assert [phrase.start_s for phrase in found] == pytest.approx(np.arange(6) * 8.0)
    assert found[1].source == 0 and found[1].mirrored
    assert found[4].source == 0 and found[4].varied and not found[4].mirrored
    assert found[0].source == found[2].source == found[3].source == -1


def test_a_mirror_image_of_a_mirror_image_is_the_dance():
    vectors = np.random.default_rng(1).normal(size=(5, WIDTH)).astype(np.float32)
    assert not np.array_equal(mirrored_vectors(vectors), vectors)
    assert np.array_equal(mirrored_vectors(mirrored_vectors(vectors)), vectors)


def test_mirrored_numbers_are_those_of_the_mirrored_motion():
    random = np.random.default_rng(4)
    clip = to_clip(random.normal(size=(12, WIDTH)).astype(np.float32), RATE_HZ)
    assert mirrored_vectors(to_vectors(clip)) == pytest.approx(to_vectors(mirrored(clip)), abs=1e-4)


@pytest.mark.parametrize("radius_m", [0.12, 1.5])
def test_whoever_walks_straight_on_does_not_leave_the_stage(radius_m):
    frames = 1200
    velocity = np.tile([0.3, 0.6], (frames, 1))
    way = stage.travelled(velocity, np.zeros(frames), RATE_HZ, np.ones(frames), radius_m)
    away = np.linalg.norm(way, axis=1)
    assert away.max() <= radius_m + 1e-9
    assert away.max() > 0.6 * radius_m
    assert np.abs(np.diff(way, axis=0)).max() * RATE_HZ < 0.7


def test_a_turned_dancer_comes_round_to_the_front_and_whole_turns_stay():
    frames = 900
    turning = np.zeros(frames)
    turning[60:120] = np.radians(120.0)
    heading = stage.steered(turning, RATE_HZ, np.ones(frames))
    assert abs(np.degrees(heading[120])) > 75.0
    assert abs(np.degrees(heading[-1])) < 60.0
    turning[60:120] = np.radians(360.0)
    heading = np.degrees(stage.steered(turning, RATE_HZ, np.ones(frames)))
    assert heading[-1] == pytest.approx(360.0, abs=45.0)


def test_no_lid_is_shut_on_a_beat():
    beats = np.arange(0.0, 10.0, 0.5)
    events = tuple(Blink(start, 0.08, 0.04, 0.2) for start in (0.9, 2.45, 4.1, 5.95))
    for blink in between_beats(events, beats):
        shut = blink.start_s + blink.closing_s, blink.start_s + blink.closing_s + blink.closed_s
        assert not ((beats > shut[0] - 0.05) & (beats < shut[1] + 0.05)).any()


def test_the_dance_that_slows_down_on_the_beats_and_does_not_stand_is_judged_best():
    frames = np.arange(240)
    beats = np.arange(0, 240, 30)
    in_time = 0.6 - 0.4 * np.cos(2.0 * np.pi * frames / 30.0)
    late = np.roll(in_time, 15)
    stands = np.full(240, 0.02)
    found = judged(np.stack((in_time, late, stands)), np.zeros(3), beats, RATE_HZ, 0.7)
    assert found[0] > found[1] > found[2]
