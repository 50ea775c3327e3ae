# SPDX-License-Identifier: GPL-3.0-or-later
"""Which keys of existing motion are prompts: an Action's and the NLA's if that is asked for, none of what was replaced."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from tests.blender.building import add_face, add_person, generate, put_stand_in, select, write_wav
from tests.blender.test_existing_motion import ARMS, FPS, clip, poses


@pytest.fixture
def sound(tmp_path):
    return str(write_wav(tmp_path / "line.wav", 4.0))  # frames 1 to 101


@pytest.fixture
def rig(scene, monkeypatch):
    put_stand_in(monkeypatch)
    bpy.context.scene.render.fps = FPS
    armature = add_person()
    add_face(parent=armature)
    for bone in armature.pose.bones:
        bone.rotation_mode = "QUATERNION"
    select(armature)
    return armature


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
