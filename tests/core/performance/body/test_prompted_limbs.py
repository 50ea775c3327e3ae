# SPDX-License-Identifier: GPL-3.0-or-later
"""Prompts change their limb near them, and nothing else; the trunk answers a raised arm."""

import numpy as np
import pytest

from core.audio import decoding
from core.motion import rotations as rot
from core.motion.clip import Clip
from core.motion.joints import JOINT_INDEX, JOINT_NAMES
from core.paths import ROOT
from core.performance.body.answers import COLLAR_DEG, SPINE, answer_arms
from core.performance.body.prompted_limbs import prompted_limbs, spliced, stretches
from core.performance.speech import perform
from core.prompts.model import PosePrompts
from core.settings import GenerateSettings

SPEECH = ROOT / "docs" / "demo" / "speech.ogg"
ALL = frozenset(JOINT_NAMES)
STILL = np.tile([1.0, 0.0, 0.0, 0.0], (len(JOINT_NAMES), 1))


def turned(*degrees):
    return rot.from_axis_angle(np.radians(np.array([degrees], float)))


def asks(joint, degrees, *times_s):
    return PosePrompts({joint: (np.array(times_s), np.repeat(turned(*degrees), len(times_s), 0))})


def hanging():
    """A posture with hanging arms."""
    posture = STILL.copy()
    for side, sign in (("left", -1.0), ("right", 1.0)):
        posture[JOINT_INDEX[f"{side}_shoulder"]] = turned(0, 0, sign * 75)[0]
    return posture


def test_a_limb_counts_near_its_prompts_and_holds():
    (arm,) = prompted_limbs(asks("left_elbow", (0, -40, 0), 2.0, 5.0), ALL)
    assert set(arm.joints) == {"left_collar", "left_shoulder", "left_elbow", "left_wrist"}
    assert arm.away_s(np.array([1.0, 2.0, 3.5, 5.0, 5.5])).tolist() == [1.0, 0.0, 0.0, 0.0, 0.5]
    assert arm.weights(np.array([0.0, 3.5, 7.0])).tolist() == [0.0, 1.0, 0.0]
    assert prompted_limbs(asks("left_elbow", (0, -40, 0), 2.0), frozenset({"head"})) == ()
    assert prompted_limbs(asks("left_knee", (40, 0, 0), 2.0), ALL) == ()  # feet are put on the floor elsewhere


def test_what_is_made_anew_reaches_over_no_end_and_is_joined():
    limbs = prompted_limbs(asks("right_wrist", (0, 0, 30), 0.2), ALL) + prompted_limbs(
        PosePrompts(
            {"spine2": (np.array([4.0, 5.0, 30.0]), np.concatenate([turned(5, 0, 0), turned(9, 0, 0)] * 2)[:3])}
        ),
        ALL,
    )
    spans = stretches(limbs, 20.0)
    assert spans == [(0.0, pytest.approx(6.4))]


def test_only_the_prompted_limb_is_taken_over():
    clip = Clip.still(180, 30.0, ALL)
    other = Clip(np.tile(turned(0, 0, 50).astype(np.float32), (180, len(JOINT_NAMES), 1)), *clip_rest(180), 30.0, ALL)
    mixed = spliced(clip, other, prompted_limbs(asks("right_shoulder", (0, 0, 50), 3.0), ALL))
    changed = {name for name in JOINT_NAMES if rot.angle_between_deg(mixed[name], clip[name]).max() > 1e-3}
    assert changed == {"right_collar", "right_shoulder", "right_elbow", "right_wrist"}
    assert rot.angle_between_deg(mixed["right_shoulder"][[0, 90, 179]], clip["right_shoulder"][[0, 90, 179]]).round(
        2
    ).tolist() == [0.0, 50.0, 0.0]


def clip_rest(frames):
    return np.zeros((frames, 3), np.float32), np.zeros((frames, 4), np.float32)


@pytest.mark.parametrize(("side", "sign"), [("left", 1.0), ("right", -1.0)])
def test_the_trunk_answers_a_raised_arm_within_bounds(side, sign):
    clip = Clip.still(180, 30.0, ALL)
    clip.rotations[:] = hanging()
    clip.rotations[:, JOINT_INDEX[f"{side}_shoulder"]] = turned(0, 0, sign * 30)  # raised above the horizontal
    answered = answer_arms(clip, asks(f"{side}_shoulder", (0, 0, sign * 30), 3.0), hanging())
    collar = rot.to_axis_angle(answered[f"{side}_collar"][90].astype(float))
    assert (
        5.0 < np.degrees(np.linalg.norm(collar)) <= COLLAR_DEG and np.sign(collar[2]) == sign
    )  # it goes up with the arm
    spine = rot.angle_between_deg(answered["spine3"], clip["spine3"])
    assert 1.0 < spine[90] <= SPINE["spine3"][1] and spine[0] == 0.0 and spine[-1] == 0.0
    other = "right" if side == "left" else "left"
    for joint in (f"{other}_collar", f"{other}_shoulder", f"{side}_elbow", "left_hip"):
        assert np.array_equal(answered[joint], clip[joint])


def test_a_collar_that_was_keyed_does_not_answer():
    clip = Clip.still(180, 30.0, ALL)
    clip.rotations[:] = hanging()
    clip.rotations[:, JOINT_INDEX["left_shoulder"]] = turned(0, 0, 30)
    both = PosePrompts({**asks("left_shoulder", (0, 0, 30), 3.0).joints, **asks("left_collar", (0, 0, 0), 3.0).joints})
    answered = answer_arms(clip, both, hanging())
    assert rot.angle_between_deg(answered["left_collar"][90], clip["left_collar"][90]) < 1e-6
    assert rot.angle_between_deg(answered["spine3"][90], clip["spine3"][90]) > 1.0


@pytest.mark.slow
def test_the_plan_stays_that_of_the_seed():
    sound = decoding.load(SPEECH)
    settings = GenerateSettings(seed=7)
    plain = perform(sound, settings)
    smile = PosePrompts(shapes={"mouthSmileLeft": (np.array([2.0, 4.0]), np.array([0.8, 0.2]))})
    assert np.array_equal(perform(sound, settings, prompts=smile).body.rotations, plain.body.rotations)
    prompts = PosePrompts({**asks("left_shoulder", (0, 0, 20), 5.0).joints, **asks("head", (0, -45, 0), 5.0).joints})
    made = perform(sound, settings, prompts=prompts)
    off = {name: rot.angle_between_deg(made.body[name], plain.body[name]).max() for name in JOINT_NAMES}
    answering = {"left_collar", "neck", "head", *SPINE, *(f"{side}_eye_smplhf" for side in ("left", "right"))}
    limb = {"left_shoulder", "left_elbow", "left_wrist"}
    assert max(most for name, most in off.items() if name not in answering | limb) < 0.1
    assert 2.0 < off["left_collar"] < 30.0 and 1.0 < off["spine3"] < 4.0 and off["neck"] > 4.0
    held = rot.angle_between_deg(made.body["left_shoulder"][300:331], turned(0, 0, 20))
    assert held.max() < 0.5
    assert np.abs(made.body.root_translation_m - plain.body.root_translation_m).max() < 1e-5
