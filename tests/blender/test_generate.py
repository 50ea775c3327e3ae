# SPDX-License-Identifier: GPL-3.0-or-later
"""The button, run to completion: what is written, where, and what stays untouched."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from tests.blender.building import KEYS, add_armature, add_face, curves_of, put_stand_in, select, write_wav


@pytest.fixture
def speech(monkeypatch, extension):
    return put_stand_in(monkeypatch)


@pytest.fixture
def sound(tmp_path):
    return write_wav(tmp_path / "hello.wav", 2.0)


def key_types(curve) -> set[str]:
    return {point.type for point in curve.keyframe_points}


def test_writes_a_take_of_generated_keys_named_after_the_sound(scene, speech, sound):
    rig = add_armature()
    face = add_face(parent=rig)
    assert bpy.ops.audio2rig.generate(filepath=str(sound)) == {"FINISHED"}
    keys = face.data.shape_keys
    assert keys.animation_data.action.name.startswith("hello")
    written = curves_of(keys)
    assert {path for path, _ in written} == {f'key_blocks["{name}"].value' for name in KEYS}
    for curve in written.values():
        assert key_types(curve) == {"GENERATED"}
    turned = {path for path, _ in curves_of(rig)}
    assert 'pose.bones["head"].rotation_quaternion' in turned
    take = rig.audio2rig.takes[rig.audio2rig.take_index]
    assert take.name == "hello" and not take.is_original
    assert "shapes" in scene.audio2rig.last_report and "keys" in scene.audio2rig.last_report
    if hasattr(bpy.types.Action, "slots"):
        assert rig.animation_data.action == keys.animation_data.action


def test_the_mouth_follows_the_sound_at_the_scenes_rate_from_the_chosen_frame(scene, speech, sound):
    face = add_face()
    scene.render.fps, scene.render.fps_base = 24, 1.001
    scene.frame_start, scene.frame_end = 1, 200
    scene.audio2rig.frame_start = 40
    scene.audio2rig.audio_path = str(sound)
    assert bpy.ops.audio2rig.generate() == {"FINISHED"}
    jaw = face.data.shape_keys.key_blocks["jawOpen"]

    def at(seconds: float) -> float:
        frame = 40 + seconds * 24 / 1.001
        scene.frame_set(int(frame), subframe=frame % 1)
        return jaw.value

    assert at(0.125) > 0.3 and at(0.375) > 0.3  # the sound swells around these
    assert at(0.25) < 0.15 and at(0.5) < 0.15  # and is gone at these
    frames = [
        point.co[0] for point in curves_of(face.data.shape_keys)['key_blocks["jawOpen"].value', 0].keyframe_points
    ]
    assert 40 in frames and frames[0] >= 38, "at most the way from rest into the line lies before it"
    take = face.audio2rig.takes[-1]
    assert take.frame_start == 40 and take.frame_end == pytest.approx(40 + 2 * 24 / 1.001, abs=1)


@pytest.mark.parametrize("fps", [24, 25, 30, 60, 120])
def test_every_frame_rate(scene, speech, sound, fps):
    face = add_face()
    scene.render.fps = fps
    scene.frame_step = 3
    assert bpy.ops.audio2rig.generate(filepath=str(sound)) == {"FINISHED"}
    first, last = face.data.shape_keys.animation_data.action.frame_range
    take = face.audio2rig.takes[-1]
    assert take.frame_start == 1 and take.frame_end == pytest.approx(1 + 2 * fps, abs=1)
    assert first == take.frame_start, "nothing before the shot"
    assert 0 < last - take.frame_end <= 0.42 * fps, "and back to rest"


def test_far_fewer_keys_than_frames_within_the_tolerance(scene, speech, sound):
    face = add_face()
    scene.audio2rig.shape_tolerance = 0.0
    bpy.ops.audio2rig.generate(filepath=str(sound))
    path = ('key_blocks["eyeBlinkLeft"].value', 0)
    full = curves_of(face.data.shape_keys)[path]
    frames = range(1, 50)
    truth = np.array([full.evaluate(frame) for frame in frames])
    count = len(full.keyframe_points)
    scene.audio2rig.shape_tolerance = 0.005
    bpy.ops.audio2rig.generate(filepath=str(sound))
    simple = curves_of(face.data.shape_keys)[path]
    assert len(simple.keyframe_points) * 4 <= count
    assert np.abs(np.array([simple.evaluate(frame) for frame in frames]) - truth).max() <= 0.0051


@pytest.mark.parametrize("mode", ["QUATERNION", "XYZ", "ZYX", "AXIS_ANGLE"])
def test_rotation_modes_are_respected(scene, speech, sound, mode):
    rig = add_armature()
    add_face(parent=rig)
    for bone in rig.pose.bones:
        bone.rotation_mode = mode
    select(rig)
    scene.audio2rig.rotation_tolerance = 0.0
    assert bpy.ops.audio2rig.generate(filepath=str(sound)) == {"FINISHED"}
    names = {"QUATERNION": "rotation_quaternion", "AXIS_ANGLE": "rotation_axis_angle"}
    path = f'pose.bones["head"].{names.get(mode, "rotation_euler")}'
    written = {index for found, index in curves_of(rig) if found == path}
    assert written == set(range(3 if mode in {"XYZ", "ZYX"} else 4))
    angles = []
    for frame in range(1, 49):
        scene.frame_set(frame)
        angles.append(rig.pose.bones["head"].matrix_basis.to_quaternion().angle)
    assert 0.15 < max(angles) < 0.25  # the stand-in nods by 0.2 rad
    assert np.abs(np.diff(angles)).max() < 0.06


def test_other_animation_goes_on_and_its_action_stays_as_it_was(scene, speech, sound):
    rig = add_armature()
    add_face(parent=rig)
    select(rig)
    hips = rig.pose.bones["hips"]
    for frame, height in ((1, 0.0), (20, 0.5)):
        hips.location.z = height
        hips.keyframe_insert("location", frame=frame)
    walk = rig.animation_data.action
    walk.pose_markers.new("contact").frame = 7
    before = {key: [tuple(point.co) for point in curve.keyframe_points] for key, curve in curves_of(rig).items()}
    assert bpy.ops.audio2rig.generate(filepath=str(sound), parts={"LIPS", "EXPRESSION", "EYES", "HEAD"}) == {"FINISHED"}
    assert rig.animation_data.action != walk
    assert [(marker.name, marker.frame) for marker in rig.animation_data.action.pose_markers] == [("contact", 7)]
    now = curves_of(rig)
    assert all([tuple(point.co) for point in now[key].keyframe_points] == points for key, points in before.items())
    bpy.ops.audio2rig.take_activate(index=0)
    assert rig.animation_data.action == walk
    assert {
        key: [tuple(point.co) for point in curve.keyframe_points] for key, curve in curves_of(rig).items()
    } == before


def test_prompts_are_kept_exactly(scene, speech, sound):
    face = add_face()
    jaw = face.data.shape_keys.key_blocks["jawOpen"]
    for frame, value in ((10, 0.83), (30, 0.0)):
        jaw.value = value
        jaw.keyframe_insert("value", frame=frame)
    assert bpy.ops.audio2rig.generate(filepath=str(sound)) == {"FINISHED"}
    curve = curves_of(face.data.shape_keys)['key_blocks["jawOpen"].value', 0]
    by_hand = {point.co[0]: point.co[1] for point in curve.keyframe_points if point.type != "GENERATED"}
    assert by_hand == pytest.approx({10: 0.83, 30: 0.0})
    assert curve.evaluate(10) == pytest.approx(0.83, abs=1e-5)
    assert abs(curve.evaluate(11) - 0.83) < 0.25
    assert "2 prompts kept" in scene.audio2rig.last_report
    # and again, from the take
    bpy.ops.audio2rig.generate(filepath=str(sound), seed=3)
    curve = curves_of(face.data.shape_keys)['key_blocks["jawOpen"].value', 0]
    assert {point.co[0]: point.co[1] for point in curve.keyframe_points if point.type != "GENERATED"} == pytest.approx(
        by_hand
    )
    scene.audio2rig.use_prompts = False
    bpy.ops.audio2rig.generate(filepath=str(sound))
    curve = curves_of(face.data.shape_keys)['key_blocks["jawOpen"].value', 0]
    assert key_types(curve) == {"GENERATED"}


def test_a_rotation_set_by_hand_is_kept(scene, speech, sound):
    rig = add_armature()
    add_face(parent=rig)
    select(rig)
    head = rig.pose.bones["head"]
    head.rotation_quaternion = (-0.9239, 0.0, -0.3827, 0.0)  # 45 degrees, on the other side of the sphere
    head.keyframe_insert("rotation_quaternion", frame=20)
    assert bpy.ops.audio2rig.generate(filepath=str(sound)) == {"FINISHED"}
    angles = []
    for frame in range(10, 31):
        scene.frame_set(frame)
        angles.append(
            head.matrix_basis.to_quaternion()
            .rotation_difference(head.matrix_basis.to_quaternion().__class__((0.9239, 0.0, 0.3827, 0.0)))
            .angle
        )
    assert angles[10] < 0.01
    assert np.abs(np.diff(np.array(angles))).max() < 0.6


def test_only_a_range_is_generated_anew(scene, speech, sound):
    face = add_face()
    bpy.ops.audio2rig.generate(filepath=str(sound), seed=1)
    path = ('key_blocks["eyeBlinkLeft"].value', 0)
    before = [curves_of(face.data.shape_keys)[path].evaluate(frame) for frame in range(1, 50)]
    bpy.ops.audio2rig.generate(filepath=str(sound), seed=9, frame_start=15, frame_end=30)
    after = [curves_of(face.data.shape_keys)[path].evaluate(frame) for frame in range(1, 50)]
    assert after[:13] == pytest.approx(before[:13], abs=0.01)
    assert after[31:] == pytest.approx(before[31:], abs=0.01)
    assert max(abs(a - b) for a, b in zip(after[16:26], before[16:26])) > 0.1


def test_one_line_after_the_other_and_again(scene, speech, sound, tmp_path):
    face = add_face()
    path = ('key_blocks["jawOpen"].value', 0)

    def values(first, last):
        return [curves_of(face.data.shape_keys)[path].evaluate(frame) for frame in range(first, last)]

    bpy.ops.audio2rig.generate(filepath=str(sound), frame_start=1)
    first_line = values(1, 48)
    second = write_wav(tmp_path / "second.wav", 1.0, level=0.8)
    bpy.ops.audio2rig.generate(filepath=str(second), frame_start=101)
    assert values(1, 48) == pytest.approx(first_line, abs=1e-4)
    second_line = values(101, 124)
    assert max(second_line) > max(first_line)
    # the second line again, longer before and shorter now: nothing of the old one stays, all of the first one does
    bpy.ops.audio2rig.generate(filepath=str(write_wav(tmp_path / "second.wav", 0.5, level=0.3)), frame_start=101)
    assert values(1, 48) == pytest.approx(first_line, abs=1e-4)
    assert max(values(101, 124)) < 0.5 * max(second_line)
    frames = [point.co[0] for point in curves_of(face.data.shape_keys)[path].keyframe_points]
    assert max(frames) <= 114 + 10, "but for the way back to rest"


def _jaw(face, first, last):
    curve = curves_of(face.data.shape_keys)[('key_blocks["jawOpen"].value', 0)]
    return [curve.evaluate(frame) for frame in range(first, last)]


def test_lines_that_touch_do_not_erase_each_other(scene, speech, sound, tmp_path):
    face = add_face()
    bpy.ops.audio2rig.generate(filepath=str(sound), frame_start=1)  # two seconds: frames 1 to 49 at 24 fps
    first_line = _jaw(face, 1, 47)
    second = write_wav(tmp_path / "second.wav", 1.0, level=0.8)
    bpy.ops.audio2rig.generate(filepath=str(second), frame_start=49)
    second_line = _jaw(face, 52, 73)
    third = write_wav(tmp_path / "third.wav", 1.0, level=0.5)
    bpy.ops.audio2rig.generate(filepath=str(third), frame_start=73)
    assert _jaw(face, 1, 47) == pytest.approx(first_line, abs=1e-4)
    assert _jaw(face, 52, 71) == pytest.approx(second_line[:-2], abs=1e-4)
    take = face.audio2rig.takes[face.audio2rig.take_index]
    assert [(line.first, line.last) for line in take.lines] == [(1, 49), (49, 73), (73, 97)]


def test_an_earlier_line_again_and_shorter_leaves_no_tail(scene, speech, sound, tmp_path):
    face = add_face()
    bpy.ops.audio2rig.generate(filepath=str(sound), frame_start=1)
    second = write_wav(tmp_path / "second.wav", 2.0, level=0.8)
    bpy.ops.audio2rig.generate(filepath=str(second), frame_start=101)
    second_line = _jaw(face, 101, 149)
    short = write_wav(tmp_path / "short.wav", 0.5)
    bpy.ops.audio2rig.generate(filepath=str(short), frame_start=1)
    assert (
        np.ptp(_jaw(face, 24, 98)) < 0.02
    )  # from where the short one is at rest again to where the second begins; 0.32 with a tail
    assert _jaw(face, 101, 149) == pytest.approx(second_line, abs=1e-4)


def test_a_line_that_moved_is_gone_from_its_old_place_and_the_report_says_so(scene, speech, sound, tmp_path):
    face = add_face()
    bpy.ops.audio2rig.generate(filepath=str(sound), frame_start=1)
    second = write_wav(tmp_path / "second.wav", 1.0, level=0.8)
    bpy.ops.audio2rig.generate(filepath=str(second), frame_start=60)
    second_line = _jaw(face, 62, 84)
    bpy.ops.audio2rig.generate(filepath=str(sound), frame_start=101)
    assert np.ptp(_jaw(face, 1, 58)) < 1e-4
    assert _jaw(face, 62, 84) == pytest.approx(second_line, abs=1e-4)
    assert np.ptp(_jaw(face, 101, 149)) > 0.1
    assert "The line moved: frames 1 to 49 rest now" in scene.audio2rig.last_report


def test_lines_that_overlap_share_no_frame(scene, speech, sound, tmp_path):
    face = add_face()
    bpy.ops.audio2rig.generate(filepath=str(sound), frame_start=1)
    first_line = _jaw(face, 1, 38)
    second = write_wav(tmp_path / "second.wav", 2.0, level=0.8)
    bpy.ops.audio2rig.generate(filepath=str(second), frame_start=40)
    assert _jaw(face, 1, 38) == pytest.approx(first_line, abs=1e-4)
    frames = [
        point.co[0] for point in curves_of(face.data.shape_keys)[('key_blocks["jawOpen"].value', 0)].keyframe_points
    ]
    assert len(frames) == len(set(frames))


def test_a_range_of_the_second_line_leaves_the_lines_as_they_are(scene, speech, sound, tmp_path):
    face = add_face()
    bpy.ops.audio2rig.generate(filepath=str(sound), frame_start=1)
    second = write_wav(tmp_path / "second.wav", 2.0, level=0.8)
    bpy.ops.audio2rig.generate(filepath=str(second), frame_start=49)
    before = _jaw(face, 1, 55)
    scene.audio2rig.frame_start = 49
    bpy.ops.audio2rig.generate(filepath=str(second), seed=5, frame_start=60, frame_end=80)
    assert _jaw(face, 1, 55) == pytest.approx(before, abs=1e-4)
    take = face.audio2rig.takes[face.audio2rig.take_index]
    assert [line.first for line in take.lines] == [1, 49]


def test_parts_that_are_not_wanted_stay(scene, speech, sound):
    face = add_face()
    bpy.ops.audio2rig.generate(filepath=str(sound), parts={"LIPS"})
    lips = {name for name in KEYS if name.startswith(("jaw", "mouth"))}
    assert {path for path, _ in curves_of(face.data.shape_keys)} == {f'key_blocks["{name}"].value' for name in lips}
    bpy.ops.audio2rig.generate(filepath=str(sound), parts={"EYES", "BODY"})
    assert len(curves_of(face.data.shape_keys)) == len(lips) + 2
    assert "Body of Face cannot be driven: there is no armature" in scene.audio2rig.last_report


def test_names_with_quotes_brackets_and_japanese(scene, speech, sound, part):
    key = 'a"b]あ\\'
    face = add_face('Fa"ce [日本]', keys=(*KEYS[:-2], key))
    bpy.ops.audio2rig.detect_character()
    assert bpy.ops.audio2rig.mapping_edit(name=key, target="eyeBlinkLeft 0.5") == {"FINISHED"}
    assert bpy.ops.audio2rig.generate(filepath=str(sound)) == {"FINISHED"}
    scene.frame_set(20)
    assert face.data.shape_keys.key_blocks[key].value > 0


def test_one_undo_step(scene, speech, sound):
    bpy.ops.ed.undo_push(message="start")
    add_face()
    bpy.ops.ed.undo_push(message="face added")
    assert bpy.ops.audio2rig.generate("EXEC_DEFAULT", True, filepath=str(sound)) == {"FINISHED"}
    assert bpy.data.objects["Face"].data.shape_keys.animation_data is not None
    assert len(bpy.data.objects["Face"].audio2rig.takes) == 2
    bpy.ops.ed.undo()
    face = bpy.data.objects["Face"]
    assert face.data.shape_keys.animation_data is None or face.data.shape_keys.animation_data.action is None
    assert len(face.audio2rig.takes) == 0 and len(bpy.data.actions) == 0


def test_as_an_nla_strip_above_what_is_there(scene, speech, sound):
    rig = add_armature()
    face = add_face(parent=rig)
    scene.audio2rig.use_nla = True
    scene.audio2rig.frame_start = 12
    assert bpy.ops.audio2rig.generate(filepath=str(sound)) == {"FINISHED"}
    keys = face.data.shape_keys
    assert keys.animation_data.action is None
    strip = keys.animation_data.nla_tracks[0].strips[0]
    assert strip.action.name.startswith("hello")
    assert strip.frame_start == 10, "the two frames from rest into the line"
    scene.frame_set(12 + 3)
    assert keys.key_blocks["jawOpen"].value > 0.3
    bpy.ops.audio2rig.take_activate(index=0)
    assert keys.animation_data.nla_tracks[0].mute


def test_a_script_can_call_it_without_the_operator(scene, speech, sound, part):
    add_face()
    generate = part("core.blender.generate")
    report = generate.generate(bpy.context, {"audio_path": str(sound), "seed": 5})
    assert report.keys > 0 and report.shapes == len(KEYS) and report.take == "hello"
