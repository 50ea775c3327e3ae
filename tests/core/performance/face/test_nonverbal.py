# SPDX-License-Identifier: GPL-3.0-or-later
"""Blinks, gaze, brows, head and breath: natural rates and shapes, at the right moments, reproducible."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")
from core.audio.prosody import Prosody
from core.motion.face_track import FACE_INDEX, FACE_NAMES
from core.performance.face import blinks, breath, brows, gaze, head, movement
from core.performance.face.quantiles import draw
from core.performance.seeding import generator_for
from core.statistics import NONVERBAL, statistics_of
from tests.core.performance.face.talking import TALK, voice_with


@pytest.fixture(scope="module")
def talk() -> Prosody:
    return voice_with(TALK)


@pytest.fixture(scope="module")
def silence() -> Prosody:
    return voice_with(())


def empty(voice: Prosody) -> np.ndarray:
    return np.zeros((voice.at(60.0).frames, len(FACE_NAMES)), np.float32)


def test_draws_follow_the_statistics():
    table = statistics_of(NONVERBAL)
    random = generator_for(0, "test")
    values = [draw(random, table["blinks"]["interval_of_mean"]) for _ in range(20000)]
    assert np.median(values) == pytest.approx(table["blinks"]["interval_of_mean"][10], rel=0.03)
    assert len(table["gaze"]["speaking"]["away_sectors"]) == 8


def test_generators_depend_on_seed_and_name_only():
    assert generator_for(3, "a").random() == generator_for(3, "a").random()
    assert len({generator_for(seed, name).random() for seed in (3, 4) for name in ("a", "b")}) == 4


@pytest.mark.parametrize("seed", range(4))
def test_blink_rates(talk, silence, seed):
    spoken, idle = (len(blinks.blinks(voice, seed, np.zeros(0))) / 5 for voice in (talk, silence))
    assert 14 < spoken < 36  # a minute; Bentivoglio 1997: 26 on average in conversation
    assert 9 < idle < 26  # 17 at rest
    assert spoken > idle


def test_blinks_come_at_pauses(talk):
    times = np.concatenate([[blink.start_s for blink in blinks.blinks(talk, seed, np.zeros(0))] for seed in range(8)])
    after_end = np.array([((time - np.array([end for _, end in TALK])) % 3.1).min() for time in times])
    assert (after_end < 0.3).mean() > 2.0 * 0.3 / 3.1  # at least twice as many as by chance


def test_lids_close_fast_and_open_slowly(talk):
    events = blinks.blinks(talk, 1, np.zeros(0))
    lid = blinks.lid_curve(talk.at(60.0), events)
    assert lid.min() >= 0.0 and lid.max() <= 1.0
    for blink in events:
        assert 0.06 <= blink.closing_s < blink.opening_s <= 0.27
        assert blink.closing_s + blink.closed_s + blink.opening_s < 0.45
    gaps = np.diff([blink.start_s for blink in events])
    assert gaps.min() > 0.2
    for blink in [blink for blink in events if blink.start_s < 290]:
        at = slice(int(blink.start_s * 60), int((blink.start_s + 0.25) * 60))
        assert lid[at].max() > 0.95


def test_gaze_rests_and_jumps_as_measured(talk, silence):
    for voice, kind in ((talk, "speaking"), (silence, "listening")):
        events = gaze.fixations(voice, 2)
        dwell = np.diff([event.start_s for event in events])
        assert dwell.min() > 0.1
        assert 1.0 < len(events) / voice.duration_s < 3.0
        share = sum(length for length, event in zip(dwell, events) if event.on_partner) / voice.duration_s
        assert share == pytest.approx(statistics_of(NONVERBAL)["gaze"][kind]["share_on_partner"], abs=0.17)
    yaw, pitch = gaze.gaze_angles(gaze.fixations(talk, 2), 2, talk.at(60.0).frames)
    assert np.abs(yaw).max() < 30 and np.abs(pitch).max() < 25
    assert np.abs(yaw).max() > 5
    speed = np.hypot(np.diff(yaw), np.diff(pitch)) * 60
    assert speed.max() < 700  # main sequence: below 700 degrees a second
    assert np.median(speed) < 3.0  # the eyes rest most of the time


def test_larger_jumps_are_faster():
    peaks = []
    for size in (2.0, 5.0, 10.0, 20.0):
        curve = movement.steps(
            np.array([0.0, 1.0]), np.array([0.0, size]), np.array([0.1, 0.021 + 0.0022 * size]), 2000, 1000.0
        )
        peaks.append(np.abs(np.diff(curve)).max() * 1000)
    assert peaks == sorted(peaks)
    assert 100 < peaks[0] < 250 and 350 < peaks[3] < 650  # Bahill 1975: about 150 and 500 degrees a second


def test_look_shapes_agree_with_the_angles():
    values = np.zeros((4, len(FACE_NAMES)), np.float32)
    gaze.look_shapes(values, np.array([10.0, -10.0, 0.0, 0.0]), np.array([0.0, 0.0, 10.0, -10.0]))

    def shape(name):
        return values[:, FACE_INDEX[name]]

    assert shape("eyeLookOutLeft")[0] > 0.2 and shape("eyeLookInRight")[0] > 0.2 and shape("eyeLookInLeft")[0] == 0
    assert shape("eyeLookInLeft")[1] > 0.2 and shape("eyeLookOutRight")[1] > 0.2
    assert shape("eyeLookDownLeft")[2] > 0.2 and shape("eyeLookUpLeft")[3] > 0.2
    assert values.max() < 0.5
    assert 0.05 < shape("eyeBlinkLeft")[2] < 0.3 and shape("eyeBlinkLeft")[3] == 0  # the lids follow


def test_brows_follow_accents(talk, silence):
    values = empty(talk)
    brows.brows(talk, values, 3)
    curve = values[:, FACE_INDEX["browInnerUp"]]
    assert 0.15 < curve.max() <= 1.0 and (curve > 0.2).mean() < 0.3
    idle = empty(silence)
    brows.brows(silence, idle, 3)
    assert idle[:, FACE_INDEX["browInnerUp"]].max() < 0.12
    assert np.abs(np.diff(values, 2, axis=0)).max() < 0.06  # no jumps
    near = np.zeros(len(curve), bool)
    for accent in talk.accents:
        near[int((accent.peak_s - 0.1) * 60) : int((accent.peak_s + 0.5) * 60)] = True
    peaks = np.flatnonzero((curve[1:-1] > curve[:-2]) & (curve[1:-1] >= curve[2:]) & (curve[1:-1] > 0.15)) + 1
    assert near[peaks].mean() > 0.6


def test_head_range_and_nods(talk, silence):
    angles = head.head_angles(talk, 5)
    for name, least, most in (("yaw", 1.5, 7.0), ("pitch", 1.2, 5.0), ("roll", 1.0, 4.5)):
        assert least < angles[name].std() < most
        assert np.abs(angles[name]).max() < 25
        assert np.abs(np.diff(angles[name], 2)).max() * 3600 < 1500  # degrees per s²: no jitter
    idle = head.head_angles(silence, 5)
    assert 0.2 < idle["yaw"].std() < angles["yaw"].std()
    quick = angles["pitch"] - np.convolve(angles["pitch"], np.ones(61) / 61, "same")
    at = [
        int((accent.peak_s + 0.05) * 60) for accent in talk.accents if accent.prominence > 0.8 and accent.peak_s < 299
    ]
    assert quick[at].mean() > 0.4  # down (positive) at accents
    neck, top = head.head_rotations(angles)
    from core.motion import rotations as rot

    both = rot.multiply(neck, top)
    expected = rot.from_yaw_pitch_roll(*(np.radians(angles[name]) for name in ("yaw", "pitch", "roll")))
    assert rot.angle_between_deg(both, expected).max() < 0.01
    rest = np.array([1.0, 0.0, 0.0, 0.0])
    shares = rot.angle_between_deg(neck[60:], rest) / np.maximum(rot.angle_between_deg(both[60:], rest), 1e-3)
    assert 0.3 < np.median(shares) < 0.45


def test_breath_only_in_pauses(talk):
    values, pitch = empty(talk), np.zeros(talk.at(60.0).frames)
    events = breath.inhalations(talk)
    breath.breathe(talk, values, pitch, events, 1)
    jaw = values[:, FACE_INDEX["jawOpen"]]
    assert len(events) > 40 and 0.02 < jaw.max() < 0.15
    for start, end in TALK:
        assert jaw[int(start * 60) : int(end * 60)].max() < 1e-6
    assert 0.2 < -pitch.min() < 3.0


def test_steps_reach_their_targets():
    curve = movement.steps(np.array([0.5, 1.0]), np.array([2.0, -1.0]), np.array([0.2, 0.3]), 120, 60.0)
    assert curve[0] == 0.0 and curve[45] == pytest.approx(2.0) and curve[-1] == pytest.approx(-1.0)
    cut_short = movement.steps(np.array([0.0, 0.1]), np.array([2.0, 0.0]), np.array([0.4, 0.2]), 60, 60.0)
    assert np.abs(np.diff(cut_short)).max() < 0.2  # goes on from where it is


def test_drift_has_the_wanted_size():
    noise = movement.drift(generator_for(0, "x"), 36000, 60.0, ((0.05, 0.2), (0.2, 1.0)), (3.0, 1.0))
    assert noise.std() == pytest.approx(np.sqrt(10.0), rel=0.3)
