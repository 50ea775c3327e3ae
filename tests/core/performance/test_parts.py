# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts: what each drives, what the whole body stands for, what stays of figures that sit and of hands that hold."""

from __future__ import annotations

from core.motion.gesture_plan import GestureUnit
from core.motion.joints import FINGER_JOINTS, LEG_JOINTS, TORSO_AND_LIMB_JOINTS
from core.performance.body.held_hands import with_free_hands
from core.performance.parts import JOINTS, as_whole_body, driven_joints, in_body, moved_joints
from core.settings import DEFAULT_PARTS, IN_BODY, GenerateSettings


def unit(hand: str) -> GestureUnit:
    return GestureUnit("point", hand, 1.0, 1.0, 1.5, 1.6, 2.0, 2.6)


def fingers(side: str) -> set[str]:
    return {joint for joint in FINGER_JOINTS if joint.startswith(side)}


def test_body_stands_for_its_four():
    assert driven_joints(IN_BODY) - {*FINGER_JOINTS} == driven_joints({"BODY"}) == TORSO_AND_LIMB_JOINTS
    assert in_body({"BODY", "LIPS"}) == {*IN_BODY}
    owned = [joint for part in IN_BODY for joint in JOINTS[part]]
    assert len(owned) == len(set(owned))


def test_a_hand_goes_with_the_arm_that_is_chosen():
    assert driven_joints({"RIGHT_ARM"}) & {*FINGER_JOINTS} == fingers("right")
    assert driven_joints({"LEFT_ARM", "HANDS", "TORSO"}) & {*FINGER_JOINTS} == fingers("left")
    assert driven_joints({"TORSO", "LEGS", "HANDS"}) >= {*FINGER_JOINTS}
    assert not driven_joints({"BODY", "LEFT_ARM"}) & {*FINGER_JOINTS}


def test_what_a_figure_keeps_is_not_moved():
    seated = GenerateSettings(stance="AS_POSED")
    assert not moved_joints(seated) & (LEG_JOINTS | {"pelvis"})
    assert {"spine1", "left_wrist"} <= moved_joints(seated)
    holding = moved_joints(GenerateSettings(holds=frozenset({"LEFT"})))
    assert not holding & (fingers("left") | {"left_elbow", "left_wrist"})
    assert fingers("right") | {"left_shoulder", "right_wrist"} <= holding


def test_one_part_is_made_with_the_whole_body():
    whole = as_whole_body(GenerateSettings(parts=frozenset({"LIPS", "RIGHT_ARM", "LEGS"})))
    assert whole.parts >= {"BODY", "HANDS", "LIPS"} and whole.locomotion == "SHIFT"
    assert as_whole_body(GenerateSettings()) == GenerateSettings()
    seated = as_whole_body(GenerateSettings(stance="AS_POSED", parts=DEFAULT_PARTS | {"ROOT"}, locomotion="FREE"))
    assert seated.locomotion == "OFF" and "ROOT" not in seated.parts


def test_gestures_go_to_the_hand_that_is_free():
    units = [unit("left"), unit("both"), unit("right")]
    assert [one.hand for one in with_free_hands(units, {"RIGHT"})] == ["left"] * 3
    assert with_free_hands(units, {"LEFT", "RIGHT"}) == ()
    assert with_free_hands(units, ()) == tuple(units)
