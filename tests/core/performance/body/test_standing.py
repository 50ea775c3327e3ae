# SPDX-License-Identifier: GPL-3.0-or-later
"""A figure stands with one foot ahead, another seed or character otherwise; soles stay flat and who was posed stays."""

from __future__ import annotations

import numpy as np

from core.motion import rotations as rot
from core.motion.clip import Clip
from core.motion.joints import JOINT_INDEX, JOINT_NAMES
from core.motion.kinematics.forward import forward
from core.motion.locomotion.foot_planting import plant_feet
from core.motion.skeleton import average_adult
from core.performance.body.standing import with_a_foot_ahead
from core.settings import GenerateSettings

STILL = Clip.still(30, 30.0, frozenset(JOINT_NAMES))


def ankles(clip: Clip) -> tuple[np.ndarray, np.ndarray]:
    """(2, 3) places and (2, 4) world rotations of the middle frame."""
    adult = average_adult()
    places, turns = forward(clip.rotations, clip.root_translation_m, adult.offsets_m.numpy(), adult.parents)
    joints = [JOINT_INDEX["left_ankle"], JOINT_INDEX["right_ankle"]]
    return places[15, joints], turns[15, joints]


def test_one_foot_is_ahead_and_both_are_flat_on_the_floor():
    ahead = []
    for seed in range(12):
        clip = with_a_foot_ahead(STILL, GenerateSettings(seed=seed), "Ann")
        places, turns = ankles(plant_feet(clip, average_adult()))
        assert np.ptp(places[:, 1]) < 0.005
        assert rot.angle_between_deg(turns, ankles(STILL)[1]).max() < 3.0
        ahead.append(places[0, 2] - places[1, 2])
    assert (np.abs(ahead) > 0.02).all() and (np.abs(ahead) < 0.12).all() and len({np.sign(one) for one in ahead}) == 2


def test_characters_stand_differently_and_a_pose_is_left_alone():
    first, second = (with_a_foot_ahead(STILL, GenerateSettings(seed=1), name) for name in ("Ann", "Ben"))
    assert not np.allclose(first.rotations, second.rotations)
    assert with_a_foot_ahead(STILL, GenerateSettings(seed=1, stance="AS_POSED"), "Ann") is STILL
    arms = Clip.still(30, 30.0, frozenset({"left_elbow"}))
    assert with_a_foot_ahead(arms, GenerateSettings(seed=1), "Ann") is arms
