# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import numpy as np
import pytest

from core.motion.joints import JOINT_INDEX
from core.motion.rotations import from_axis_angle
from core.prompts.conditioning import on_frames
from core.prompts.model import PosePrompts

RAISED, LOWERED = (from_axis_angle(np.array([0.0, 0.0, angle])) for angle in (0.9, -0.4))


def test_a_hold_is_given_at_every_frame_and_a_pose_at_its_own():
    prompts = PosePrompts(
        {
            "left_shoulder": (np.array([1.0, 2.0, 2.5]), np.stack([RAISED, -RAISED, LOWERED])),
            "left_index1": (np.array([1.0]), RAISED[None]),
        },
        (np.array([1.5]), np.array([[0.1, 0.0, 0.0]])),
    )
    frames = on_frames(prompts, 30.0, 0.0, 120)
    shoulder = JOINT_INDEX["left_shoulder"]
    assert frames.joint_mask[:, shoulder].nonzero()[0].tolist() == [*range(30, 61), 75]
    assert frames.joint_mask.sum() == 32 + 1
    assert np.abs(frames.rotations[30:61, shoulder] @ RAISED) == pytest.approx(1.0, abs=1e-6)
    assert frames.rotations[75, shoulder] == pytest.approx(LOWERED, abs=1e-6)
    assert np.array_equal(frames.rotations[61, shoulder], [1.0, 0.0, 0.0, 0.0])
    assert frames.root_mask.nonzero()[0].tolist() == [45]
    assert frames.root_m[45] == pytest.approx([0.1, 0.0, 0.0])


def test_what_lies_outside_of_the_frames_is_left_out_but_a_hold_reaches_in():
    prompts = PosePrompts({"neck": (np.array([-1.0, -0.5, 9.0]), np.stack([LOWERED, RAISED, RAISED]))})
    frames = on_frames(prompts, 10.0, 0.0, 20)
    assert frames.joint_mask[:, JOINT_INDEX["neck"]].all()
    assert not on_frames(prompts, 10.0, 20.0, 20).joint_mask.any()
