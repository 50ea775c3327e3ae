# SPDX-License-Identifier: GPL-3.0-or-later
"""Hips and legs placed by hand: what was asked for is met, and the foot that was not placed stays where it stands."""

from __future__ import annotations

import numpy as np
import torch

from core.motion.clip import Clip
from core.motion.joints import BODY_JOINTS, JOINT_INDEX
from core.motion.locomotion.foot_planting import plant_feet
from core.motion.rotation_tensors import quaternion_to_matrix
from core.motion.rotations import angle_between_deg, from_axis_angle
from core.motion.skeleton import average_adult
from core.performance.body.prompted_feet import stand_by_prompts, without_steps
from core.prompts.model import PosePrompts

FRAMES, RATE_HZ = 150, 30.0


def standing() -> Clip:
    """Someone who stands with knees a little bent and sways the chest."""
    clip = Clip.still(FRAMES, RATE_HZ, frozenset(BODY_JOINTS))
    for side in ("left", "right"):
        for joint, angle in (("hip", -0.25), ("knee", 0.5), ("ankle", -0.25)):
            clip.rotations[:, JOINT_INDEX[f"{side}_{joint}"]] = from_axis_angle(np.array([angle, 0.0, 0.0]))
    sway = 0.1 * np.sin(np.arange(FRAMES) / 20.0)
    clip.rotations[:, JOINT_INDEX["spine2"]] = from_axis_angle(np.stack([0 * sway, 0 * sway, sway], 1))
    clip.root_translation_m[:, 1] = -0.03
    return plant_feet(clip, average_adult())


def ankle(clip: Clip, side: str) -> np.ndarray:
    skeleton = average_adult()
    places, _ = skeleton.forward(
        quaternion_to_matrix(torch.from_numpy(np.ascontiguousarray(clip.rotations))),
        torch.from_numpy(np.ascontiguousarray(clip.root_translation_m)),
    )
    return places[:, JOINT_INDEX[f"{side}_ankle"]].numpy()


def test_hips_go_where_they_were_put_and_feet_stay():
    clip = standing()
    wanted = clip.root_translation_m[75] + np.float32([0.06, -0.05, 0.02])
    prompts = PosePrompts(root=(np.array([75 / RATE_HZ]), wanted[None].astype(float)))
    placed = stand_by_prompts(clip, prompts, average_adult())
    assert np.abs(placed.root_translation_m[75] - wanted).max() < 1e-4
    for side in ("left", "right"):
        assert np.linalg.norm(ankle(placed, side) - ankle(clip, side), axis=1).max() < 0.01


def test_a_leg_that_was_keyed_wins_over_its_lock_and_the_other_stays():
    clip = standing()
    lifted = from_axis_angle(np.array([-1.0, 0.0, 0.0]))
    prompts = PosePrompts({"left_hip": (np.array([2.5]), lifted[None])})
    placed = stand_by_prompts(clip, prompts, average_adult())
    assert angle_between_deg(placed["left_hip"][75].astype(float), lifted) < 0.01
    assert np.linalg.norm(ankle(placed, "right") - ankle(clip, "right"), axis=1).max() < 0.01
    assert ankle(placed, "left")[75, 1] > ankle(clip, "left")[75, 1] + 0.1


def test_prompts_elsewhere_leave_legs_alone():
    clip = standing()
    prompts = PosePrompts({"head": (np.array([1.0]), from_axis_angle(np.array([[0.3, 0.0, 0.0]])))})
    placed = stand_by_prompts(clip, prompts, average_adult())
    assert np.array_equal(placed["left_knee"], clip["left_knee"])
    assert stand_by_prompts(clip, None, average_adult()) is clip


def test_prompted_legs_and_hips_keep_steps_away():
    keyed = from_axis_angle(np.array([[-1.0, 0.0, 0.0]]))
    assert without_steps(None) == () and without_steps(PosePrompts({"left_wrist": (np.array([2.0]), keyed)})) == ()
    assert without_steps(PosePrompts({"left_hip": (np.array([2.5]), keyed)})) == ((1.5, 3.5),)
    assert without_steps(PosePrompts({"pelvis": (np.array([2.5]), keyed)})) == ((-np.inf, np.inf),)
    assert without_steps(PosePrompts(root=(np.array([2.5]), np.zeros((1, 3))))) == ((-np.inf, np.inf),)
