# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.motion.clip import Clip
from core.motion.joints import BODY_JOINTS, JOINT_INDEX
from core.motion.rotations import angle_between_deg, from_axis_angle
from core.prompts.blending import blend_clip_through
from core.prompts.model import PosePrompts


def test_a_clip_passes_through_the_prompts_of_what_it_drives():
    clip = Clip.still(120, 30.0, frozenset(BODY_JOINTS))
    raised = from_axis_angle(np.array([0.0, 0.0, 0.9]))
    prompts = PosePrompts(
        {
            "left_shoulder": (np.array([1.0, 2.0]), np.stack([raised, raised])),
            "left_index1": (np.array([1.0]), raised[None]),
        },
        (np.array([1.5]), np.array([[0.1, 0.0, 0.0]])),
    )
    blended = blend_clip_through(clip, prompts)
    assert angle_between_deg(blended["left_shoulder"][30:61].astype(float), raised).max() < 1e-3
    assert np.array_equal(blended["left_index1"], clip["left_index1"])  # not driven
    assert blended.root_translation_m[45] == pytest.approx([0.1, 0.0, 0.0], abs=1e-6)
    assert np.array_equal(blended["right_shoulder"], clip["right_shoulder"])
    assert blend_clip_through(clip, None) is clip


def test_a_clip_that_passes_through_its_prompts_is_left_as_it_is():
    clip = Clip.still(120, 30.0, frozenset(BODY_JOINTS))
    raised, lowered = (from_axis_angle(np.array([0.0, 0.0, angle])) for angle in (0.9, -0.4))
    prompts = PosePrompts({"left_shoulder": (np.array([1.0, 2.0, 3.1]), np.stack([raised, raised, lowered]))}, None)
    once = blend_clip_through(clip, prompts)
    assert np.array_equal(blend_clip_through(once, prompts).rotations, once.rotations)
    moved = once.rotations.copy()
    shoulder = JOINT_INDEX["left_shoulder"]
    moved[45, shoulder] = clip.rotations[45, shoulder]  # inside of the hold
    again = blend_clip_through(replace(once, rotations=moved), prompts)
    assert angle_between_deg(again["left_shoulder"][30:61].astype(float), raised).max() < 1e-3
