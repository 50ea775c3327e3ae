# SPDX-License-Identifier: GPL-3.0-or-later
"""What nobody keyed comes back when a take is taken off: poses, shape values, switches of the rig."""

from __future__ import annotations

import bpy
import pytest

from tests.blender.building import add_armature, add_face, put_stand_in, write_wav


@pytest.fixture
def rig(scene, monkeypatch, extension, tmp_path):
    put_stand_in(monkeypatch)
    rig = add_armature()
    add_face(parent=rig)
    scene.audio2rig.audio_path = str(write_wav(tmp_path / "line.wav"))
    scene.audio2rig.character = rig
    rig.pose.bones["head"].rotation_mode = "XYZ"
    rig.pose.bones["head"].rotation_euler = (0.3, 0.2, 0.1)
    return rig


def play(index: int) -> None:
    assert bpy.ops.audio2rig.take_activate(index=index) == {"FINISHED"}
    bpy.context.scene.frame_set(20)
    bpy.context.view_layer.update()


def head(rig) -> tuple[float, ...]:
    return tuple(rig.pose.bones["head"].rotation_euler)


def test_an_unkeyed_pose_comes_back(rig):
    face = bpy.data.objects["Face"].data.shape_keys.key_blocks
    face["jawOpen"].value = 0.25
    assert bpy.ops.audio2rig.generate() == {"FINISHED"}
    bpy.context.scene.frame_set(20)
    assert head(rig) != pytest.approx((0.3, 0.2, 0.1), abs=1e-3)
    play(0)
    assert head(rig) == pytest.approx((0.3, 0.2, 0.1), abs=1e-6)
    assert face["jawOpen"].value == pytest.approx(0.25)


def test_what_was_set_without_a_key_and_is_moved_now_is_named(rig):
    face = bpy.data.objects["Face"].data.shape_keys.key_blocks
    face["jawOpen"].value, face["mouthClose"].value = 0.25, 0.01
    assert bpy.ops.audio2rig.generate() == {"FINISHED"}
    said = bpy.context.scene.audio2rig.last_report
    assert "moved by the take from now on: jawOpen (0.25). " in said
    assert "mouthClose" not in said
    assert bpy.ops.audio2rig.generate() == {"FINISHED"}
    assert "moved by the take from now on" not in bpy.context.scene.audio2rig.last_report  # the first take has them now


def test_a_change_since_is_kept(rig):
    bpy.ops.audio2rig.generate()
    play(0)
    rig.pose.bones["head"].rotation_euler = (0.0, 0.5, 0.0)
    play(1)
    play(0)
    assert head(rig) == pytest.approx((0.0, 0.5, 0.0), abs=1e-6)


def test_deleting_the_take_gives_back_too_and_saving_keeps_it(rig, tmp_path):
    bpy.ops.audio2rig.generate()
    path = tmp_path / "saved.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    bpy.ops.wm.open_mainfile(filepath=str(path))
    assert bpy.ops.audio2rig.take_delete() == {"FINISHED"}
    assert head(bpy.data.objects["Rig"]) == pytest.approx((0.3, 0.2, 0.1), abs=1e-6)


def test_an_action_taken_off_by_hand_does_not_spoil_it(rig):
    bpy.ops.audio2rig.generate()
    bpy.context.scene.frame_set(20)
    rig.animation_data.action = None
    play(0)
    assert head(rig) == pytest.approx((0.3, 0.2, 0.1), abs=1e-6)


def test_a_part_that_the_next_take_leaves_out_rests_again(rig):
    bpy.ops.audio2rig.generate()
    bpy.context.scene.frame_set(20)
    everything = {"LIPS", "EXPRESSION", "EYES", "HEAD", "BODY", "HANDS"}
    bpy.context.scene.audio2rig.parts = everything
    bpy.context.scene.audio2rig.character = rig
    play(0)
    bpy.ops.audio2rig.generate(parts=everything - {"HEAD"})
    bpy.context.scene.frame_set(12)
    assert head(rig) == pytest.approx((0.3, 0.2, 0.1), abs=1e-6)


def test_with_nla_strips(rig):
    bpy.context.scene.audio2rig.use_nla = True
    bpy.ops.audio2rig.generate()
    bpy.context.scene.frame_set(20)
    assert head(rig) != pytest.approx((0.3, 0.2, 0.1), abs=1e-3)
    play(0)
    assert head(rig) == pytest.approx((0.3, 0.2, 0.1), abs=1e-6)
