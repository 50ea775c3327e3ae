# SPDX-License-Identifier: GPL-3.0-or-later
"""A chain of joints is turned as the whole body's kinematics have it, and each joint has its other side."""

from __future__ import annotations

import numpy as np
import pytest

from core.motion import rotations as rot
from core.motion.joints import JOINT_INDEX, JOINT_NAMES, JOINT_PARENTS, TORSO_JOINTS, other_side
from core.motion.kinematics.forward import forward, turned_in_the_world


@pytest.mark.parametrize("further", [(), ("neck", "head"), ("left_collar", "left_shoulder", "left_elbow")])
def test_a_chain_is_turned_as_in_the_whole_body(further):
    random = np.random.default_rng(3)
    rotations = rot.normalised(random.normal(size=(4, len(JOINT_NAMES), 4)))
    _, world = forward(rotations, np.zeros((4, 3)), np.zeros((len(JOINT_NAMES), 3)), JOINT_PARENTS)
    chain = (*TORSO_JOINTS, *further)
    assert turned_in_the_world(rotations, chain) == pytest.approx(world[:, JOINT_INDEX[chain[-1]]], abs=1e-12)


def test_the_other_side_of_the_other_side_is_the_joint_itself():
    assert other_side("left_index2") == "right_index2" and other_side("spine2") == "spine2"
    assert all(other_side(other_side(name)) == name for name in JOINT_NAMES)
    assert {other_side(name) for name in JOINT_NAMES} == set(JOINT_NAMES)
