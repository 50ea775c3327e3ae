# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys that Blender does not play are no prompts, and the report says which and why."""

from __future__ import annotations

import bpy
import pytest

from tests.blender.building import add_character, generate, put_stand_in, write_wav


@pytest.fixture
def rig(scene, monkeypatch, extension):
    put_stand_in(monkeypatch)
    rig, _ = add_character()
    for bone in rig.pose.bones:
        bone.rotation_mode = "QUATERNION"
    return rig


@pytest.fixture
def sound(tmp_path):
    return str(write_wav(tmp_path / "line.wav"))


def key_head(rig, mode: str, *paths: str) -> None:
    """Key a bone in a rotation mode, and go back to the one before."""
    head = rig.pose.bones["head"]
    head.rotation_mode = mode
    for path in paths:
        head.keyframe_insert(path, frame=10)
    head.rotation_mode = "QUATERNION"


def test_keys_that_play_are_not_named(rig, sound):
    key_head(rig, "QUATERNION", "rotation_quaternion")
    report = generate(rig, sound)
    assert "4 prompts kept" in report or "1 prompt kept" in report
    assert "rotation mode" not in report and "no slot" not in report


def test_keys_for_another_rotation_mode(rig, sound):
    key_head(rig, "XYZ", "rotation_euler")
    report = generate(rig, sound)
    assert "“head”: keys for another rotation mode" in report and "prompt kept" not in report


def test_a_rotation_mode_that_is_keyed(rig, sound):
    key_head(rig, "XYZ", "rotation_mode")
    assert "“head”: the rotation mode is keyed" in generate(rig, sound)


def test_an_action_without_a_slot(rig, sound):
    key_head(rig, "QUATERNION", "rotation_quaternion")
    data = rig.animation_data
    if not hasattr(data, "action_slot"):
        pytest.skip("no slots in this Blender")
    bpy.context.view_layer.update()
    data.action.name, data.action_slot = "Blocking", None
    report = generate(rig, sound)
    assert 'Nothing plays of the Action "Blocking" on "Rig"' in report and "prompt kept" not in report
    data.action = bpy.data.actions["Blocking"]
    assert "no slot" not in generate(rig, sound)
