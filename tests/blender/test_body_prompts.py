# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys set by hand on bodies: met exactly in every rotation mode, kept as they are, listed, removed, and left alone outside a range."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from tests.blender.building import curves_of, put_stand_in, select, write_wav


@pytest.fixture
def sound(tmp_path):
    return str(write_wav(tmp_path / "line.wav", 4.0))


@pytest.fixture
def rig(scene, monkeypatch, extension, part, data_dir):
    put_stand_in(monkeypatch)
    armature = part("core.development.bench_rigs").load("smplx", data_dir)
    scene = bpy.context.scene
    scene.render.fps = 30
    scene.audio2rig.character = armature
    select(armature)
    return armature


def generate(sound: str, **more) -> None:
    assert bpy.ops.audio2rig.generate(filepath=sound, parts={"BODY", "HANDS", "HEAD"}, **more) == {"FINISHED"}


def pose_at(rig, bone: str, frame: float):
    bpy.context.scene.frame_set(int(frame // 1), subframe=frame % 1)
    return rig.evaluated_get(bpy.context.evaluated_depsgraph_get()).pose.bones[bone].matrix_basis.to_quaternion()


def key_pose(rig, bone: str, frame: float, turn, **more) -> None:
    posed = rig.pose.bones[bone]
    posed.matrix_basis = turn.to_matrix().to_4x4()
    names = {"QUATERNION": "rotation_quaternion", "AXIS_ANGLE": "rotation_axis_angle"}
    posed.keyframe_insert(names.get(posed.rotation_mode, "rotation_euler"), frame=frame, keytype="KEYFRAME", **more)


@pytest.mark.parametrize("mode", ["QUATERNION", "XYZ", "ZXY", "AXIS_ANGLE"])
def test_every_rotation_mode_meets_single_frames_holds_and_frames_between(rig, sound, mode):
    from mathutils import Euler

    wanted = {}
    for bone, frames in (
        ("left_shoulder", (20.0, 50.0, 62.0)),
        ("spine2", (35.5,)),
        ("right_wrist", (-5.0, 70.0, 130.0)),
    ):
        rig.pose.bones[bone].rotation_mode = mode
        for number, frame in enumerate(frames):
            turn = Euler((0.5, 0.2 * (number > 0), -0.4)).to_quaternion()  # the second and third are equal: a hold
            key_pose(rig, bone, frame, turn)
            wanted[bone, frame] = turn
    generate(sound)
    for (bone, frame), turn in wanted.items():
        assert pose_at(rig, bone, frame).rotation_difference(turn).angle < np.radians(0.1) or 2 * np.pi - pose_at(
            rig, bone, frame
        ).rotation_difference(turn).angle < np.radians(0.1), (bone, frame)
    held = [pose_at(rig, "left_shoulder", frame) for frame in range(50, 63)]
    assert max(turn.rotation_difference(held[0]).angle % (2 * np.pi) for turn in held) < np.radians(0.5)


def test_keys_stay_as_the_animator_set_them(rig, sound):
    from mathutils import Euler

    bone = rig.pose.bones["head"]
    bone.rotation_mode = "XYZ"
    key_pose(rig, "head", 40, Euler((0.3, 0.1, 0.2)).to_quaternion())
    for curve in curves_of(rig).values():
        point = curve.keyframe_points[0]
        point.type, point.interpolation, point.handle_left_type, point.handle_right_type = (
            "EXTREME",
            "LINEAR",
            "VECTOR",
            "ALIGNED",
        )
    generate(sound)
    for part in range(3):
        curve = curves_of(rig)['pose.bones["head"].rotation_euler', part]
        point = next(point for point in curve.keyframe_points if point.co[0] == 40)
        assert (point.type, point.interpolation) == ("EXTREME", "LINEAR")
        assert (point.handle_left_type, point.handle_right_type) == ("VECTOR", "ALIGNED")
    around = [pose_at(rig, "head", frame) for frame in range(30, 51)]
    steps = [one.rotation_difference(other).angle for one, other in zip(around, around[1:])]
    assert max(min(step, 2 * np.pi - step) for step in steps) < np.radians(8.0)  # no pop


def test_one_axis_only(rig, sound):
    bone = rig.pose.bones["left_elbow"]
    bone.rotation_mode = "YZX"
    bone.rotation_euler.y = 0.7
    bone.keyframe_insert("rotation_euler", index=1, frame=45, keytype="KEYFRAME")
    generate(sound)
    bpy.context.scene.frame_set(45)
    assert bone.rotation_euler.y == pytest.approx(0.7, abs=1e-5)
    assert len(curves_of(rig)['pose.bones["left_elbow"].rotation_euler', 0].keyframe_points) > 1


@pytest.mark.parametrize("order, axis, angle", [("XYZ", 1, 2.2), ("ZYX", 2, 0.2), ("YXZ", 0, -2.5)])
def test_an_angle_keyed_alone_stays_as_it_is_written(rig, sound, order, axis, angle):
    from mathutils import Euler

    bone = rig.pose.bones["left_elbow"]
    bone.rotation_mode = order
    bone.rotation_euler[axis] = angle
    bone.keyframe_insert("rotation_euler", index=axis, frame=45, keytype="KEYFRAME")
    other = Euler(
        (2.9, 1.7, -2.9), order
    )  # written so that the curve may come from the other of the two sets of angles
    bone.rotation_euler = other
    bone.keyframe_insert("rotation_euler", frame=80, keytype="KEYFRAME")
    for more in ({}, {"seed": 3, "frame_start": 30, "frame_end": 60}):
        generate(sound, **more)
        bpy.context.scene.frame_set(45)
        off = (bone.rotation_euler[axis] - angle + np.pi) % (2 * np.pi) - np.pi
        assert off == pytest.approx(0.0, abs=1e-4)
        assert pose_at(rig, "left_elbow", 80).rotation_difference(other.to_quaternion()).angle % (
            2 * np.pi
        ) == pytest.approx(0, abs=1e-3)


def test_the_place_of_the_hips_is_met(rig, sound, part):
    description = part("core.blender.reading.rig_reading").describe(rig, bpy.context.scene)
    assert "pelvis" in description.bones
    hips = rig.pose.bones["pelvis"]
    hips.location = (0.1, -0.05, 0.2)
    hips.keyframe_insert("location", frame=60, keytype="KEYFRAME")
    generate(sound)
    bpy.context.scene.frame_set(60)
    assert np.array(hips.location) == pytest.approx([0.1, -0.05, 0.2], abs=1e-5)


@pytest.mark.parametrize("tolerance", [0.0, 0.3])
def test_nothing_outside_a_range_changes(rig, sound, part, tolerance):
    actions = part("core.blender.keying.fcurves")
    bpy.context.scene.audio2rig.rotation_tolerance = tolerance
    for number, bone in enumerate(rig.pose.bones):
        bone.rotation_mode = ("QUATERNION", "XYZ", "AXIS_ANGLE")[number % 3]
    generate(sound, seed=1)
    before = {name: actions.read_keys(curve) for name, curve in curves_of(rig).items()}
    values = {name: [curve.evaluate(frame) for frame in range(1, 122)] for name, curve in curves_of(rig).items()}
    generate(sound, seed=5, frame_start=40, frame_end=80)
    outside = [frame for frame in range(1, 122) if not 40 <= frame <= 80]
    changed = 0.0
    for name, curve in curves_of(rig).items():
        now, old = actions.read_keys(curve), before[name]
        first, second = (keys[(keys.frames < 40) | (keys.frames > 80)] for keys in (old, now))
        assert np.array_equal(first.frames, second.frames) and np.array_equal(first.values, second.values), name
        assert [curve.evaluate(frame) for frame in outside] == pytest.approx(
            [values[name][frame - 1] for frame in outside], abs=1e-5
        )
        changed = max(changed, max(abs(curve.evaluate(frame) - values[name][frame - 1]) for frame in range(50, 70)))
    assert changed > 0.01


@pytest.mark.parametrize("interpolation", ["BEZIER", "LINEAR", "CONSTANT"])
def test_keys_by_hand_alone_play_on_as_they_did_outside_a_range(rig, sound, interpolation):
    from mathutils import Euler

    keyed = {"left_elbow": (5, 25, 60, 95, 115), "right_elbow": (5, 25, 60), "left_wrist": (60, 95, 115), "head": (60,)}
    for bone, frames in keyed.items():
        rig.pose.bones[bone].rotation_mode = "XYZ"
        for number, frame in enumerate(frames):
            key_pose(rig, bone, frame, Euler((0.3 * (number % 2), 0.2 * number, -0.1 * number)).to_quaternion())
    for curve in curves_of(rig).values():
        for point in curve.keyframe_points:
            point.interpolation = interpolation
    outside = [0.5 * half for half in range(2, 243) if not 40 <= 0.5 * half <= 80]
    before = {name: [curve.evaluate(frame) for frame in outside] for name, curve in curves_of(rig).items()}
    generate(sound, frame_start=40, frame_end=80)
    for name, values in before.items():
        assert [curves_of(rig)[name].evaluate(frame) for frame in outside] == pytest.approx(values, abs=1e-5), name


def test_the_list_adding_and_removing(rig, sound):
    bpy.ops.object.mode_set(mode="POSE")
    memory = rig.audio2rig
    rig.pose.bones["left_elbow"].rotation_quaternion = (0.9, 0.3, 0.0, 0.3)
    rig.pose.bones["head"].rotation_quaternion = (0.95, 0.0, 0.3, 0.0)
    bpy.context.scene.frame_set(10)
    rig.pose.bones["left_elbow"].rotation_quaternion = (0.9, 0.3, 0.0, 0.3)
    rig.pose.bones["head"].rotation_quaternion = (0.95, 0.0, 0.3, 0.0)
    assert bpy.ops.audio2rig.add_prompt(which="CHANGED") == {"FINISHED"}
    assert [(row.frame, row.name, row.keys) for row in memory.prompts] == [(10.0, "Head", 1), (10.0, "Left arm", 1)]
    bpy.context.scene.frame_set(20)
    rig.pose.bones["left_elbow"].rotation_quaternion = (0.9, 0.3, 0.0, 0.3)
    for bone in rig.pose.bones:
        (bone if hasattr(bone, "select") else bone.bone).select = bone.name == "left_elbow"
    rig.data.bones.active = rig.data.bones["left_elbow"]
    assert bpy.ops.audio2rig.add_prompt(which="SELECTED") == {"FINISHED"}
    assert [(row.frame, row.last, row.name) for row in memory.prompts] == [
        (10.0, 10.0, "Head"),
        (10.0, 20.0, "Left arm"),
    ]
    memory.prompt_index = 1
    assert bpy.context.scene.frame_current == 10
    assert bpy.ops.audio2rig.remove_prompts(scope="ROW") == {"FINISHED"}
    assert [row.name for row in memory.prompts] == ["Head"]
    assert bpy.ops.audio2rig.add_prompt(which="ALL") == {"FINISHED"}
    assert {"Left leg", "Right fingers", "Torso", "Hips"} <= {row.name for row in memory.prompts}


def test_what_no_body_can_do_is_done_and_said(rig, sound):
    from mathutils import Euler

    key_pose(rig, "left_knee", 40, Euler((-1.8, 0.0, 0.0)).to_quaternion())
    key_pose(rig, "right_shoulder", 60, Euler((0.0, 0.0, 0.0)).to_quaternion())
    key_pose(rig, "right_shoulder", 61, Euler((0.0, 0.0, 2.6)).to_quaternion())
    generate(sound)
    report = bpy.context.scene.audio2rig.last_report
    assert "left_knee" in report and "further than people" in report
    assert "right_shoulder" in report and "abrupt" in report
    assert abs(pose_at(rig, "right_shoulder", 61).angle - 2.6) < 0.002
