# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures that sit, lie or hold something keep that, in every way to pose them; parts move alone."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from mathutils import Quaternion

from tests.blender.building import add_person, curves_of, generate, put_stand_in, write_wav

PREFIX = "mixamorig:"
LEGS = ("Hips", "LeftUpLeg", "RightUpLeg", "LeftLeg", "RightLeg", "LeftFoot", "RightFoot")
ARM = ("RightForeArm", "RightHand", "RightHandIndex1")


@pytest.fixture
def speech(monkeypatch, extension):
    return put_stand_in(monkeypatch)


@pytest.fixture
def sound(tmp_path):
    return str(write_wav(tmp_path / "line.wav"))


def turn(rig, name: str, degrees: float, axis=(1.0, 0.0, 0.0)) -> None:
    """Turn a bone about an axis of the armature."""
    bone = rig.pose.bones[PREFIX + name]
    rest = bone.bone.matrix_local.to_quaternion()
    bone.rotation_mode = "QUATERNION"
    bone.rotation_quaternion = rest.inverted() @ Quaternion(axis, np.radians(degrees)) @ rest


def move_hips(rig, x: float, y: float, z: float) -> None:
    bone = rig.pose.bones[PREFIX + "Hips"]
    bone.location = bone.bone.matrix_local.to_quaternion().inverted() @ type(bone.location)((x, y, z))


def sit_sideways(rig) -> None:
    """On a stool, one leg farther out, chest leaning back a little."""
    move_hips(rig, 0.1, 0.05, -0.35)
    for side, thigh, shin in (("Left", 80, -75), ("Right", 70, -88)):
        turn(rig, f"{side}UpLeg", thigh)
        turn(rig, f"{side}Leg", shin)
    turn(rig, "Spine", -12)


def moved(rig, names) -> float:
    """How far heads of these bones move over the line, metres."""
    found = []
    for frame in (1, 6, 12, 18):
        bpy.context.scene.frame_set(frame)
        found.append([np.array(rig.pose.bones[PREFIX + name].matrix.translation) for name in names])
    return float(np.ptp(np.array(found), axis=0).max())


def written(rig) -> set[str]:
    return {path.split('"')[1].removeprefix(PREFIX) for path, _ in curves_of(rig) if path.startswith("pose.bones")}


@pytest.mark.parametrize("keyed", [False, True])
def test_a_seated_figure_stays_seated_and_talks_above(scene, speech, sound, keyed):
    rig = add_person()
    sit_sideways(rig)
    if keyed:
        for bone in rig.pose.bones:
            bone.keyframe_insert("rotation_quaternion", frame=3)
        rig.pose.bones[PREFIX + "Hips"].keyframe_insert("location", frame=3)
    report = generate(rig, sound)
    assert "The character sits: legs and hips keep their pose." in report
    assert speech.asked[0].stance == "AS_POSED"
    assert moved(rig, LEGS) < 1e-4
    assert moved(rig, ("RightHand", "LeftHand")) > 0.02
    again = generate(rig, sound, seed=3)
    assert "The character sits" in again and moved(rig, LEGS) < 1e-4


def test_the_lean_that_was_posed_stays_under_the_talk(scene, speech, sound):
    rig = add_person()
    sit_sideways(rig)
    bpy.context.view_layer.update()
    before = rig.pose.bones[PREFIX + "Neck"].matrix.translation.copy()
    generate(rig, sound)
    heights = []
    for frame in (2, 9, 16):
        bpy.context.scene.frame_set(frame)
        heights.append((rig.pose.bones[PREFIX + "Neck"].matrix.translation - before).length)
    assert max(heights) < 0.12


def test_the_setting_says_otherwise(scene, speech, sound):
    rig = add_person()
    sit_sideways(rig)
    report = generate(rig, sound, stance="STANDING")
    assert "sits" not in report and speech.asked[0].stance == "STANDING"
    assert "LeftUpLeg" in written(rig)


def test_a_standing_figure_can_be_left_as_it_is_posed(scene, speech, sound):
    rig = add_person()
    turn(rig, "LeftUpLeg", 8)
    report = generate(rig, sound, stance="AS_POSED")
    assert "as Stance says" in report
    assert not written(rig) & {*LEGS}


def test_someone_who_lies_in_the_scene_stays_lying(scene, speech, sound):
    rig = add_person()
    rig.rotation_euler = (np.radians(-90), 0.0, 0.3)
    report = generate(rig, sound)
    assert "The character lies: legs and hips keep their pose." in report
    assert not written(rig) & {*LEGS}


def test_nothing_is_left_to_move(scene, speech, sound):
    rig = add_person()
    sit_sideways(rig)
    with pytest.raises(RuntimeError, match="nothing that is chosen would move"):
        generate(rig, sound, parts={"LEGS"})


def test_an_arm_alone_moves_with_its_hand(scene, speech, sound):
    rig = add_person()
    generate(rig, sound, parts={"RIGHT_ARM", "HANDS"})
    assert written(rig) >= {"RightArm", *ARM}
    assert not {name for name in written(rig) if name.startswith("Left") or name in ("Spine", "Hips")}


def test_a_hand_that_holds_something_keeps_its_pose(scene, speech, sound):
    rig = add_person()
    turn(rig, "RightArm", 35)
    turn(rig, "RightForeArm", 60)
    held = [np.array(rig.pose.bones[PREFIX + name].rotation_quaternion) for name in ARM]
    report = generate(rig, sound, holds={"RIGHT"})
    assert "The right hand holds something: forearm, wrist and fingers keep their pose." in report
    assert not written(rig) & {*ARM}
    assert {"LeftForeArm", "LeftHandIndex1", "RightArm"} <= written(rig)
    for frame in (1, 8, 15):
        bpy.context.scene.frame_set(frame)
        for name, before in zip(ARM, held):
            assert np.allclose(rig.pose.bones[PREFIX + name].rotation_quaternion, before, atol=1e-6)
        upper = rig.pose.bones[PREFIX + "RightArm"].rotation_quaternion
        assert np.degrees(upper.rotation_difference(Quaternion((np.cos(np.radians(17.5)), 0, 0, 0))).angle) < 80
