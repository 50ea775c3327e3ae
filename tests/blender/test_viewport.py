# SPDX-License-Identifier: GPL-3.0-or-later
"""Ghosts and trails: where they are, and that nothing is installed while they are off or without a window."""

from __future__ import annotations

import math

import bpy
import numpy as np
import pytest

from tests.blender.building import add_person, put_stand_in, write_wav


@pytest.fixture
def rig(scene):
    rig = add_person()
    rig.location = (1.0, 2.0, 0.5)
    rig.rotation_euler = (0.0, 0.0, 0.7)
    scene.audio2rig.character = rig
    bpy.context.view_layer.update()
    return rig


def key(rig, bone: str, turn: tuple[float, float, float], frame: int, mode: str = "XYZ") -> None:
    pose = rig.pose.bones[f"mixamorig:{bone}"]
    pose.rotation_mode = "XYZ"
    pose.rotation_euler = turn
    if mode == "QUATERNION":
        turned = pose.rotation_euler.to_quaternion()
        pose.rotation_mode = "QUATERNION"
        pose.rotation_quaternion = turned
        pose.keyframe_insert("rotation_quaternion", frame=frame)
        return
    pose.keyframe_insert("rotation_euler", frame=frame)


def seen(rig, bone: str, frame: int) -> np.ndarray:
    """(2, 3): where Blender itself has a bone's head and tail."""
    bpy.context.scene.frame_set(frame)
    pose = rig.pose.bones[f"mixamorig:{bone}"]
    return np.array([rig.matrix_world @ pose.head, rig.matrix_world @ pose.tail])


@pytest.mark.parametrize("mode", ["XYZ", "QUATERNION"])
def test_bones_are_where_blender_has_them(rig, part, mode):
    for frame, turn in ((1, 0.0), (20, 1.2), (40, -0.5)):
        key(rig, "Spine1", (0.3 * turn, 0.2, turn), frame, mode)
        key(rig, "LeftArm", (turn, -0.4 * turn, 0.3), frame, mode)
        rig.pose.bones["mixamorig:Hips"].location = (0.1 * turn, 0.2, turn)
        rig.pose.bones["mixamorig:Hips"].keyframe_insert("location", frame=frame)
    rig.data.bones["mixamorig:LeftForeArm"].use_inherit_rotation = False
    frames = [1, 7, 20, 33, 40]
    bpy.context.scene.frame_set(12)
    found = part("core.blender.viewport.posing").bone_places(rig, ["mixamorig:LeftHand", "mixamorig:Hips"], frames)
    assert bpy.context.scene.frame_current == 12
    for row, frame in enumerate(frames):
        for column, bone in enumerate(("LeftHand", "Hips")):
            assert found[row, column] == pytest.approx(seen(rig, bone, frame), abs=1e-4)


def figures(rig, part, **more):
    listing = part("core.blender.prompt_listing")
    listing.renew(rig, bpy.context.scene)
    roles = listing.character(rig, bpy.context.scene).roles
    return part("core.blender.viewport.figures").figures(rig, bpy.context.scene, roles, **more)


def test_a_ghost_for_each_prompted_pose(rig, part):
    key(rig, "LeftArm", (0.0, 0.0, 1.0), 15)
    key(rig, "LeftArm", (0.5, 0.0, 0.0), 60)
    key(rig, "Spine", (0.2, 0.0, 0.0), 60)
    found = figures(rig, part)
    assert list(found.ghosts) == [15.0, 60.0]
    lines = found.ghosts[15.0]
    assert lines.shape[1:] == (2, 3) and len(lines) > 10
    tails = np.abs(lines[:, 1] - seen(rig, "LeftForeArm", 15)[1]).max(1)
    assert tails.min() < 1e-3


def test_trails_follow_hands_and_hips_through_the_shot(rig, part):
    scene = bpy.context.scene
    scene.frame_start, scene.frame_end = 10, 50
    key(rig, "RightArm", (0.0, 0.0, 0.0), 10)
    key(rig, "RightArm", (0.0, 0.0, -1.0), 50)
    found = figures(rig, part)
    assert set(found.trails) == {"left_wrist", "right_wrist", "pelvis"}
    assert len(found.frames) == len(found.trails["pelvis"]) == 41
    assert (
        np.ptp(found.trails["right_wrist"], axis=0).max() > 0.2
        and np.ptp(found.trails["left_wrist"], axis=0).max() < 1e-5
    )
    assert found.trails["right_wrist"][-1] == pytest.approx(seen(rig, "RightHand", 50)[0], abs=1e-4)
    scene.frame_end = 10_000
    assert len(figures(rig, part, with_ghosts=False).frames) <= 601


def test_many_prompts_show_those_near_the_playhead(rig, part):
    for frame in range(0, 400, 8):
        key(rig, "Spine", (0.001 * frame, 0.0, 0.0), frame)
    bpy.context.scene.frame_set(200)
    found = figures(rig, part, with_trails=False)
    assert len(found.ghosts) == 24 and min(found.ghosts) > 90 and not found.trails


def test_a_generated_take_has_trails_and_no_ghosts(rig, part, monkeypatch, tmp_path):
    put_stand_in(monkeypatch)
    sound = str(write_wav(tmp_path / "line.wav", seconds=2.0))
    assert bpy.ops.audio2rig.generate(filepath=sound) == {"FINISHED"}
    found = figures(rig, part)
    assert not found.ghosts and np.ptp(found.trails["left_wrist"], axis=0).max() > 0.005
    assert all(math.isfinite(value) for value in found.trails["pelvis"].ravel())


def test_without_a_window_nothing_is_installed(rig, part, tmp_path):
    overlay, settings = part("core.blender.viewport.overlay"), bpy.context.scene.audio2rig
    assert not settings.show_ghosts and not settings.show_trails and not overlay.is_installed()
    settings.show_ghosts = settings.show_trails = True
    assert not overlay.is_installed()


def test_with_a_window_it_comes_and_goes_with_the_switches(rig, part, monkeypatch):
    overlay, settings = part("core.blender.viewport.overlay"), bpy.context.scene.audio2rig
    monkeypatch.setattr(overlay, "_is_without_window", lambda: False)
    settings.show_trails = True
    assert overlay.is_installed()
    settings.show_trails = False
    assert not overlay.is_installed()
    settings.show_ghosts = True
    bpy.ops.wm.read_homefile(use_empty=True)
    assert not overlay.is_installed()
    bpy.context.scene.audio2rig.show_ghosts = True
    assert overlay.is_installed()
    overlay.unregister()
    assert not overlay.is_installed()
    overlay.register()
