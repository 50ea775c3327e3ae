# SPDX-License-Identifier: GPL-3.0-or-later
"""Hands, feet and hips held in the scene and on what moves, in Blender; and feet under hips that keys move."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from mathutils import Vector

from tests.blender.building import add_person, curves_of, generate, put_stand_in, select, write_wav
from tests.blender.test_stance import PREFIX, turn


@pytest.fixture
def speech(monkeypatch, extension):
    return put_stand_in(monkeypatch)


@pytest.fixture
def sound(tmp_path):
    return str(write_wav(tmp_path / "line.wav"))


def place(rig, name: str) -> Vector:
    return (rig.matrix_world @ rig.pose.bones[PREFIX + name].matrix).translation


def cup_at(rig, way=(0.0, -0.05, 0.15)) -> bpy.types.Object:
    """An empty some way from where the left hand hangs."""
    turn(rig, "LeftArm", 70, (0, 1, 0))
    turn(rig, "LeftForeArm", -60, (0, 0, 1))
    bpy.context.view_layer.update()
    cup = bpy.data.objects.new("Cup", None)
    bpy.context.scene.collection.objects.link(cup)
    cup.location = place(rig, "LeftHand") + Vector(way)
    bpy.context.view_layer.update()
    select(rig)
    return cup


def farthest_cm(rig, name: str, goal, frames) -> float:
    found = []
    for frame in frames:
        bpy.context.scene.frame_set(frame)
        found.append((place(rig, name) - goal()).length)
    return 100.0 * max(found)


def test_a_hand_lies_on_a_thing_that_moves(scene, speech, sound):
    rig = add_person()
    rig.location, rig.rotation_euler = (1.0, 2.0, 0.3), (0.0, 0.0, 0.7)
    cup = cup_at(rig)
    assert bpy.ops.audio2rig.add_pin(effector="LEFT_HAND", target="Cup", at_target=True, first=5, last=14) == {
        "FINISHED"
    }
    report = generate(rig, sound)
    assert "does not reach" not in report
    assert farthest_cm(rig, "LeftHand", lambda: cup.matrix_world.translation, range(5, 15)) < 1.0
    cup.keyframe_insert("location", frame=3)
    cup.location.z += 0.1
    cup.keyframe_insert("location", frame=16)
    scene.frame_set(7)
    turn(rig, "Head", 10)
    bones = {bone.name: bone.matrix_basis.copy() for bone in rig.pose.bones}
    generate(rig, sound, parts={"HEAD"})
    assert scene.frame_current == 7
    generate(rig, sound)
    assert farthest_cm(rig, "LeftHand", lambda: cup.matrix_world.translation, range(5, 15)) < 1.0
    assert len(bones) == len(rig.pose.bones)


def test_a_pin_holds_where_it_is_and_moves_to_another_object(scene, speech, sound):
    rig = add_person()
    cup = cup_at(rig)
    rig.data.bones.active = rig.data.bones[PREFIX + "LeftHandIndex1"]
    bpy.ops.object.mode_set(mode="POSE")
    assert bpy.ops.audio2rig.add_pin(first=1, last=18) == {"FINISHED"}
    bpy.ops.object.mode_set(mode="OBJECT")
    pin = rig.audio2rig.pins[0]
    assert pin.effector == "LEFT_HAND" and pin.target is None
    there = place(rig, "LeftHand").copy()
    pin.target = cup
    generate(rig, sound)
    assert farthest_cm(rig, "LeftHand", lambda: there, range(2, 18)) < 1.0
    cup.location.z += 0.05
    bpy.context.view_layer.update()
    generate(rig, sound)
    assert farthest_cm(rig, "LeftHand", lambda: there + Vector((0, 0, 0.05)), range(2, 18)) < 1.0


def test_a_bone_of_another_figure_holds_a_hand(scene, speech, sound):
    other = add_person("Other")
    other.location = (0.3, -0.75, 0.0)
    rig = add_person("Rig")
    cup_at(rig)
    bone = PREFIX + "RightHand"
    for frame, angle in ((2, 60), (16, 75)):
        turn(other, "RightArm", -angle, (0, 1, 0))
        other.pose.bones[PREFIX + "RightArm"].keyframe_insert("rotation_quaternion", frame=frame)
    scene.frame_set(9)
    assert bpy.ops.audio2rig.add_pin(effector="LEFT_HAND", target="Other", bone=bone, first=6, last=13) == {"FINISHED"}
    apart = other.matrix_world @ other.pose.bones[bone].matrix
    local = apart.inverted() @ place(rig, "LeftHand")
    generate(rig, sound)
    goal = lambda: (other.matrix_world @ other.pose.bones[bone].matrix) @ local  # noqa: E731
    assert farthest_cm(rig, "LeftHand", goal, range(6, 14)) < 1.0


def test_a_deleted_object_is_named_and_nothing_is_lost(scene, speech, sound):
    rig = add_person()
    cup = cup_at(rig)
    bpy.ops.audio2rig.add_pin(effector="RIGHT_FOOT", target="Cup", first=5, last=14)
    bpy.data.objects.remove(cup)
    report = generate(rig, sound)
    assert "The pin “Right Foot on Cup” holds nothing: “Cup” is not in the scene any more." in report
    assert len(rig.audio2rig.pins) == 1 and len(curves_of(rig))


def test_pins_out_of_reach_say_how_far(scene, speech, sound):
    rig = add_person()
    cup = cup_at(rig, (0.0, -3.0, 0.0))
    bpy.ops.audio2rig.add_pin(effector="LEFT_HAND", target=cup.name, at_target=True, first=5, last=14)
    report = generate(rig, sound)
    assert "The left hand does not reach its pin (Left Hand on Cup): " in report and "cm are missing" in report
    assert bpy.ops.audio2rig.remove_pin() == {"FINISHED"}
    assert not rig.audio2rig.pins


@pytest.mark.parametrize(
    "options, why",
    [
        ({"target": "Rig", "effector": "LEFT_HAND"}, "cannot be pinned to itself"),
        ({"target": "Nobody", "effector": "HIPS"}, "no object “Nobody”"),
        ({"first": 9, "last": 3, "effector": "HIPS"}, "no range"),
        ({}, "No hand, foot or hips are selected"),
    ],
)
def test_pins_that_make_no_sense_are_refused(scene, extension, options, why):
    select(add_person("Rig"))
    with pytest.raises(RuntimeError, match=why):
        bpy.ops.audio2rig.add_pin(**options)


def test_what_stands_nowhere_holds_nothing(scene, speech, sound):
    rig, thing = add_person("Rig"), bpy.data.objects.new("Thing", None)
    scene.collection.objects.link(thing)
    select(rig)
    thing.location.x = float("nan")
    with pytest.raises(RuntimeError, match="“Thing” stands nowhere"):
        bpy.ops.audio2rig.add_pin(target="Thing", effector="LEFT_HAND")
    thing.location.x = 0.0
    assert bpy.ops.audio2rig.add_pin(target="Thing", effector="LEFT_HAND") == {"FINISHED"}
    assert bpy.ops.audio2rig.add_pin(effector="RIGHT_FOOT", first=1, last=10**9) == {"FINISHED"}
    rig.keyframe_insert("location", frame=1)
    rig.audio2rig.pins[0].offset[12] = float("inf")
    report = generate(rig, sound)
    assert (
        "“Left Hand on Thing” holds nothing: it stands nowhere" in report
        and "1000000000 frames on what moves" in report
    )


def toes(rig) -> np.ndarray:
    """Where the balls of both feet are over the line: (frames, 2, 3)."""
    found = []
    for frame in range(1, 20):
        bpy.context.scene.frame_set(frame)
        found.append([place(rig, f"{side}ToeBase") for side in ("Left", "Right")])
    return np.array(found)


@pytest.mark.parametrize("way", [(0.0, 0.0, -0.25), (0.08, 0.1, -0.12), (0.0, 0.0, 0.04)])
def test_feet_stay_while_a_key_moves_the_hips(scene, speech, sound, way):
    rig = add_person()
    generate(rig, sound)
    before = toes(rig)
    bpy.ops.audio2rig.take_activate(index=0)
    hips = rig.pose.bones[PREFIX + "Hips"]
    hips.location = hips.bone.matrix_local.to_quaternion().inverted() @ Vector(way)
    hips.keyframe_insert("location", frame=10)
    report = generate(rig, sound)
    assert ("the heels lift" in report or "leave the floor" in report) == (way[2] > 0)
    assert np.linalg.norm(toes(rig) - before, axis=-1).max() < 0.015  # of which a part is the tolerance of both takes
