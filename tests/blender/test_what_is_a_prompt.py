# SPDX-License-Identifier: GPL-3.0-or-later
"""What the animator does to generated keys makes them prompts, whatever their type says; what nobody touched is generated anew."""

from __future__ import annotations

import re

import bpy
import numpy as np
import pytest

from tests.blender.building import add_face, add_person, curves_of, generate, put_stand_in, select, write_wav

JAW = ('key_blocks["jawOpen"].value', 0)
BLINK = ('key_blocks["eyeBlinkLeft"].value', 0)
WRITTEN = "audio2rig_written"


@pytest.fixture
def sound(tmp_path):
    return str(write_wav(tmp_path / "line.wav", 4.0))


@pytest.fixture
def face(scene, monkeypatch, extension):
    put_stand_in(monkeypatch)
    return add_face()


@pytest.fixture
def figure(scene, monkeypatch, extension):
    put_stand_in(monkeypatch)
    rig = add_person()
    select(rig)
    return rig


def keys_of(owner, name) -> dict[float, float]:
    return {round(point.co.x, 3): point.co.y for point in curves_of(owner)[name].keyframe_points}


def point_near(owner, name, frame: float) -> bpy.types.Keyframe:
    return min(curves_of(owner)[name].keyframe_points, key=lambda point: abs(point.co.x - frame))


def lowest(owner) -> bpy.types.Keyframe:
    """The key of the jaw at which it is shut, in the sound."""
    return min(
        (point for point in curves_of(owner)[JAW].keyframe_points if point.co.x > 1), key=lambda point: point.co.y
    )


def types_of(owner, name) -> dict[float, str]:
    return {round(point.co.x, 3): point.type for point in curves_of(owner)[name].keyframe_points}


def drag(point: bpy.types.Keyframe, frame: float, value: float) -> tuple[float, float]:
    """As the Graph Editor does: handles come along, nothing else changes."""
    point.co_ui = (frame, value)
    assert point.type == "GENERATED"
    return round(frame, 3), value


def kept(report: str) -> int:
    found = re.search(r"(\d+) prompts? kept", report)
    return int(found[1]) if found else 0


def kept_now(face) -> int:
    """How many prompts the list would show."""
    assert bpy.ops.audio2rig.list_prompts() == {"FINISHED"}
    return sum(row.keys for row in face.audio2rig.prompts)


def is_played(owner, name, wanted: dict[float, float]) -> bool:
    now = keys_of(owner, name)
    return all(frame in now and abs(now[frame] - value) < 1e-6 for frame, value in wanted.items())


# ------------------------------------------------------------------------------------------------------------ the face


def test_what_nobody_touched_is_generated_anew(face, sound):
    keys = face.data.shape_keys
    generate(face, sound, seed=2)
    fresh = keys_of(keys, BLINK)
    generate(face, sound, seed=1)
    report = generate(face, sound, seed=2)
    assert keys_of(keys, BLINK) == pytest.approx(fresh)
    assert kept(report) == 0 and set(types_of(keys, BLINK).values()) == {"GENERATED"}


def test_a_key_dragged_in_value_or_in_time_lives_on_and_shows(face, sound):
    keys = face.data.shape_keys
    generate(face, sound, seed=1)
    in_value = drag(point_near(keys, BLINK, 40), point_near(keys, BLINK, 40).co.x, 0.123)
    moved = point_near(keys, JAW, 60)
    in_time = drag(moved, moved.co.x + 0.4, moved.co.y)
    report = generate(face, sound, seed=2)
    assert is_played(keys, BLINK, dict([in_value])) and is_played(keys, JAW, dict([in_time]))
    assert types_of(keys, BLINK)[in_value[0]] == "KEYFRAME" == types_of(keys, JAW)[in_time[0]]
    assert kept(report) == 2
    generate(face, sound, seed=3)
    assert is_played(keys, BLINK, dict([in_value])) and is_played(keys, JAW, dict([in_time]))


def test_a_slider_keyed_over_a_generated_key_lives_on(face, sound):
    keys = face.data.shape_keys
    generate(face, sound, seed=1)
    frame = round(point_near(keys, BLINK, 50).co.x)
    bpy.context.scene.frame_set(frame)
    keys.key_blocks["eyeBlinkLeft"].value = 0.9 if keys.key_blocks["eyeBlinkLeft"].value < 0.5 else 0.1
    value = keys.key_blocks["eyeBlinkLeft"].value
    keys.key_blocks["eyeBlinkLeft"].keyframe_insert("value", frame=frame)
    assert kept(generate(face, sound, seed=2)) == 1
    assert is_played(keys, BLINK, {frame: value})


@pytest.mark.parametrize("factor, shift, frames", [(1.3, 0.0, 0.0), (1.0, 0.05, 0.0), (0.5, 0.0, 0.0), (1.0, 0.0, 3.0)])
def test_a_curve_scaled_or_moved_as_a_whole_stays_whole(face, sound, factor, shift, frames):
    keys = face.data.shape_keys
    generate(face, sound, seed=1)
    for point in curves_of(keys)[JAW].keyframe_points:
        point.co_ui = (point.co.x + frames, point.co.y * factor + shift)
    wanted = keys_of(keys, JAW)
    report = generate(face, sound, seed=2)
    assert is_played(keys, JAW, wanted) and kept(report) >= len(wanted) - 3
    assert set(types_of(keys, JAW).values()) - {"GENERATED"} == {"KEYFRAME"}


def test_a_whole_face_that_was_scaled_is_no_clip(face, sound):
    keys = face.data.shape_keys
    generate(face, sound, seed=1)
    for curve in curves_of(keys).values():
        for point in curve.keyframe_points:
            point.co_ui = (point.co.x, point.co.y * 0.8)
    wanted = {name: keys_of(keys, name) for name in (JAW, BLINK)}
    for seed in (2, 3):
        report = generate(face, sound, seed=seed)
        assert all(is_played(keys, name, values) for name, values in wanted.items()) and kept(report) > 50


def test_deleted_keys_are_no_prompts(face, sound):
    keys = face.data.shape_keys
    generate(face, sound, seed=2)
    fresh = keys_of(keys, BLINK)
    generate(face, sound, seed=1)
    curve = curves_of(keys)[BLINK]
    for _ in range(len(curve.keyframe_points) // 2):
        curve.keyframe_points.remove(curve.keyframe_points[1])
    report = generate(face, sound, seed=2)
    assert keys_of(keys, BLINK) == pytest.approx(fresh) and kept(report) == 0


def test_handles_and_interpolation_alone_make_no_prompt(face, sound):
    keys = face.data.shape_keys
    generate(face, sound, seed=1)
    for point in curves_of(keys)[BLINK].keyframe_points:
        point.interpolation, point.handle_left_type = "CONSTANT", "VECTOR"
    assert kept(generate(face, sound, seed=2)) == 0


def test_a_key_is_compared_as_blender_clamps_it(face, sound):
    """A slider from -1 to 2: -0.2 is another value than 0; with the usual range it is none."""
    keys = face.data.shape_keys
    block = keys.key_blocks["jawOpen"]
    block.slider_min, block.slider_max = -1.0, 2.0
    generate(face, sound, seed=1)
    frame, value = drag(lowest(keys), lowest(keys).co.x, -0.2)
    assert kept(generate(face, sound, seed=2)) == 1 and is_played(keys, JAW, {frame: value})
    generate(face, sound, seed=3, use_prompts=False)
    block.slider_min, block.slider_max = 0.0, 1.0
    generate(face, sound, seed=3, use_prompts=False)
    assert lowest(keys).co.y == pytest.approx(0.0, abs=1e-6)
    drag(lowest(keys), lowest(keys).co.x, -0.2)
    assert kept(generate(face, sound, seed=4)) == 0


def test_a_take_moved_as_a_whole_is_generated_all_the_same(face, sound):
    """Without a strip the line is where its keys are."""
    bpy.context.scene.audio2rig.use_sound_strip = False
    keys = face.data.shape_keys
    generate(face, sound, seed=2)
    fresh = keys_of(keys, BLINK)
    generate(face, sound, seed=1)
    for curve in curves_of(keys).values():
        for point in curve.keyframe_points:
            point.co_ui = (point.co.x + 7.0, point.co.y)
    frame, value = drag(point_near(keys, JAW, 50), 50.5, 0.77)
    report = generate(face, sound, seed=2)
    assert kept(report) == 1 and is_played(keys, JAW, {frame: value})
    now = {frame: value for frame, value in keys_of(keys, BLINK).items() if frame > 10}  # before, the mouth eases in
    assert now == pytest.approx({frame + 7.0: value for frame, value in fresh.items() if frame > 3})
    assert "All keys of the take were moved by 7 frames" in report


def test_a_take_on_the_nla_remembers_too(face, sound):
    bpy.context.scene.audio2rig.use_nla = True
    bpy.context.scene.audio2rig.character = face
    keys = face.data.shape_keys

    def newest():
        action = next(strip.action for track in reversed(keys.animation_data.nla_tracks) for strip in track.strips)
        curves = action.fcurves if not hasattr(action, "slots") else action.layers[0].strips[0].channelbags[0].fcurves
        return next(one for one in curves if one.data_path == BLINK[0])

    report = generate(face, sound, seed=1)
    assert kept(report) == 0
    point = min(newest().keyframe_points, key=lambda one: abs(one.co.x - 40))
    frame, value = drag(point, 40.0, 0.31)
    assert kept_now(face) == 1
    report = generate(face, sound, seed=2)
    now = {round(point.co.x, 3): (point.co.y, point.type) for point in newest().keyframe_points}
    assert now[frame] == (pytest.approx(value), "KEYFRAME") and kept(report) == 1
    assert bpy.ops.audio2rig.remove_prompts(scope="ALL") == {"FINISHED"}
    assert kept(generate(face, sound, seed=3)) == 0


# ------------------------------------------------------------------------------------------------------------- bones


@pytest.mark.parametrize("mode", ["QUATERNION", "XYZ", "ZYX", "AXIS_ANGLE"])
def test_a_rotation_is_one_pose_in_every_mode(figure, sound, mode):
    """Of a bone keyed over generated keys only some components may differ; all of them are the pose."""
    bone = figure.pose.bones["mixamorig:LeftArm"]
    bone.rotation_mode = mode
    name = {"QUATERNION": "rotation_quaternion", "AXIS_ANGLE": "rotation_axis_angle"}.get(mode, "rotation_euler")
    path = f'pose.bones["{bone.name}"].{name}'
    generate(figure, sound, seed=1)
    size = len(getattr(bone, name))
    frames = [set(keys_of(figure, (path, part))) for part in range(size)]
    frame = min(set.intersection(*frames), key=lambda one: abs(one - 50))
    bpy.context.scene.frame_set(int(frame))
    values = list(getattr(bone, name))
    values[1] += 0.3
    setattr(bone, name, values)
    bone.keyframe_insert(name, frame=frame)
    wanted = [keys_of(figure, (path, part))[frame] for part in range(size)]
    assert kept(generate(figure, sound, seed=2)) == 1
    now = np.array([keys_of(figure, (path, part))[frame] for part in range(size)])
    if mode == "QUATERNION":
        assert min(np.abs(now - wanted).max(), np.abs(now + wanted).max()) < 1e-5
    elif mode == "AXIS_ANGLE":
        assert np.abs(now[0] * now[1:] - wanted[0] * np.array(wanted[1:])).max() < 1e-4 or now == pytest.approx(
            wanted, abs=1e-5
        )
    else:
        assert np.abs((now - wanted + np.pi) % (2 * np.pi) - np.pi).max() < 1e-5


def test_one_axis_keyed_before_stays_one_axis(figure, sound):
    bone = figure.pose.bones["mixamorig:Spine1"]
    bone.rotation_mode = "XYZ"
    path = f'pose.bones["{bone.name}"].rotation_euler'
    bone.rotation_euler[1] = 0.4
    bone.keyframe_insert("rotation_euler", index=1, frame=40)
    for seed in (1, 2, 3):
        generate(figure, sound, seed=seed)
        by_hand = [
            frame for part in range(3) for frame, kind in types_of(figure, (path, part)).items() if kind != "GENERATED"
        ]
        assert by_hand == [40.0] and is_played(figure, (path, 1), {40.0: np.float32(0.4)})


def test_keys_of_other_tools_are_the_animators(figure, sound):
    """Both on a bone that nothing drives and on one that is driven."""
    bpy.ops.object.mode_set(mode="EDIT")
    tail = figure.data.edit_bones.new("tail_01")
    tail.head, tail.tail = (0, 0.1, 0.9), (0, 0.3, 0.9)
    tail.parent = figure.data.edit_bones["mixamorig:Hips"]
    bpy.ops.object.mode_set(mode="OBJECT")
    loose, driven = figure.pose.bones["tail_01"], figure.pose.bones["mixamorig:RightForeArm"]
    for bone in (loose, driven):
        bone.rotation_mode = "XYZ"
    for frame in range(1, 100, 3):
        loose.rotation_euler[2] = 0.4 * np.sin(frame / 4)
        loose.keyframe_insert("rotation_euler", index=2, frame=frame, keytype="GENERATED")
    for frame in (30, 60):
        driven.rotation_euler = (0.5, 0.1, 0.2)
        driven.keyframe_insert("rotation_euler", frame=frame, keytype="GENERATED")
    swing = keys_of(figure, ('pose.bones["tail_01"].rotation_euler', 2))
    path = 'pose.bones["mixamorig:RightForeArm"].rotation_euler'
    for seed in (1, 2):
        report = generate(figure, sound, seed=seed)
        assert kept(report) == 2
        assert keys_of(figure, ('pose.bones["tail_01"].rotation_euler', 2)) == pytest.approx(swing)
        assert set(types_of(figure, ('pose.bones["tail_01"].rotation_euler', 2)).values()) == {"GENERATED"}
        assert is_played(figure, (path, 0), {30.0: 0.5, 60.0: 0.5}) and types_of(figure, (path, 0))[30.0] == "KEYFRAME"
    assert sum(row.keys for row in figure.audio2rig.prompts) == 2


def test_controls_and_properties_that_nothing_drives_go_on(figure, sound):
    """An inverse-kinematics control and a custom property, whatever the type of their keys."""
    bpy.ops.object.mode_set(mode="EDIT")
    control = figure.data.edit_bones.new("hand_ik.L")
    control.head, control.tail = (0.7, 0, 1.4), (0.8, 0, 1.4)
    bpy.ops.object.mode_set(mode="OBJECT")
    control = figure.pose.bones["hand_ik.L"]
    control["squash"] = 0.0
    for frame, kind in ((10, "GENERATED"), (50, "KEYFRAME"), (90, "GENERATED")):
        control.location = (0.1 * frame, 0.0, 0.2)
        control["squash"] = frame / 100
        control.keyframe_insert("location", frame=frame, keytype=kind)
        control.keyframe_insert('["squash"]', frame=frame, keytype=kind)
    paths = ('pose.bones["hand_ik.L"].location', 0), ('pose.bones["hand_ik.L"]["squash"]', 0)
    before = [(keys_of(figure, name), types_of(figure, name)) for name in paths]
    for seed in (1, 2):
        generate(figure, sound, seed=seed)
        assert [(keys_of(figure, name), types_of(figure, name)) for name in paths] == before


# ------------------------------------------------------------------------------------------- where the memory goes along


def test_it_is_undone(face, sound):
    generate(face, sound, seed=1)
    drag(point_near(face.data.shape_keys, BLINK, 40), 40.0, 0.31)
    bpy.ops.ed.undo_push(message="dragged")
    assert bpy.ops.audio2rig.remove_prompts(scope="ALL") == {"FINISHED"}
    assert kept(generate(face, sound, seed=2)) == 0
    bpy.ops.ed.undo_push(message="generated")
    while kept_now(bpy.data.objects["Face"]) == 0:
        assert bpy.ops.ed.undo() == {"FINISHED"}
    face = bpy.data.objects["Face"]
    assert kept(generate(face, sound, seed=3)) == 1
    assert is_played(face.data.shape_keys, BLINK, {40.0: np.float32(0.31)})


def test_it_is_saved_and_read_again(face, sound, tmp_path):
    generate(face, sound, seed=1)
    frame, value = drag(point_near(face.data.shape_keys, BLINK, 40), 40.0, 0.31)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "saved.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "saved.blend"))
    again = bpy.data.objects["Face"]
    assert kept(generate(again, sound, seed=2)) == 1
    assert is_played(again.data.shape_keys, BLINK, {frame: value})


def test_it_goes_along_with_a_copy_and_with_a_library(face, sound, tmp_path, part):
    compat = part("core.blender.compat")
    generate(face, sound, seed=1)
    keys = face.data.shape_keys
    copy = keys.animation_data.action.copy()
    slot = compat.find_slot(copy, compat.active_slot_identifier(keys))
    compat.assign(keys, copy, slot)
    frame, value = drag(point_near(keys, BLINK, 40), 40.0, 0.31)
    assert kept(generate(face, sound, seed=2)) == 1 and is_played(keys, BLINK, {frame: value})
    path = tmp_path / "library.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    bpy.ops.wm.read_homefile(use_empty=True)
    with bpy.data.libraries.load(str(path)) as (there, here):
        here.objects = ["Face"]
    face = here.objects[0]
    bpy.context.scene.collection.objects.link(face)
    select(face)
    assert kept(generate(face, sound, seed=3)) == 1
    assert is_played(face.data.shape_keys, BLINK, {frame: value})


def test_it_knows_renamed_bones_and_shapes_again(figure, sound):
    generate(figure, sound, seed=1)
    for bone in figure.data.bones:
        bone.name = bone.name.replace("mixamorig:", "mixamorig1:")
    path = 'pose.bones["mixamorig1:LeftArm"].rotation_quaternion'
    point = point_near(figure, (path, 1), 40)
    frame = drag(point, point.co.x, point.co.y + 0.2)[0]
    assert kept(generate(figure, sound, seed=2)) == 1
    assert types_of(figure, (path, 1))[frame] == "KEYFRAME"


def test_takes_of_earlier_versions_go_by_the_type(face, sound):
    keys = face.data.shape_keys
    generate(face, sound, seed=1)
    del keys.animation_data.action[WRITTEN]
    drag(point_near(keys, BLINK, 40), 40.0, 0.31)
    keys.key_blocks["jawOpen"].value = 0.6
    keys.key_blocks["jawOpen"].keyframe_insert("value", frame=33.5)
    assert types_of(keys, JAW)[33.5] == "KEYFRAME"
    assert kept(generate(face, sound, seed=2)) == 1 and is_played(keys, JAW, {33.5: np.float32(0.6)})
    assert WRITTEN in keys.animation_data.action


def test_a_damaged_memory_is_none(face, sound):
    keys = face.data.shape_keys
    generate(face, sound, seed=1)
    keys.animation_data.action[WRITTEN] = b"A2RK\x01nonsense"
    assert kept(generate(face, sound, seed=2)) == 0


def test_a_range_and_parts_carry_it_on(face, sound):
    """What a generation leaves alone is as it was, and so is what is known of it."""
    keys = face.data.shape_keys
    generate(face, sound, seed=1)
    frame, value = drag(point_near(keys, BLINK, 80), 80.0, 0.31)
    generate(face, sound, seed=2, frame_start=20, frame_end=50)
    assert is_played(keys, BLINK, {frame: value})
    generate(face, sound, seed=3, parts={"LIPS"})
    assert is_played(keys, BLINK, {frame: value}) and types_of(keys, BLINK)[80.0] == "KEYFRAME"
    assert kept(generate(face, sound, seed=4)) == 1
    assert len(keys_of(keys, BLINK)) > 3 and is_played(keys, BLINK, {frame: value})


# ---------------------------------------------------------------------------------------------------- several meshes


def add_mouth() -> tuple[bpy.types.Object, bpy.types.Object, bpy.types.Object]:
    """A head, teeth of another spelling, and a beard of the head's."""
    rig = add_person()
    head = add_face("Head", parent=rig)
    teeth = add_face("Teeth", ("jaw_open", "mouth_close"), parent=rig)
    beard = add_face("Beard", ("jawOpen", "mouthPucker"), parent=rig)
    bpy.context.scene.audio2rig.character = rig
    return head, teeth, beard


TEETH = ('key_blocks["jaw_open"].value', 0)


def test_a_prompt_on_a_shape_counts_for_every_mesh(scene, monkeypatch, extension, sound):
    put_stand_in(monkeypatch)
    head, teeth, beard = add_mouth()
    rig = head.parent
    report = generate(rig, sound, seed=1)
    frame, value = drag(point_near(head.data.shape_keys, JAW, 50), 50.0, 0.93)
    report = generate(rig, sound, seed=2)
    assert kept(report) == 1 == sum(row.keys for row in rig.audio2rig.prompts)
    for mesh, name in ((head, JAW), (teeth, TEETH), (beard, JAW)):
        assert curves_of(mesh.data.shape_keys)[name].evaluate(50) == pytest.approx(0.93, abs=1e-5), mesh.name
    assert types_of(teeth.data.shape_keys, TEETH)[50.0] == "GENERATED"
    point = point_near(head.data.shape_keys, JAW, 50)  # the prompt is changed, and everyone follows
    point.co_ui = (50.0, 0.41)
    assert kept(generate(rig, sound, seed=3)) == 1
    for mesh, name in ((head, JAW), (teeth, TEETH), (beard, JAW)):
        assert curves_of(mesh.data.shape_keys)[name].evaluate(50) == pytest.approx(0.41, abs=1e-5), mesh.name


def test_meshes_follow_a_prompt_behind_the_sound_and_forget_it(scene, monkeypatch, extension, sound):
    put_stand_in(monkeypatch)
    head, teeth, _ = add_mouth()
    keys = head.data.shape_keys
    keys.key_blocks["jawOpen"].value = 0.7
    keys.key_blocks["jawOpen"].keyframe_insert("value", frame=200)
    generate(head.parent, sound, seed=1)
    assert curves_of(teeth.data.shape_keys)[TEETH].evaluate(200) == pytest.approx(0.7, abs=1e-5)
    curves_of(keys)[JAW].keyframe_points[-1].co_ui = (230.0, 0.7)
    generate(head.parent, sound, seed=2)
    assert 230.0 in keys_of(teeth.data.shape_keys, TEETH) and 200.0 not in keys_of(teeth.data.shape_keys, TEETH)


def test_prompts_that_contradict_each_other_are_named(scene, monkeypatch, extension, sound):
    put_stand_in(monkeypatch)
    head, teeth, beard = add_mouth()
    for mesh, name, value in ((head, "jawOpen", 0.9), (teeth, "jaw_open", 0.2)):
        mesh.data.shape_keys.key_blocks[name].value = value
        mesh.data.shape_keys.key_blocks[name].keyframe_insert("value", frame=40)
    report = generate(head.parent, sound)
    assert is_played(head.data.shape_keys, JAW, {40.0: np.float32(0.9)})
    assert is_played(teeth.data.shape_keys, TEETH, {40.0: np.float32(0.2)})
    assert "“Head”" in report and "“Teeth”" in report and "0.20" in report and kept(report) == 2
    assert curves_of(beard.data.shape_keys)[JAW].evaluate(40) in (pytest.approx(0.9), pytest.approx(0.2))


# ---------------------------------------------------------------------------------------------- the buttons, and counting


def test_only_what_was_changed_becomes_a_prompt_and_all_count_the_same(scene, monkeypatch, extension, part, sound):
    put_stand_in(monkeypatch)
    head, _, _ = add_mouth()
    rig = head.parent
    generate(rig, sound, seed=1)
    keys = head.data.shape_keys
    select(rig)
    bpy.ops.object.mode_set(mode="POSE")
    for bone in rig.pose.bones:
        (bone if hasattr(bone, "select") else bone.bone).select = bone.name.endswith("Head")
    bpy.context.scene.frame_set(int(point_near(keys, BLINK, 45).co.x))
    frame = bpy.context.scene.frame_current
    for side in ("Left", "Right"):
        keys.key_blocks[f"mouthSmile{side}"].value = 0.6
    assert bpy.ops.audio2rig.add_prompt() == {"FINISHED"}
    assert [(row.frame, row.keys) for row in rig.audio2rig.prompts] == [(frame, 2)]
    bpy.ops.object.mode_set(mode="OBJECT")
    report = generate(rig, sound, seed=2)
    assert kept(report) == 2 == sum(row.keys for row in rig.audio2rig.prompts)
    for side in ("Left", "Right"):
        assert is_played(keys, (f'key_blocks["mouthSmile{side}"].value', 0), {float(frame): np.float32(0.6)})


def test_adding_where_a_generated_key_lies_keeps_what_it_shows(figure, sound):
    generate(figure, sound, seed=1)
    path = 'pose.bones["mixamorig:Head"].rotation_quaternion'
    frame = round(point_near(figure, (path, 0), 50).co.x)
    bpy.context.scene.frame_set(frame)
    bpy.ops.object.mode_set(mode="POSE")
    for bone in figure.pose.bones:
        (bone if hasattr(bone, "select") else bone.bone).select = bone.name.endswith(":Head")
    figure.data.bones.active = figure.data.bones["mixamorig:Head"]
    assert bpy.ops.audio2rig.add_prompt(which="SELECTED") == {"FINISHED"}
    wanted = [keys_of(figure, (path, index))[frame] for index in range(4)]
    bpy.ops.object.mode_set(mode="OBJECT")
    assert kept(generate(figure, sound, seed=3)) == 1
    now = [keys_of(figure, (path, index))[frame] for index in range(4)]
    assert now == pytest.approx(wanted, abs=1e-5) or now == pytest.approx([-value for value in wanted], abs=1e-5)


def test_removing_lets_go_of_dragged_keys_and_of_other_tools(face, sound):
    keys = face.data.shape_keys
    keys.key_blocks["browInnerUp"].value = 0.4
    keys.key_blocks["browInnerUp"].keyframe_insert("value", frame=20, keytype="GENERATED")
    bpy.context.scene.audio2rig.character = face
    assert bpy.ops.audio2rig.list_prompts() == {"FINISHED"}
    assert [row.frame for row in face.audio2rig.prompts] == [20.0]
    assert bpy.ops.audio2rig.remove_prompts(scope="ALL") == {"FINISHED"}
    assert len(face.audio2rig.prompts) == 0
    generate(face, sound, seed=1)
    drag(point_near(keys, BLINK, 40), 40.0, 0.31)
    assert bpy.ops.audio2rig.list_prompts() == {"FINISHED"}
    assert [row.frame for row in face.audio2rig.prompts] == [40.0]
    assert bpy.ops.audio2rig.remove_prompts(scope="ALL") == {"FINISHED"}
    assert kept(generate(face, sound, seed=2)) == 0 and len(face.audio2rig.prompts) == 0


def test_a_switch_that_is_keyed_in_a_take_stays_and_is_said(figure, part):
    switches, taking = part("core.blender.keying.rig_switches"), part("core.blender.takes.written_keys")
    compat, curves = part("core.blender.compat"), part("core.blender.keying.fcurves")
    figure.pose.bones["mixamorig:LeftHand"]["IK_FK"] = 0.0
    switch = part("core.rigs.animation").RigSwitch("mixamorig:LeftHand", '["IK_FK"]', 1.0)
    made, _ = switches.curves_for(figure, [switch], 1.0, 100.0, False)
    action = bpy.data.actions.new("Take")
    action["audio2rig_take"] = "mark"
    slot = compat.new_slot(action, figure)
    curves.write_curves(compat.ensure_curves(action, slot), made)
    name = (slot.handle if slot is not None else 0, made[0].path, 0)
    taking.remember(action, {name: taking.WrittenKeys.of(made[0].keys)})
    compat.assign(figure, action, slot)
    again, said = switches.curves_for(figure, [switch], 1.0, 100.0, False)
    assert not said and again[0].keys.frames.tolist() == made[0].keys.frames.tolist()
    figure.pose.bones["mixamorig:LeftHand"]["IK_FK"] = 0.0
    figure.pose.bones["mixamorig:LeftHand"].keyframe_insert('["IK_FK"]', frame=60)
    again, said = switches.curves_for(figure, [switch], 1.0, 100.0, False)
    assert again[0].keys.values[np.argmin(np.abs(again[0].keys.frames - 60))] == 0.0
    assert len(said) == 1 and "frame 60" in said[0]


def test_the_memory_is_small_and_exact(extension, part):
    taking, curves = part("core.blender.takes.written_keys"), part("core.blender.keying.fcurves")
    random = np.random.default_rng(5)
    written = {}
    for number in range(272):
        frames = np.sort(random.choice(1800, 150, replace=False)).astype(np.float32)
        frames[::10] += np.float32(0.37)
        keys = curves.Keys.simple(frames, random.normal(size=150))
        written[17, f'pose.bones["bone {number}"].location', number % 3] = taking.WrittenKeys.of(keys)
    written[17, "empty", 0] = taking.WrittenKeys.nothing()
    stored = taking.packed(written)
    assert len(stored) < 6 * 272 * 150
    again = taking.unpacked(stored)
    assert again.keys() == written.keys()
    for name, keys in written.items():
        assert all(
            np.array_equal(getattr(again[name], part), getattr(keys, part)) for part in ("frames", "values", "origins")
        )
    assert taking.unpacked(taking.packed({})) == {}
