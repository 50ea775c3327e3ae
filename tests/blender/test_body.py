# SPDX-License-Identifier: GPL-3.0-or-later
"""Body and hands on characters of all kinds: written in every rotation mode, around locks and constraints, or refused clearly."""

from __future__ import annotations

import math

import bpy
import numpy as np
import pytest
from mathutils import Matrix, Vector

from tests.blender.building import (
    add_armature,
    add_face,
    add_person,
    curves_of,
    generate,
    person,
    put_stand_in,
    select,
    write_wav,
)
from tests.blender.test_bad_input import refused
from tests.blender.test_characters import link_character

LIMBS = ("LeftArm", "LeftForeArm", "RightHand", "LeftUpLeg", "LeftLeg", "RightFoot", "Spine1", "LeftHandIndex2")
FRAMES = (4, 11, 20)


@pytest.fixture
def speech(monkeypatch, extension):
    return put_stand_in(monkeypatch)


@pytest.fixture
def sound(tmp_path):
    return str(write_wav(tmp_path / "line.wav"))


def matrices(rig, names=LIMBS, prefix="mixamorig:") -> np.ndarray:
    """Where bones stand in the scene at some frames, as Blender evaluates them: (frames, bones, 4, 4)."""
    found = []
    for frame in FRAMES:
        bpy.context.scene.frame_set(frame)
        evaluated = rig.evaluated_get(bpy.context.evaluated_depsgraph_get())
        found.append([np.array(evaluated.matrix_world @ evaluated.pose.bones[prefix + name].matrix) for name in names])
    return np.array(found)


def ways(found: np.ndarray) -> np.ndarray:
    """The directions of the bones: (frames, bones, 3)."""
    along = found[..., :3, 1]
    return along / np.linalg.norm(along, axis=-1, keepdims=True)


def apart_deg(first: np.ndarray, second: np.ndarray) -> float:
    return float(np.degrees(np.arccos(np.clip((ways(first) * ways(second)).sum(-1), -1, 1))).max())


def test_body_hands_and_sway_are_written(scene, speech, sound):
    rig = add_person()
    report = generate(rig, sound)
    paths = {path for path, _ in curves_of(rig)}
    for name in LIMBS:
        assert f'pose.bones["mixamorig:{name}"].rotation_quaternion' in paths
    assert 'pose.bones["mixamorig:Hips"].location' in paths
    assert "Body, Hands" not in report
    assert (
        speech.asked[0].parts == {"LIPS", "EXPRESSION", "EYES", "HEAD", "BODY", "HANDS"}
        and speech.asked[0].locomotion == "SHIFT"
    )


def test_settings_and_overrides_reach_the_pipeline(scene, speech, sound):
    rig = add_person()
    text = bpy.data.texts.new("Lines")
    text.write("Well, hello there.\nYou see?")
    scene.audio2rig.transcript_text = text
    scene.audio2rig.locomotion = "OFF"
    generate(rig, sound)
    generate(rig, sound, locomotion="FREE", transcript="Other words", parts={"BODY", "ROOT"})
    assert [(asked.locomotion, asked.transcript) for asked in speech.asked] == [
        ("OFF", "Well, hello there.\nYou see?"),
        ("FREE", "Other words"),
    ]
    assert speech.asked[1].parts == {"BODY", "ROOT"}


def test_the_root_does_not_go_without_the_body(scene, speech, sound):
    rig = add_person()
    scene.audio2rig.character = rig
    refused("Root of Person cannot be driven: it travels with the body", filepath=sound, parts={"ROOT"})
    assert "travels with the body" in generate(rig, sound, parts={"ROOT", "HEAD"})


@pytest.mark.parametrize("mode", ["XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX", "AXIS_ANGLE"])
def test_every_rotation_mode_shows_the_same(scene, speech, sound, mode):
    scene.audio2rig.rotation_tolerance = 0.0
    usual, other = add_person("Usual"), add_person("Other")
    for bone in other.pose.bones:
        bone.rotation_mode = mode
    generate(usual, sound)
    generate(other, sound)
    assert apart_deg(matrices(usual), matrices(other)) < 0.1
    kind = "rotation_axis_angle" if mode == "AXIS_ANGLE" else "rotation_euler"
    assert f'pose.bones["mixamorig:LeftArm"].{kind}' in {path for path, _ in curves_of(other)}


def test_two_bones(scene, speech, sound):
    rig = add_armature("Stick", ("lower", "upper"))
    face = add_face(parent=rig)
    report = generate(rig, sound)
    assert "Body, Hands of Stick cannot be driven" in report and "none of its bones was recognised" in report
    assert not curves_of(rig) and len(curves_of(face.data.shape_keys)) > 3
    bpy.data.objects.remove(face)
    refused("Body, Hands of Stick cannot be driven", filepath=sound, parts={"BODY", "HANDS"})


@pytest.mark.parametrize("scale", [(0.01, 0.01, 0.01), (2.0, 2.0, 2.0)])
def test_a_scaled_armature_stands_like_another(scene, speech, sound, scale):
    """The bones are as much larger as the object is smaller, as in many imports."""
    usual, scaled = add_person("Usual"), add_person("Scaled", scale=1.0 / scale[0])
    scaled.scale = scale
    bpy.context.view_layer.update()
    generate(usual, sound)
    generate(scaled, sound)
    first, second = matrices(usual, ("Hips", *LIMBS)), matrices(scaled, ("Hips", *LIMBS))
    assert apart_deg(first, second) < 0.5
    np.testing.assert_allclose(first[..., :3, 3], second[..., :3, 3], atol=0.01)
    assert np.ptp(second[:, 0, 0, 3]) > 0.01  # it does sway


@pytest.mark.parametrize("scale", [(-1.0, 1.0, 1.0), (1.0, 1.0, 1.4), (1.2, -0.8, 1.0)])
def test_mirrored_and_stretched_armatures_move(scene, speech, sound, scale):
    usual, odd = add_person("Usual"), add_person("Odd")
    odd.scale = scale
    bpy.context.view_layer.update()
    generate(usual, sound)
    generate(odd, sound)
    expected = np.array(Matrix.Diagonal(Vector((*scale, 1.0)))) @ matrices(
        usual
    )  # as the stretched one shows the same pose
    assert apart_deg(expected, matrices(odd)) < 3.0
    assert bpy.ops.audio2rig.take_activate(index=0) == {"FINISHED"}


def constrained(rig, name: str, kind: str, **values) -> bpy.types.Constraint:
    constraint = rig.pose.bones[f"mixamorig:{name}"].constraints.new(kind)
    for key, value in values.items():
        setattr(constraint, key, value)
    return constraint


def empty(name: str) -> bpy.types.Object:
    thing = bpy.data.objects.new(name, None)
    bpy.context.scene.collection.objects.link(thing)
    return thing


def written(rig) -> set[str]:
    """The bones with keys."""
    return {path.split('"')[1].removeprefix("mixamorig:") for path, _ in curves_of(rig)}


def test_bones_that_something_else_poses_are_left_and_named(scene, speech, sound):
    rig = add_person()
    target = empty("Target")
    constrained(rig, "LeftLeg", "IK", target=target, chain_count=2)
    constrained(rig, "RightHand", "COPY_ROTATION", target=target)
    constrained(rig, "RightForeArm", "LIMIT_ROTATION", use_limit_x=True)
    constrained(rig, "LeftForeArm", "CHILD_OF", target=target, influence=0.0)
    constrained(rig, "LeftHand", "COPY_ROTATION", target=target, influence=0.4)
    constrained(rig, "RightFoot", "DAMPED_TRACK", target=target, mute=True)
    report = generate(rig, sound)
    missing = {name for name in person()} - written(rig)
    assert {"LeftLeg", "LeftUpLeg", "RightHand"} <= missing
    assert not {"RightForeArm", "LeftForeArm", "LeftHand", "RightFoot", "RightArm", "LeftArm"} & missing
    assert "IK of mixamorig:LeftLeg" in report and "its constraint" in report
    assert "mixamorig:LeftHand: its constraint" in report


def test_drivers_keep_their_channels(scene, speech, sound):
    rig = add_person()
    for name in ("LeftArm", "RightArm"):
        rig.pose.bones[f"mixamorig:{name}"].rotation_mode = "XYZ"
    rig.driver_add('pose.bones["mixamorig:LeftArm"].rotation_euler', 1)
    for curve in rig.driver_add('pose.bones["mixamorig:RightArm"].rotation_euler'):
        curve.driver.expression = "0.1"
    rig.driver_add('pose.bones["mixamorig:Hips"].location', 2)
    report = generate(rig, sound)
    found = curves_of(rig)
    arm, hips = 'pose.bones["mixamorig:LeftArm"].rotation_euler', 'pose.bones["mixamorig:Hips"].location'
    assert {index for path, index in found if path == arm} == {0, 2}
    assert "RightArm" not in written(rig)
    assert {index for path, index in found if path == hips} == {0, 1}
    assert "mixamorig:LeftArm (Y)" in report and "driven" in report


@pytest.mark.parametrize("mode", ["XYZ", "QUATERNION"])
def test_locked_axes_stay(scene, speech, sound, mode):
    rig = add_person()
    knee, elbow = rig.pose.bones["mixamorig:LeftLeg"], rig.pose.bones["mixamorig:LeftForeArm"]
    for bone in (knee, elbow):
        bone.rotation_mode = mode
    knee.lock_rotation = (False, True, True)
    elbow.lock_rotation = (True, True, True)
    rig.pose.bones["mixamorig:Hips"].lock_location = (False, True, False)
    if mode == "XYZ":
        knee.rotation_euler = (0.0, 0.2, 0.0)
    report = generate(rig, sound)
    bpy.context.scene.frame_set(12)
    angles = knee.matrix_basis.to_euler("XYZ")
    assert (angles.y, angles.z) == pytest.approx((0.2 if mode == "XYZ" else 0.0, 0.0), abs=2e-3)
    found = {index for path, index in curves_of(rig) if path == f'pose.bones["{knee.name}"].rotation_euler'}
    assert found == ({0} if mode == "XYZ" else set())
    assert "LeftForeArm" not in written(rig)
    assert {index for path, index in curves_of(rig) if path == 'pose.bones["mixamorig:Hips"].location'} == {0, 2}
    assert "LeftLeg (YZ)" in report and "its rotation is locked" in report


def test_a_linked_person_is_refused_and_an_overridden_one_moves(scene, speech, sound, tmp_path):
    linked = link_character(tmp_path, False, add_person)
    bpy.context.scene.audio2rig.character = linked
    refused("library override", filepath=sound)
    own = link_character(tmp_path, True, add_person)
    assert own.override_library is not None
    own.pose.bones["mixamorig:LeftArm"].rotation_quaternion = (math.cos(0.2), 0, 0, math.sin(0.2))
    before = matrices(own)
    generate(own, sound)
    assert apart_deg(before, matrices(own)) > 5.0
    bpy.ops.audio2rig.take_activate(index=0)
    assert apart_deg(before, matrices(own)) < 0.1


def test_a_quadruped_keeps_its_legs_and_moves_its_face(scene, speech, sound):
    bones = {
        "Hips": ((0, 0.5, 0.6), (0, 0.4, 0.6), ""),
        "Spine": ((0, 0.4, 0.6), (0, 0, 0.6), "Hips"),
        "Spine1": ((0, 0, 0.6), (0, -0.3, 0.62), "Spine"),
        "Neck": ((0, -0.3, 0.62), (0, -0.45, 0.75), "Spine1"),
        "Head": ((0, -0.45, 0.75), (0, -0.65, 0.75), "Neck"),
    }
    for side, x in (("Left", 0.1), ("Right", -0.1)):
        bones |= {
            f"{side}UpLeg": ((x, 0.5, 0.55), (x, 0.5, 0.3), "Hips"),
            f"{side}Leg": ((x, 0.5, 0.3), (x, 0.5, 0.05), f"{side}UpLeg"),
            f"{side}Foot": ((x, 0.5, 0.05), (x, 0.42, 0), f"{side}Leg"),
            f"{side}Arm": ((x, -0.3, 0.55), (x, -0.3, 0.3), "Spine1"),
            f"{side}ForeArm": ((x, -0.3, 0.3), (x, -0.3, 0.05), f"{side}Arm"),
            f"{side}Hand": ((x, -0.3, 0.05), (x, -0.38, 0), f"{side}ForeArm"),
        }
    dog = add_person("Dog", bones)
    face = add_face(parent=dog)
    report = generate(dog, sound)
    assert "Body, Hands of Dog cannot be driven: its trunk does not stand upright" in report
    assert written(dog) <= {"Neck", "Head"} and len(curves_of(face.data.shape_keys)) > 3
    refused("trunk does not stand upright", filepath=sound, parts={"BODY"})


def test_a_person_who_lies_in_the_scene_is_no_quadruped(scene, speech, sound):
    rig = add_person()
    rig.rotation_euler = (math.radians(-90), 0, 0)
    bpy.context.view_layer.update()
    assert "Body" not in generate(rig, sound)
    assert "LeftArm" in written(rig)


def test_two_characters_do_not_touch_each_other(scene, speech, sound):
    anna, ben = add_person("Anna"), add_person("Ben")
    ben.location = (1.0, 0.0, 0.0)
    generate(anna, sound, seed=1)
    kept = {key: [tuple(point.co) for point in curve.keyframe_points] for key, curve in curves_of(anna).items()}
    assert not curves_of(ben)
    generate(ben, sound, seed=2)
    assert kept == {key: [tuple(point.co) for point in curve.keyframe_points] for key, curve in curves_of(anna).items()}
    assert anna.animation_data.action != ben.animation_data.action
    assert bpy.data.objects["Ben"].audio2rig.take_index == 1 and anna.audio2rig.take_index == 1
    scene.audio2rig.character = None
    scene.audio2rig.character_follows_selection = True
    select()
    refused("several characters: Anna, Ben", filepath=sound)


def test_a_key_on_one_axis_is_honoured_on_that_axis(scene, speech, sound):
    plain, prompted = add_person("Plain"), add_person("Prompted")
    for rig in (plain, prompted):
        rig.pose.bones["mixamorig:LeftForeArm"].rotation_mode = "XYZ"
    path = 'pose.bones["mixamorig:LeftForeArm"].rotation_euler'
    prompted.pose.bones["mixamorig:LeftForeArm"].rotation_euler = (0.0, 0.0, 0.9)
    prompted.keyframe_insert(path, index=2, frame=12)
    generate(plain, sound)
    generate(prompted, sound)
    found, free = curves_of(prompted), curves_of(plain)
    assert found[path, 2].evaluate(12) == pytest.approx(0.9, abs=1e-5)
    for axis in (0, 1):  # the others go on about as they would
        assert found[path, axis].evaluate(12) == pytest.approx(free[path, axis].evaluate(12), abs=0.35)
        assert not any(point.type == "KEYFRAME" for point in found[path, axis].keyframe_points)
    assert "1 prompt kept" in scene.audio2rig.last_report


def test_prompts_outside_of_the_sound_stay_and_are_named(scene, speech, sound):
    rig = add_person()
    path = 'pose.bones["mixamorig:LeftArm"].rotation_quaternion'
    for frame in (10, 80, 95):
        rig.pose.bones["mixamorig:LeftArm"].rotation_quaternion = (math.cos(0.01 * frame), math.sin(0.01 * frame), 0, 0)
        rig.keyframe_insert(path, frame=frame)
    report = generate(rig, sound)
    found = curves_of(rig)
    for frame in (10, 80, 95):
        keys = [point for point in found[path, 1].keyframe_points if point.co[0] == frame]
        assert (
            len(keys) == 1
            and keys[0].type == "KEYFRAME"
            and abs(keys[0].co[1]) == pytest.approx(math.sin(0.01 * frame), abs=1e-5)
        )
    assert "outside of the sound" in report and "80 to 95" in report


def test_a_take_of_the_body_is_taken_back_wholly(scene, speech, sound):
    rig = add_person()
    rig.pose.bones["mixamorig:LeftArm"].rotation_quaternion = (math.cos(0.2), 0, 0, math.sin(0.2))
    before = matrices(rig)
    generate(rig, sound)
    assert apart_deg(before, matrices(rig)) > 5.0
    bpy.ops.audio2rig.take_activate(index=0)
    assert apart_deg(before, matrices(rig)) < 0.1
