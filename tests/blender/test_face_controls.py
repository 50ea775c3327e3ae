# SPDX-License-Identifier: GPL-3.0-or-later
"""The four controls of the face in Blender: Actions, capture files, targets of the gaze, keyed strengths, and what is missing."""

from __future__ import annotations

from math import atan2, degrees, inf, nan

import bpy
import numpy as np
import pytest

from tests.blender.building import (
    add_character,
    add_face,
    add_person,
    curves_of,
    generate,
    put_stand_in,
    select,
    write_wav,
)


@pytest.fixture
def speech(monkeypatch, extension):
    return put_stand_in(monkeypatch)


@pytest.fixture
def sound(tmp_path):
    return str(write_wav(tmp_path / "line.wav", 2.0))


def smile_on(face, rig=None, frames=(11, 59)):
    """An Action that an animator made elsewhere in time: a smile that grows, and with a rig a head that turns to the left."""
    keys = face.data.shape_keys
    for frame, value in zip(frames, (0.0, 0.8)):
        keys.key_blocks["mouthSmileLeft"].value = value
        keys.key_blocks["mouthSmileLeft"].keyframe_insert("value", frame=frame)
        keys.key_blocks["browInnerUp"].value = 0.5
        keys.key_blocks["browInnerUp"].keyframe_insert("value", frame=frame)
    action = keys.animation_data.action
    action.name = "smile_01"
    keys.animation_data.action = None
    keys.key_blocks["mouthSmileLeft"].value = keys.key_blocks["browInnerUp"].value = 0.0
    return action


def given(speech):
    """What the last generation was told to play."""
    return speech.controls[-1]


def at(name):
    from core.motion.face_track import FACE_INDEX

    return FACE_INDEX[name]


def target(name="Ball", location=(0.0, -2.0, 1.0)):
    ball = bpy.data.objects.new(name, None)
    bpy.context.scene.collection.objects.link(ball)
    ball.location = location
    bpy.context.view_layer.update()
    return ball


def look_at(name="Ball", **more):
    settings = bpy.context.scene.audio2rig
    settings.eyes_source, settings.look_at_target = "LOOK_AT", name
    for key, value in more.items():
        setattr(settings, key, value)
    return settings


def test_nothing_is_asked_for_while_all_is_this_sounds(scene, speech, sound):
    rig, _ = add_character()
    report = generate(rig, sound)
    assert not given(speech).donors and given(speech).target is None and not given(speech).keyed.curves
    assert "Action" not in report


def test_an_action_made_elsewhere_in_time_is_read_as_a_face(scene, speech, sound):
    scene.render.fps = 24
    rig, face = add_character()
    smile_on(face)
    settings = scene.audio2rig
    settings.expression_source, settings.expression_action = "ACTION", "smile_01"
    settings.lips_source, settings.lips_action = "ACTION", "smile_01"
    generate(rig, sound)
    donor = given(speech).donors["EXPRESSION"]
    assert "smile_01" in donor.called and given(speech).donors["LIPS"].motion is donor.motion, "read once"
    smile = donor.motion.values[:, at("mouthSmileLeft")]
    assert len(smile) == pytest.approx(121, abs=3), "48 frames of 24 a second"
    assert smile[0] == pytest.approx(0.0, abs=0.02) and smile[60] == pytest.approx(0.4, abs=0.05)
    assert smile[-1] == pytest.approx(0.8, abs=0.01)
    assert donor.motion.known[at("browInnerUp")] and not donor.motion.known[at("jawOpen")]
    assert not donor.motion.known[55:].any()


def test_a_take_is_a_source_with_its_head_and_begins_with_its_sound(scene, speech, sound):
    rig, face = add_character()
    scene.audio2rig.frame_start = 40
    generate(rig, sound)
    take = face.data.shape_keys.animation_data.action
    jaw = curves_of(face.data.shape_keys)['key_blocks["jawOpen"].value', 0]
    at_start = jaw.evaluate(40 + 0.125 * scene.render.fps)
    settings = scene.audio2rig
    settings.lips_source, settings.lips_action = "ACTION", take.name
    settings.head_source, settings.head_action = "ACTION", rig.animation_data.action.name
    settings.frame_start = 1
    generate(rig, sound)
    donors = given(speech).donors
    assert donors["LIPS"].motion.values[round(0.125 * 60), at("jawOpen")] == pytest.approx(at_start, abs=0.06)
    assert donors["HEAD"].motion.known[55:].all() and np.abs(donors["HEAD"].motion.head_deg[:, 1]).max() > 5.0


def test_a_renamed_action_and_target_are_still_known(scene, speech, sound):
    rig, face = add_character()
    action, ball = smile_on(face), target()
    settings = look_at()
    settings.expression_source, settings.expression_action = "ACTION", "smile_01"
    action.name, ball.name = "Grin", "Apple"
    assert settings.expression_action == "Grin" and settings.look_at_target == "Apple"
    generate(rig, sound)
    assert "Grin" in given(speech).donors["EXPRESSION"].called and "Apple" in given(speech).target.called


@pytest.mark.parametrize("control", ["lips", "head", "eyes", "expression"])
def test_an_action_that_moves_no_face_is_told_and_the_sound_stays(scene, speech, sound, control):
    rig, _ = add_character()
    box = target("Box")
    box.keyframe_insert("location", frame=1)
    box.animation_data.action.name = "slide"
    setattr(scene.audio2rig, f"{control}_source", "ACTION")
    setattr(scene.audio2rig, f"{control}_action", "slide")
    assert "moves nothing of the face" in generate(rig, sound) and not given(speech).donors


@pytest.mark.parametrize(
    "settings, said",
    [
        ({"expression_source": "ACTION"}, "no Action is chosen"),
        ({"expression_source": "ACTION", "expression_action": "gone"}, "no Action “gone”"),
        ({"lips_source": "CAPTURE"}, "no capture file is chosen"),
        ({"lips_source": "CAPTURE", "lips_file": "/nowhere/face.csv"}, "no capture file at"),
        ({"eyes_source": "LOOK_AT"}, "none is chosen"),
        ({"eyes_source": "LOOK_AT", "look_at_target": "Nobody"}, "not in the scene"),
        ({"eyes_source": "LOOK_AT", "look_at_target": "Rig Head"}, "the character itself"),
        ({"eyes_source": "LOOK_AT", "look_at": "CAMERA"}, "no camera"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_changed(scene, speech, sound, settings, said):
    rig, face = add_character()
    for name, value in settings.items():
        setattr(scene.audio2rig, name, value)
    scene.audio2rig.character = rig
    with pytest.raises(RuntimeError, match=said):
        bpy.ops.audio2rig.generate(filepath=sound)
    assert face.data.shape_keys.animation_data is None and not rig.audio2rig.takes
    scene.audio2rig.parts = {"BODY"} if "eyes_source" not in settings else {"LIPS"}
    generate(rig, sound)  # a control that is switched off asks for nothing


def test_a_deleted_target_is_told_by_its_name(scene, speech, sound):
    rig, face = add_character()
    ball = target()
    look_at()
    bpy.data.objects.remove(ball)
    scene.audio2rig.character = rig
    with pytest.raises(RuntimeError, match="“Ball”.*not in the scene"):
        bpy.ops.audio2rig.generate(filepath=sound)
    assert scene.audio2rig.look_at_target == "Ball" and face.data.shape_keys.animation_data is None


@pytest.mark.parametrize("what", ["Action", "file", "object"])
def test_what_was_deleted_after_it_was_chosen_is_told_and_the_take_stays(scene, speech, sound, tmp_path, what):
    rig, face = add_character()
    action, ball, file = smile_on(face), target(), tmp_path / "face.csv"
    file.write_text("Timecode,BlendshapeCount,JawOpen\n00:00:00:00.000,61,0.5\n", encoding="utf-8")
    generate(rig, sound)
    settings = scene.audio2rig
    if what == "Action":
        settings.expression_source, settings.expression_action = "ACTION", "smile_01"
        bpy.data.actions.remove(action)
    elif what == "file":
        settings.expression_source, settings.expression_file = "CAPTURE", str(file)
        file.unlink()
    else:
        look_at()
        bpy.data.objects.remove(ball)
    before, report = keys_of(face, rig), {"Action": "smile_01", "file": "face.csv", "object": "Ball"}[what]
    with pytest.raises(RuntimeError, match=report):
        bpy.ops.audio2rig.generate(filepath=sound)
    assert keys_of(face, rig) == before and len(rig.audio2rig.takes) == 2
    assert settings.expression_action == ("smile_01" if what == "Action" else "")


def keys_of(face, rig):
    return {
        (owner.name, *channel): [tuple(point.co) for point in curve.keyframe_points]
        for owner in (face.data.shape_keys, rig)
        for channel, curve in curves_of(owner).items()
    }


def test_one_undo_takes_all_of_it_back_and_leaves_the_sources(scene, speech, sound):
    rig, face = add_character()
    smile_on(face)
    target()
    settings = look_at()
    settings.expression_source, settings.expression_action = "ACTION", "smile_01"
    settings.character = rig
    bpy.ops.ed.undo_push(message="chosen")
    assert bpy.ops.audio2rig.generate("EXEC_DEFAULT", True, filepath=sound) == {"FINISHED"}
    assert given(speech).target is not None and len(bpy.data.objects["Rig"].audio2rig.takes) == 2
    bpy.ops.ed.undo()
    rig, settings = bpy.data.objects["Rig"], bpy.context.scene.audio2rig
    assert not rig.audio2rig.takes and bpy.data.actions.keys() == ["smile_01"]
    assert (settings.expression_source, settings.expression_action) == ("ACTION", "smile_01")
    assert (settings.eyes_source, settings.look_at_target) == ("LOOK_AT", "Ball")


def test_a_target_is_seen_from_the_head_wherever_the_character_stands_and_faces(scene, speech, sound):
    rig = add_person()
    add_face(parent=rig)
    rig.location, rig.rotation_euler = (2.0, 1.0, 0.5), (0.0, 0.0, np.radians(30.0))
    bpy.context.view_layer.update()
    eyes = rig.matrix_world @ rig.data.bones["mixamorig:Head"].head_local
    ball = target()
    # two metres ahead of it (it faces -Y), one to its left, a metre up
    ball.location = rig.matrix_world.to_3x3() @ __import__("mathutils").Vector((1.0, -2.0, 1.0)) + eyes
    look_at()
    generate(rig, sound)
    yaw, pitch = given(speech).target.directions_deg[0]
    assert yaw == pytest.approx(degrees(atan2(1.0, 2.0)), abs=1.0)
    assert pitch == pytest.approx(-22.5, abs=3.0), "the eyes are a little above where the head's bone begins"


def test_moving_targets_and_cameras_are_followed_and_the_scene_stays_where_it_was(scene, speech, sound):
    rig = add_person()
    add_face(parent=rig)
    ball = target(location=(-1.0, -2.0, 1.5))
    ball.keyframe_insert("location", frame=1)
    ball.location.x = 1.0
    ball.keyframe_insert("location", frame=48)
    scene.frame_set(7)
    rig.pose.bones["mixamorig:LeftArm"].location.x = 0.1  # not keyed
    look_at()
    generate(rig, sound)
    yaw = given(speech).target.directions_deg[:, 0]
    assert yaw[0] == pytest.approx(-26.5, abs=1.0) and yaw[-1] == pytest.approx(26.5, abs=1.0)
    assert scene.frame_current == 7 and rig.pose.bones["mixamorig:LeftArm"].location.x == pytest.approx(0.1)
    for name, x in (("Left", 2.0), ("Right", -2.0)):
        camera = bpy.data.objects.new(name, bpy.data.cameras.new(name))
        scene.collection.objects.link(camera)
        camera.location = (x, -2.0, 1.6)
        scene.timeline_markers.new(name, frame=1 if name == "Left" else 24).camera = camera
    scene.camera = camera
    look_at("", look_at="CAMERA")
    generate(rig, sound)
    yaw = given(speech).target.directions_deg[:, 0]
    assert yaw[2] == pytest.approx(45.0, abs=2.0) and yaw[-1] == pytest.approx(-45.0, abs=2.0)


def test_another_character_is_looked_in_the_face_and_a_mesh_at_its_middle(scene, speech, sound):
    other = add_person("Other")
    other.location = (0.0, -2.0, 0.0)
    mesh = bpy.data.meshes.new("Applied")  # its origin stayed at the scene's when its location was applied
    mesh.from_pydata([(2, -2, 1.6), (2.2, -2, 1.6), (2, -2.2, 1.6)], [], [(0, 1, 2)])
    applied = bpy.data.objects.new("Applied", mesh)
    scene.collection.objects.link(applied)
    rig = add_person()
    add_face(parent=rig)
    look_at("Other")
    generate(rig, sound)
    assert given(speech).target.directions_deg[0] == pytest.approx([0.0, 0.0], abs=1.5)
    look_at("Applied")
    generate(rig, sound)
    assert given(speech).target.directions_deg[0] == pytest.approx([45.0, 0.0], abs=2.0)


def test_a_target_that_stands_nowhere_is_named_and_one_that_does_for_a_while_counts_else(scene, speech, sound):
    rig, _ = add_character()
    ball = target(location=(nan, -2.0, 1.0))
    look_at()
    with pytest.raises(RuntimeError, match="“Ball”, which the eyes are to look at, stands nowhere"):
        generate(rig, sound)
    ball.location = (2.0, -2.0, 1.0)
    for frame in (1, 20):
        ball.keyframe_insert("location", frame=frame)
    curves_of(ball)["location", 0].keyframe_points[0].co = (1.0, inf)
    generate(rig, sound)
    directions = given(speech).target.directions_deg
    assert len(directions) and np.isfinite(directions).all()


def test_keyed_strengths_act_over_time_and_others_say_that_they_cannot(scene, speech, sound):
    rig, _ = add_character()
    settings = scene.audio2rig
    for frame, value in ((1, 0.0), (48, 1.0)):
        for name in ("lips_strength", "body_strength", "look_at_influence"):
            setattr(settings, name, value)
            scene.keyframe_insert(f"audio2rig.{name}", frame=frame)
    settings.eyes_strength = 0.7
    scene.keyframe_insert("audio2rig.eyes_strength", frame=1)
    scene.frame_set(30)
    report = generate(rig, sound)
    keyed = given(speech).keyed
    lips = keyed.at(speech.asked[-1], "lips_strength", 121)
    assert lips[0] == pytest.approx(0.0, abs=0.02) and lips[-1] == pytest.approx(1.0, abs=0.05)
    assert (np.diff(lips) >= 0.0).all() and set(keyed.curves) == {"lips_strength", "look_at_influence"}
    assert speech.asked[-1].eyes_strength == pytest.approx(0.7) and speech.asked[-1].body_strength == 0.0
    assert "“Body” is keyed, but cannot act over time: 0 counts" in report
    generate(rig, sound, lips_strength=0.5)
    assert "lips_strength" not in given(speech).keyed.curves and speech.asked[-1].lips_strength == 0.5


def test_a_capture_file_is_read_and_told(scene, speech, sound, tmp_path):
    rig, _ = add_character()
    (tmp_path / "face.json").write_text('{"fps": 30, "frames": []}', encoding="utf-8")
    scene.audio2rig.lips_source, scene.audio2rig.lips_file = "CAPTURE", str(tmp_path / "face.json")
    scene.audio2rig.character = rig
    with pytest.raises(RuntimeError):
        bpy.ops.audio2rig.generate(filepath=sound)
    assert not rig.audio2rig.takes


def test_the_command_line_and_batches_know_the_controls(part):
    columns = part("core.blender.command_line.command_options").columns()
    assert {"eyes_source", "look_at_target", "lips_file", "head_offset", "expression_smoothing"} <= set(columns)
    parsed = (
        part("core.blender.cli")
        .make_parser()
        .parse_args(["generate", "--eyes-source", "LOOK_AT", "--look-at", "CAMERA", "--head-action", "nod"])
    )
    assert (parsed.eyes_source, parsed.look_at, parsed.head_action) == ("LOOK_AT", "CAMERA", "nod")


def test_the_demo_character_looks_at_a_ball_with_a_smile_from_elsewhere(scene, part, sound, needs_torch):
    rig = part("core.blender.demo_character").add(bpy.context)
    bpy.context.view_layer.update()
    face = next(
        mesh
        for mesh in part("core.blender.characters").face_meshes(rig, scene)
        if "mouthSmileLeft" in mesh.data.shape_keys.key_blocks
    )
    smile_on(face)
    ball = target(location=(1.0, -1.5, 1.6))
    settings = look_at(look_at_head=0.4)
    settings.expression_source, settings.expression_action = "ACTION", "smile_01"
    settings.parts = {"LIPS", "EYES", "HEAD", "EXPRESSION"}
    select(rig)
    report = generate(rig, sound)
    assert "Expression from the Action “smile_01”" in report and "Eyes look at “Ball”" in report
    scene.frame_set(40)
    blocks = face.data.shape_keys.key_blocks
    assert blocks["browInnerUp"].value == pytest.approx(0.5, abs=0.1) and blocks["mouthSmileLeft"].value > 0.2
    assert ball.name == "Ball" and blocks["eyeLookOutLeft"].value > 0.3, "the eyes do most of the way"
    bpy.ops.ed.undo_push()
