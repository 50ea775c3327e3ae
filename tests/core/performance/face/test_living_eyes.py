# SPDX-License-Identifier: GPL-3.0-or-later
"""Eyes over many seeds: blinks that shut at every frame rate and never stop, glances aside to think, a head that goes along."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")
from core.evaluation.metrics.eyes import blink_figures, blink_times_s, coincidence
from core.motion.face_track import FACE_INDEX, FACE_NAMES, FACE_RATE_HZ, FaceTrack
from core.motion.lid_closures import LIDS, with_blinks
from core.motion.resampling import face_at
from core.motion.simplification import SHAPE_TOLERANCE, simplify_curves
from core.performance.face import blinks, gaze, head
from core.performance.face.generation import generate_face
from core.performance.parts import LIPS, PART_OF_SHAPE
from core.performance.seeding import seed_of_sound
from core.progress import Progress
from core.settings import GenerateSettings
from tests.core.performance.face.talking import voice_with

MINUTE_S = 60.0
READING = [(0.4, 5.6), (6.0, 13.5), (13.8, 19.0), (19.6, 31.0), (31.4, 36.0), (37.5, 44.0), (44.4, 58.5)]


@pytest.fixture(scope="module")
def reading():
    return voice_with(READING, MINUTE_S)


@pytest.fixture(scope="module")
def faces(reading) -> list[np.ndarray]:
    """(T, 55) of a dozen seeds."""
    frames = reading.at(FACE_RATE_HZ).frames
    made = [np.zeros((frames, len(FACE_NAMES)), np.float32) for _ in range(12)]
    for seed, values in enumerate(made):
        generate_face(values, reading, GenerateSettings(seed=seed), Progress())
    return made


def test_a_seed_never_changes_the_lips(reading, faces):
    """Breath and mood are theirs, too: what a mouth does is said by the sound and the settings alone."""
    mouth = [FACE_INDEX[name] for name, part in PART_OF_SHAPE.items() if part == LIPS]
    happy = [np.zeros_like(faces[0]) for _ in range(2)]
    for seed, values in enumerate(happy):
        settings = GenerateSettings(seed=seed, emotion="HAPPY", emotion_strength=1.0)
        generate_face(values, reading, settings, Progress())
    for several in (faces, happy):
        assert np.ptp(several[0][:, mouth], axis=0).max() > 0.02  # it breathes
        for values in several[1:]:
            np.testing.assert_array_equal(values[:, mouth], several[0][:, mouth])
            assert np.abs(values - several[0]).max() > 0.1


def lid(values: np.ndarray) -> np.ndarray:
    return values[:, FACE_INDEX[LIDS[0]]]


def test_nobody_stares_or_flutters(faces):
    rows = [blink_figures(lid(values), FACE_RATE_HZ) for values in faces]
    assert all(12 <= row["per_min"] <= 25 and row["longest_gap_s"] < 8.0 and row["full"] == 1.0 for row in rows)
    assert np.ptp([row["per_min"] for row in rows]) >= 3  # people differ


@pytest.mark.parametrize("fps", [12.0, 24000 / 1001, 24.0, 25.0, 30.0, 60.0])
def test_blinks_shut_at_every_frame_rate(faces, fps):
    for values in faces[:6]:
        track = FaceTrack(values)
        frames = int(MINUTE_S * fps)  # an earlier end may cut a blink
        at_scene, _ = with_blinks(face_at(track, fps, 0.21, frames), track)
        curve = lid(at_scene.values)
        keys = simplify_curves(np.arange(frames, dtype=float), curve[:, None].copy(), SHAPE_TOLERANCE)[0]
        for shown in (curve, keys.evaluate(np.arange(frames, dtype=float))):
            row = blink_figures(shown, fps)
            assert row["full"] == 1.0 and row["longest_gap_s"] < 8.0
            assert len(blink_times_s(shown, fps)) >= 0.9 * len(blink_times_s(lid(values), FACE_RATE_HZ)) - 1


def test_two_who_hear_the_same_do_not_blink_together(reading):
    sound = 0.1 * np.random.default_rng(0).standard_normal(16000).astype(np.float32)
    seeds = {name: seed_of_sound(0, sound, name) for name in ("Anna", "Berta", "Anna.001", "Clara")}
    assert len(set(seeds.values())) == 4
    times = [np.array([one.start_s for one in blinks.blinks(reading, seed, np.zeros(0))]) for seed in seeds.values()]
    together, _ = coincidence(times, MINUTE_S)
    assert together < 0.15


def test_first_blinks_come_at_no_common_moment(reading):
    first_s = [blinks.blinks(reading, seed, np.zeros(0))[0].start_s for seed in range(80)]
    most = max(sum(abs(one - other) < 0.05 for other in first_s) for one in first_s)
    assert most <= 8 and min(first_s) >= blinks.PARAMETERS.earliest_s


def test_glances_aside_come_before_phrases_and_end_with_them():
    phrases = [(start, start + 4.0) for start in np.arange(1.0, 290.0, 4.8)]
    voice = voice_with(phrases)
    before, ending = [], []
    for seed in range(4):
        events = gaze.fixations(voice, seed)
        times, on = np.array([event.start_s for event in events]), np.array([event.on_partner for event in events])

        def looks_at_partner(at_s: np.ndarray, times=times, on=on) -> float:
            return float(on[np.maximum(np.searchsorted(times, at_s, side="right") - 1, 0)].mean())

        before.append(looks_at_partner(np.array([start + 0.1 for start, _ in phrases])))
        ending.append(looks_at_partner(np.array([end - 0.1 for _, end in phrases])))
    assert np.mean(ending) > np.mean(before) + 0.2


def test_the_head_follows_the_eyes_aside_and_later():
    aside = (
        gaze.Fixation(0.0, 0.0, 0.0, True),
        gaze.Fixation(1.0, 14.0, 0.0, False),
        gaze.Fixation(3.0, 0.0, 0.0, True),
    )
    still = {name: np.zeros(300) for name in head.AXES}
    yaw = head.follow_gaze(still, aside, 3)["yaw"]
    assert 2.0 < yaw[160] < 9.0 and abs(yaw[-1]) < 0.1
    eyes, _ = gaze.gaze_angles(aside, 3, 300)
    assert np.flatnonzero(yaw > 1.0)[0] > np.flatnonzero(eyes > 3.0)[0] + 2
    near = (aside[0], gaze.Fixation(1.0, 3.0, 0.0, False))
    assert not head.follow_gaze(still, near, 3)["yaw"].any()


def test_resting_eyes_drift_and_jump_a_little():
    rest = (gaze.Fixation(0.0, 0.0, 0.0, True),)
    angles = np.stack(gaze.gaze_angles(rest, 1, 3600))
    steps = np.abs(np.diff(angles)).max(0)
    jumps = (steps > 0.08).sum()
    assert 0.02 < angles.std() < 0.3 and np.abs(angles).max() < 1.0
    assert 30 < jumps < 130  # one or two a second


def test_wide_eyes_shut_in_a_blink(reading):
    values = np.zeros((reading.at(FACE_RATE_HZ).frames, len(FACE_NAMES)), np.float32)
    values[:, FACE_INDEX["eyeWideLeft"]] = 0.6
    generate_face(values, reading, GenerateSettings(seed=1), Progress())
    assert values[lid(values) > 0.98, FACE_INDEX["eyeWideLeft"]].max() < 0.02
