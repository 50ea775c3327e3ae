# SPDX-License-Identifier: GPL-3.0-or-later
"""Feet stand where they stand, on the floor, without pops."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.motion.clip import Clip
from core.motion.joints import JOINT_INDEX
from core.motion.kinematics.forward import forward
from core.motion.locomotion.contacts import estimate_contacts
from core.motion.locomotion.foot_planting import plant_feet
from core.motion.rotations import from_axis_angle
from core.motion.skeleton import average_adult
from core.motion.spans import spans

SKELETON = average_adult()
RATE = 30.0
POINTS = [JOINT_INDEX[name] for name in ("left_ankle", "right_ankle", "left_foot", "right_foot")]
HEIGHTS = SKELETON.rest_positions_m.numpy()[POINTS, 1]


def points(clip: Clip) -> np.ndarray:
    """Ankles and balls, (T, 4, 3)."""
    return forward(clip.rotations, clip.root_translation_m, SKELETON.offsets_m.numpy(), SKELETON.parents)[0][:, POINTS]


def standing(frames: int = 300, seed: int = 0, noise: float = 0.0) -> Clip:
    """A body that stands, knees slightly bent, 2 cm above the floor, whose root wanders so that the feet slide."""
    rng = np.random.default_rng(seed)
    time = np.arange(frames) / RATE
    clip = Clip.still(frames, RATE)
    pose = np.zeros((frames, 55, 3))
    for side in ("left", "right"):
        pose[:, JOINT_INDEX[f"{side}_hip"], 0], pose[:, JOINT_INDEX[f"{side}_knee"], 0] = -0.10, 0.20
        pose[:, JOINT_INDEX[f"{side}_ankle"], 0] = -0.10
        pose[:, JOINT_INDEX[f"{side}_hip"], 2] = 0.02 * np.sin(1.3 * time)
    pose += rng.normal(0.0, noise, pose.shape)
    root = np.stack(
        [0.02 * np.sin(0.9 * time), 0.02 + 0.003 * np.sin(2.1 * time), 0.015 * np.sin(1.7 * time + 1.0)], -1
    )
    return replace(clip, rotations=from_axis_angle(pose).astype(np.float32), root_translation_m=root.astype(np.float32))


def stepping(steps: int = 10, slip: float = 0.15) -> Clip:
    """A walk: legs swing to and fro, the root goes on faster than the standing leg says, by `slip` of its speed."""
    per = 18
    frames = steps * per
    time = np.arange(frames)
    pose = np.zeros((frames, 55, 3))
    swing = 0.35 * np.cos(np.pi * time / per)  # the left leg comes from the front in even steps
    lift = np.where((time // per) % 2 == 1, np.sin(np.pi * (time % per) / per) ** 2, 0.0)
    other = np.where((time // per) % 2 == 0, np.sin(np.pi * (time % per) / per) ** 2, 0.0)
    for side, angle, up in (("left", swing, lift), ("right", -swing, other)):
        pose[:, JOINT_INDEX[f"{side}_hip"], 0] = -angle - 0.5 * up
        pose[:, JOINT_INDEX[f"{side}_knee"], 0] = 0.15 + 0.9 * up
        pose[:, JOINT_INDEX[f"{side}_ankle"], 0] = angle - 0.15 - 0.4 * up
    clip = replace(Clip.still(frames, RATE), rotations=from_axis_angle(pose).astype(np.float32))
    places = points(clip)
    stands = np.where((time // per) % 2 == 0, 0, 1)
    ankle = places[time, stands]
    speed = np.zeros((frames, 3))
    speed[1:] = -(places[1:, :2] - places[:-1, :2])[np.arange(frames - 1), stands[1:]]
    root = np.cumsum(speed * (1.0 + slip), 0)
    root[:, 1] = 0.08 - ankle[:, 1]
    return replace(clip, root_translation_m=root.astype(np.float32))


def slide_cm_s(clip: Clip, contacts: np.ndarray) -> float:
    speed = np.linalg.norm(np.diff(points(clip), axis=0), axis=-1) * clip.rate_hz * 100.0
    both = (contacts[1:] > 0.5) & (contacts[:-1] > 0.5)
    return float(speed[both].max())


def height_cm(clip: Clip, contacts: np.ndarray) -> float:
    return float(100.0 * np.abs(points(clip)[..., 1] - HEIGHTS)[contacts > 0.5].max())


@pytest.mark.parametrize("noise", [0.0, 0.004])
def test_standing_feet_are_found_and_stand_still(noise):
    clip = standing(noise=noise)
    assert estimate_contacts(clip, SKELETON).mean() > 0.98
    assert slide_cm_s(clip, np.ones((300, 4))) > 1.0 and height_cm(clip, np.ones((300, 4))) > 1.5
    planted = plant_feet(clip, SKELETON)
    assert slide_cm_s(planted, planted.contacts) < 0.05
    assert height_cm(planted, planted.contacts) < 0.05
    assert np.abs(planted.rotations[:, JOINT_INDEX["spine1"]] - clip.rotations[:, JOINT_INDEX["spine1"]]).max() == 0.0


def test_the_pelvis_keeps_swaying_over_its_feet():
    clip = standing()
    planted = plant_feet(clip, SKELETON)
    moved, meant = np.ptp(planted.root_translation_m[:, 0]), np.ptp(clip.root_translation_m[:, 0])
    assert moved > 0.8 * meant


def test_a_gliding_body_stops_gliding():
    clip = standing()
    root = clip.root_translation_m.copy()
    root[:, 0] += np.linspace(0.0, 0.8, len(clip))  # 8 cm a second
    planted = plant_feet(replace(clip, root_translation_m=root), SKELETON)
    assert slide_cm_s(planted, planted.contacts) < 0.05
    assert np.ptp(planted.root_translation_m[:, 0]) < 0.15


def test_a_foot_that_creeps_makes_small_steps():
    """One foot creeps outwards by 2 cm a second, as generated motion may: it stands, and steps now and then."""
    clip = Clip.still(300, RATE)
    pose = np.zeros((300, 55, 3))
    pose[:, JOINT_INDEX["left_hip"], 2] = np.linspace(0.0, 0.25, 300)
    pose[:, JOINT_INDEX["left_ankle"], 2] = -np.linspace(0.0, 0.25, 300)
    clip = replace(clip, rotations=from_axis_angle(pose).astype(np.float32))
    planted = plant_feet(clip, SKELETON)
    assert slide_cm_s(planted, planted.contacts) < 0.05
    assert planted.contacts[:, 0].mean() > 0.75 and planted.contacts[:, 1].mean() == 1.0
    gaps = spans(planted.contacts[1:-1, 0] < 0.5)
    assert 1 <= len(gaps) <= 6
    heights = points(planted)[:, 0, 1] - HEIGHTS[0]
    assert all(0.01 < heights[start : end + 2].max() < 0.08 for start, end in gaps)
    assert np.linalg.norm(np.diff(points(planted), 2, axis=0), axis=-1).max() * RATE**2 < 25.0


@pytest.mark.parametrize("seed", range(3))
def test_noise_does_not_make_feet_flicker(seed):
    rng = np.random.default_rng(seed)
    clip = standing(600, seed, noise=0.01)
    root = clip.root_translation_m + rng.normal(0.0, 0.003, (600, 3))
    planted = plant_feet(replace(clip, root_translation_m=root.astype(np.float32)), SKELETON)
    assert planted.contacts.mean() > 0.97
    assert all(len(spans(planted.contacts[:, point] > 0.5)) <= 2 for point in range(4))
    assert slide_cm_s(planted, planted.contacts) < 0.05


def test_walking_feet_stand_and_swing():
    clip = stepping()
    before = estimate_contacts(clip, SKELETON)
    assert 0.4 < before.mean() < 0.9
    planted = plant_feet(clip, SKELETON)
    assert slide_cm_s(clip, planted.contacts) > 10.0
    assert slide_cm_s(planted, planted.contacts) < 0.1
    assert height_cm(planted, planted.contacts) < 0.1
    for point in range(4):  # every foot steps several times
        assert len(spans(planted.contacts[:, point] > 0.5)) >= 4
    lifted = points(planted)[:, :2, 1].max(0) - HEIGHTS[:2]
    assert (lifted > 0.06).all()
    assert points(planted)[..., 1].min() > -0.01


def test_nothing_pops():
    """Accelerations of feet and pelvis stay near what the source has itself."""
    for clip in (standing(), stepping()):
        planted = plant_feet(clip, SKELETON)
        most = [np.linalg.norm(np.diff(points(each), 2, axis=0), axis=-1).max() * RATE**2 for each in (clip, planted)]
        assert most[1] < 1.3 * most[0] + 4.0
        root = np.abs(np.diff(planted.root_translation_m, 2, axis=0)).max() * RATE**2
        assert root < 1.5 * np.abs(np.diff(clip.root_translation_m, 2, axis=0)).max() * RATE**2 + 2.0


def test_planting_twice_changes_nothing_more():
    once = plant_feet(stepping(), SKELETON)
    twice = plant_feet(once, SKELETON, contacts=once.contacts)
    assert np.abs(points(twice) - points(once)).max() < 0.02


def test_empty_and_single_frames():
    assert len(plant_feet(Clip.still(0, RATE), SKELETON)) == 0
    for frames in (1, 2, 3):
        planted = plant_feet(Clip.still(frames, RATE), SKELETON)
        assert np.isfinite(planted.rotations).all()
        assert np.abs(points(planted) - SKELETON.rest_positions_m.numpy()[POINTS]).max() < 2e-3
