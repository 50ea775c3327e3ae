# SPDX-License-Identifier: GPL-3.0-or-later
"""Which keys of existing motion are prompts: an Action's and the NLA's if that is asked for, none of what was replaced."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from tests.blender.building import add_speaking_person, generate, put_stand_in, write_wav
from tests.blender.test_existing_motion import ARMS, FPS, clip, fill, keyed_bones, poses, to_nla


@pytest.fixture
def sound(tmp_path):
    return str(write_wav(tmp_path / "line.wav", 4.0))  # frames 1 to 101


@pytest.fixture
def rig(scene, monkeypatch):
    put_stand_in(monkeypatch)
    bpy.context.scene.render.fps = FPS
    return add_speaking_person()


# ---------------------------------------------------------------------------------------------------- what was replaced


@pytest.mark.parametrize(("first", "last"), [(1, 180), (0, 30), (-2, 60), (1, 104)])
def test_what_is_left_of_a_replaced_clip_is_no_prompt(rig, part, sound, first, last):
    clip(part, rig, first, last)
    frames = [frame for frame in (*range(first, 1), *range(115, last, 9)) if frame >= 0]
    before = poses(rig, frames, ARMS)
    for seed in (1, 2):
        report = generate(rig, sound, seed=seed, existing_motion="REPLACE")
        assert "prompts kept" not in report and "Keys set by hand" not in report
        assert not rig.audio2rig.prompts
        bpy.ops.audio2rig.list_prompts()
        assert not rig.audio2rig.prompts
        if frames:
            assert np.abs(poses(rig, frames, ARMS) - before).max() < 1e-3
    assert "prompts kept" not in generate(rig, sound, seed=3)


def test_what_is_edited_in_the_rest_of_a_replaced_clip_is_a_prompt(rig, part, sound):
    clip(part, rig, 1, 180)
    generate(rig, sound, existing_motion="REPLACE")
    head = rig.pose.bones["mixamorig:Head"]
    head.rotation_quaternion = np.array([0.9, 0.3, 0.3, 0.1]) / np.linalg.norm([0.9, 0.3, 0.3, 0.1])
    head.keyframe_insert("rotation_quaternion", frame=140)
    assert "1 prompt kept" in generate(rig, sound, seed=2, existing_motion="REPLACE")


def test_what_is_left_of_a_replaced_clip_can_still_be_made_prompts(rig, part, sound):
    clip(part, rig, 1, 180)
    generate(rig, sound, existing_motion="REPLACE")
    report = generate(rig, sound, seed=2, existing_motion="PROMPTS")
    assert "prompts kept" in report and "are prompts: “" in report


# ------------------------------------------------------------------------------------------------------------- the NLA

BLOCKED = (1, 31, 61, 91)


def blocking(part, rig, name: str = "Blocking", size: float = 1.0, frames: tuple[int, ...] = BLOCKED):
    """Few poses of the whole body."""
    times = np.array(frames, np.float64)
    series = {}
    for number, bone in enumerate(rig.pose.bones):
        half = size * 0.2 * np.sin(times / 11.0 + number)
        path = f'pose.bones["{bone.name}"].rotation_quaternion'
        for index, values in enumerate((np.cos(half), np.sin(half), 0.0 * half, 0.0 * half)):
            series[path, index] = times, values
    return fill(part, rig, name, series)


def apart(rig, frames, wanted: np.ndarray) -> float:
    """How far the arms are turned from wanted poses, as 1 - cosine of half the angle."""
    found = poses(rig, frames, ARMS)
    found, wanted = (one / np.linalg.norm(one, axis=-1, keepdims=True) for one in (found, wanted))
    return float(np.abs(np.abs((found * wanted).sum(-1)) - 1.0).max())


@pytest.mark.parametrize("way", ["plain", "later", "scale", "repeat", "reverse", "cut", "influence"])
def test_the_keys_of_a_strip_are_prompts_where_it_plays_them(rig, part, sound, way):
    strip = to_nla(rig, *blocking(part, rig), start=1, extrapolation="NOTHING")
    frames = list(BLOCKED)
    if way == "later":
        strip.frame_start, strip.frame_end = 6, 96
        frames = [6, 36, 66, 96]
    elif way == "scale":
        strip.scale = 0.5
        frames = [1, 16, 31, 46]
    elif way == "repeat":
        strip.action_frame_end = 31
        strip.repeat = 3.0
        frames = [1, 31, 61, 91]
    elif way == "reverse":
        strip.use_reverse = True
    elif way == "cut":
        strip.action_frame_start = 31
        frames = [1, 31, 61]
    else:
        strip.use_animated_influence = True
        strip.fcurves[0].keyframe_points.insert(1, 0.3)
        strip.fcurves[0].keyframe_points.insert(91, 0.9)
    wanted = poses(rig, frames, ARMS)
    report = generate(rig, sound, existing_motion="PROMPTS")
    assert "are prompts: “Blocking” in the NLA" in report and "prompts kept" in report
    assert apart(rig, frames, wanted) < 1e-5
    assert {"RightArm", "Spine1"} <= keyed_bones(rig)
    assert len({row.frame for row in rig.audio2rig.prompts}) <= len(frames)
    again = generate(rig, sound, seed=5, existing_motion="PROMPTS")
    assert "prompts kept" in again and apart(rig, frames, wanted) < 1e-5


@pytest.mark.parametrize("blend", ["REPLACE", "COMBINE", "ADD", "SUBTRACT", "MULTIPLY"])
def test_strips_above_each_other_are_read_as_they_are_mixed(rig, part, sound, blend):
    to_nla(rig, *blocking(part, rig, "Below"), start=1)
    above = to_nla(rig, *blocking(part, rig, "Above", 0.6, (20, 50, 80)), start=20, blend_type=blend)
    above.blend_in, above.blend_out = 8, 12
    frames = [1, 20, 31, 50, 61, 80, 91]
    wanted = poses(rig, frames, ARMS)
    generate(rig, sound, existing_motion="PROMPTS")
    assert apart(rig, frames, wanted) < 1e-5


def test_the_nla_is_read_as_blender_plays_it(rig, part):
    below = to_nla(rig, *clip(part, rig, 1, 40, name="Below"), start=5, repeat=1.7, extrapolation="HOLD")
    below.scale = 1.3
    above = to_nla(rig, *clip(part, rig, 1, 30, step=3, name="Above"), start=50, blend_type="COMBINE")
    above.use_reverse, above.repeat, above.extrapolation = True, 2.0, "HOLD_FORWARD"
    frames = np.arange(1.0, 140.0)
    motion = part("core.blender.reading.nla_motion").NlaMotion.of(rig)
    for place, bone in enumerate(ARMS):
        path = f'pose.bones["mixamorig:{bone}"].rotation_quaternion'
        values, heard = motion.over(frames).values(path, 0, np.array([1.0, 0.0, 0.0, 0.0]))
        assert heard.all()
        assert np.abs(values - poses(rig, frames, ARMS)[:, place]).max() < 1e-4


def test_what_of_the_nla_cannot_be_read_is_said(rig, part, sound):
    strip = to_nla(rig, *blocking(part, rig))
    strip.use_animated_time = True
    report = generate(rig, sound, existing_motion="PROMPTS")
    assert "The NLA with “Blocking” could not be read" in report
    assert "keys of existing motion are prompts" not in report and "prompts kept" not in report


def test_a_face_in_the_nla_is_prompts_too(rig, part, sound):
    keys = bpy.data.objects["Face"].data.shape_keys
    path = f'key_blocks["{keys.key_blocks[1].name}"].value'
    series = {(path, 0): (np.array([1.0, 40.0, 80.0]), np.array([0.0, 0.7, 0.1]))}
    to_nla(keys, *fill(part, keys, "Smile", series))
    report = generate(rig, sound, existing_motion="PROMPTS")
    assert "prompts kept" in report
    bpy.context.scene.frame_set(40)
    assert abs(keys.path_resolve(path) - 0.7) < 1e-4


# ---------------------------------------------------------------------------------------- into the NLA and out of it


@pytest.mark.parametrize("extrapolation", ["HOLD", "NOTHING"])
def test_a_take_that_replaces_the_nla_flows_back_into_it(rig, part, sound, extrapolation):
    bpy.context.scene.frame_end = 300
    to_nla(rig, *clip(part, rig, 1, 250, name="Walk"), start=1, extrapolation=extrapolation)
    bpy.context.scene.audio2rig.frame_start = 60  # to 160
    beside = [*range(1, 40), *range(180, 250, 3)]
    before = poses(rig, beside, ARMS)
    for seed in (1, 2):
        report = generate(rig, sound, seed=seed, existing_motion="REPLACE")
        assert "is replaced" in report and "prompts kept" not in report and "“line”" not in report
        assert np.abs(poses(rig, beside, ARMS) - before).max() < 1e-5
        assert np.abs(np.diff(poses(rig, range(40, 181), ARMS), axis=0)).max() < 0.12
        assert "RightArm" in keyed_bones(rig)


def test_what_a_replaced_clip_only_keeps_at_rest_is_no_prompt(rig, part, sound):
    frames = np.arange(0, 21, dtype=np.float64)
    series = {}
    for number, bone in enumerate(rig.pose.bones):
        half = 0.1 * np.sin(frames / 9.0 + number)
        path = f'pose.bones["{bone.name}"]'
        for index, values in enumerate((np.cos(half), np.sin(half), 0 * half, 0 * half)):
            series[f"{path}.rotation_quaternion", index] = frames, values
        for index in range(3):
            series[f"{path}.location", index] = frames[[0, -1]], np.zeros(2)
    fill(part, rig, "Chop", series)
    for seed in (1, 2):
        report = generate(rig, sound, seed=seed)
        assert "prompts kept" not in report and "Keys set by hand" not in report
        assert not rig.audio2rig.prompts
