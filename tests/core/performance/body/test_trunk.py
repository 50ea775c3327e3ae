# SPDX-License-Identifier: GPL-3.0-or-later
"""Trunks as lively as recorded ones: monotone in style, bounded, and nothing out of nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.motion import rotations as rot
from core.motion.clip import Clip
from core.motion.joints import JOINT_INDEX, JOINT_NAMES, TORSO_JOINTS
from core.motion.kinematics.forward import turned_in_the_world
from core.performance.body.trunk import as_lively, shift_manner, speed_deg_s

RATE_HZ = 30.0


def swaying(size_deg: float) -> Clip:
    """Only the spine yaws, once in two seconds."""
    clip = Clip.still(300, RATE_HZ)
    yaw = np.radians(size_deg) * np.sin(np.pi * np.arange(300) / RATE_HZ)
    clip.rotations[:, JOINT_INDEX["spine2"]] = rot.from_axis_angle(np.outer(yaw, [0.0, 1.0, 0.0]))
    return Clip(clip.rotations, clip.root_translation_m, clip.contacts, RATE_HZ, frozenset(TORSO_JOINTS))


def mean_speed(clip: Clip, chain: tuple[str, ...]) -> float:
    world = turned_in_the_world(clip.rotations, chain)
    return float(rot.angle_between_deg(world[:-1], world[1:]).mean() * RATE_HZ)


def test_livelier_styles_turn_faster_and_shift_farther_and_oftener():
    wished = [speed_deg_s("chest", bearing) for bearing in (-1.0, -0.3, 0.0, 0.3, 1.0)]
    assert wished == sorted(wished) and wished[0] < 0.8 * wished[2] < 0.8 * wished[4]
    got = [as_lively(swaying(2.0), np.ones(300, bool), bearing) for bearing in (-1.0, 0.0, 1.0)]
    for chain in (TORSO_JOINTS, TORSO_JOINTS[:1]):
        speeds = [mean_speed(clip, chain) for clip in got]
        assert speeds[0] < speeds[1] < speeds[2]
    calm, lively = shift_manner(-1.0), shift_manner(1.0)
    assert calm.far[0] < lively.far[0] and calm.often < 1.0 < lively.often


def test_the_pelvis_goes_along_as_measured_and_the_chest_stays():
    before = swaying(3.0)
    after = as_lively(before, np.ones(300, bool))
    assert mean_speed(before, TORSO_JOINTS[:1]) == 0.0
    assert mean_speed(after, TORSO_JOINTS) == pytest.approx(speed_deg_s("chest", 0.0), rel=0.15)
    assert mean_speed(after, TORSO_JOINTS[:1]) == pytest.approx(speed_deg_s("pelvis", 0.0), rel=0.25)


def test_the_chest_follows_the_hand_that_goes_out():
    clip = replace(Clip.still(300, RATE_HZ), driven=frozenset(JOINT_NAMES))
    swing = 0.5 * np.sin(np.pi * np.arange(300) / RATE_HZ)
    for side, sign in (("left", -1.0), ("right", 1.0)):
        hangs = np.repeat([[0.0, 0.0, sign * 1.3]], 300, axis=0)
        hangs[:, 2] += swing if side == "left" else 0.0
        clip.rotations[:, JOINT_INDEX[f"{side}_shoulder"]] = rot.from_axis_angle(hangs)
    world = turned_in_the_world(as_lively(clip, np.ones(300, bool)).rotations, TORSO_JOINTS)
    yaw = rot.to_axis_angle(world)[:, 1]
    assert np.corrcoef(yaw[60:-60], swing[60:-60])[0, 1] > 0.9 and np.degrees(yaw[60:-60].max()) > 2.0


def test_nothing_comes_of_nothing_and_turns_are_bounded():
    still = as_lively(swaying(0.0), np.ones(300, bool))
    assert mean_speed(still, TORSO_JOINTS) < 1e-3
    wild = as_lively(swaying(30.0), np.ones(300, bool), strength=50.0)
    turned = rot.angle_between_deg(wild["spine2"], np.array([[1.0, 0.0, 0.0, 0.0]]))
    assert turned.max() < 15.0
