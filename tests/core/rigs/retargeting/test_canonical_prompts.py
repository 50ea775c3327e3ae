# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys on bones become canonical prompts that, retargeted again, give the same bones."""

from __future__ import annotations

import numpy as np
import pytest

from core.motion.clip import Clip
from core.motion.joints import BODY_JOINTS, JOINT_INDEX
from core.motion.rotations import angle_between_deg, from_axis_angle
from core.rigs.character import Character
from core.rigs.description import FaceMesh, RigDescription, ShapeKey
from core.rigs.prompts import RigPrompts
from core.rigs.retargeting.body import body_curves
from core.rigs.retargeting.canonical_prompts import prompts_in_canonical_space
from core.rigs.spaces import BLENDER_AXES
from tests.core.rigs.retargeting.test_body import PARENTS, figure, mixamo_names
from tests.core.rigs.rig_building import rig

FRAMES = 6


def poses(seed: int) -> Clip:
    rng = np.random.default_rng(seed)
    clip = Clip.still(FRAMES, 1.0, frozenset(BODY_JOINTS))
    clip.rotations[:, :22] = from_axis_angle(rng.normal(0, 0.35, (FRAMES, 22, 3)))
    return Clip(clip.rotations, rng.normal(0, 0.2, (FRAMES, 3)).astype(np.float32), clip.contacts, 1.0, clip.driven)


def retargeted(clip: Clip, description: RigDescription):
    return body_curves(clip, np.arange(FRAMES, dtype=float), Character.of(description), None, False)


@pytest.mark.slow
def test_what_was_keyed_comes_back():
    for droop, axes in ((0.0, BLENDER_AXES), (0.8, np.eye(3))):
        description = rig(mixamo_names(), axes, seed=3, places=figure(droop), parents=PARENTS)
        clip = poses(1)
        made = retargeted(clip, description)
        times_s = np.arange(FRAMES, dtype=float)
        given = RigPrompts(
            {bone: (times_s, values) for bone, values in made.rotations.items()},
            {bone: (times_s, values) for bone, values in made.locations.items()},
        )
        prompts, _ = prompts_in_canonical_space(given, Character.of(description), clip.driven)
        again = Clip.still(FRAMES, 1.0, clip.driven)
        for joint, (at_s, quaternions) in prompts.joints.items():
            again.rotations[at_s.astype(int), JOINT_INDEX[joint]] = quaternions
        assert prompts.root is not None
        assert prompts.root[1] == pytest.approx(clip.root_translation_m, abs=1e-4)
        again = Clip(again.rotations, prompts.root[1].astype(np.float32), again.contacts, 1.0, again.driven)
        twice = retargeted(again, description)
        for bone, values in made.rotations.items():
            assert angle_between_deg(values.astype(float), twice.rotations[bone].astype(float)).max() < 0.05, bone


def test_only_what_is_keyed_is_asked_for():
    description = rig(mixamo_names(), seed=4, places=figure(0.5), parents=PARENTS)
    made = retargeted(poses(2), description)
    hand, head = "mixamorig:LeftHand", "mixamorig:Head"
    given = RigPrompts(
        {hand: (np.array([0.5, 2.0]), made.rotations[hand][[0, 1]]), head: (np.array([2.0]), made.rotations[head][[2]])}
    )
    prompts, _ = prompts_in_canonical_space(given, Character.of(description))
    assert set(prompts.joints) == {"left_wrist", "head"} and prompts.root is None
    assert prompts.joints["left_wrist"][0] == pytest.approx([0.5, 2.0]) and prompts.joints["head"][0] == pytest.approx(
        [2.0]
    )
    assert prompts.times_s == pytest.approx([0.5, 2.0])


def test_a_bend_no_arm_can_do_is_named():
    description = rig(mixamo_names(), seed=5, places=figure(0.0), parents=PARENTS)
    clip = Clip.still(FRAMES, 1.0, frozenset(BODY_JOINTS))
    clip.rotations[:, JOINT_INDEX["left_elbow"]] = from_axis_angle(np.array([0.0, np.radians(90.0), 0.0]))  # backwards
    made = retargeted(clip, description)
    forearm = "mixamorig:LeftForeArm"
    given = RigPrompts({forearm: (np.array([1.25]), made.rotations[forearm][[0]])})
    prompts, beyond = prompts_in_canonical_space(given, Character.of(description))
    assert "left_elbow" in prompts.joints
    assert beyond[0].bone == forearm and beyond[0].time_s == 1.25 and beyond[0].degrees > 40.0


def test_shape_keys_that_are_one_canonical_shape_each():
    description = RigDescription(
        "face",
        (
            FaceMesh(
                "face", tuple(ShapeKey(name) for name in ("jawOpen", "mouthSmileLeft", "browInnerUp", "eyeBlinkLeft"))
            ),
        ),
    )
    prompts, _ = prompts_in_canonical_space(
        RigPrompts(shapes={"jawOpen": (np.array([1.0]), np.array([0.4])), "hat": (np.array([1.0]), np.array([1.0]))}),
        Character.of(description),
    )
    assert set(prompts.shapes) == {"jawOpen"} and prompts.shapes["jawOpen"][1] == pytest.approx([0.4])
