# SPDX-License-Identifier: GPL-3.0-or-later
"""Existing motion on controls that no performance drives: the IK hands and feet of a control rig."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from tests.blender.building import curves_of, generate, put_stand_in, write_wav
from tests.blender.test_existing_motion import fill, to_nla

LIMBS = ("DEF-upper_arm.L", "DEF-forearm.R", "DEF-thigh.L", "DEF-shin.R", "DEF-spine.003")
FRAMES = (3, 17, 40, 66, 90)
CONTROLS = ("hand_ik.L", "hand_ik.R", "foot_ik.L", "foot_ik.R", "torso", "chest")


@pytest.fixture
def sound(tmp_path):
    return str(write_wav(tmp_path / "line.wav", 4.0))


@pytest.fixture
def rig(rigify_rig, extension, monkeypatch):
    put_stand_in(monkeypatch)
    bpy.context.scene.render.fps = 25
    return rigify_rig


def walk(part, rig, step: int = 1, last: int = 120):
    frames = np.arange(1, last + 1, step, dtype=np.float64)
    series = {}
    for number, name in enumerate(CONTROLS):
        for index in range(3):
            series[f'pose.bones["{name}"].location', index] = frames, 0.04 * np.sin(frames / 6.0 + number + index)
    for name in ("head", "neck"):
        for index in range(4):
            values = np.full(len(frames), float(index == 0)) + (index == 1) * 0.05 * np.sin(frames / 8.0)
            series[f'pose.bones["{name}"].rotation_quaternion', index] = frames, values
    return fill(part, rig, "Walk", series)


def limbs(rig) -> np.ndarray:
    found = []
    for frame in FRAMES:
        bpy.context.scene.frame_set(frame)
        posed = rig.evaluated_get(bpy.context.evaluated_depsgraph_get()).pose.bones
        found.append([(*posed[name].head, *posed[name].tail) for name in LIMBS])
    return np.array(found)


@pytest.mark.parametrize("in_nla", [False, True])
def test_a_walk_on_ik_controls_is_kept(rig, part, sound, in_nla):
    action, slot = walk(part, rig)
    if in_nla:
        to_nla(rig, action, slot)
    before = limbs(rig)
    report = generate(rig, sound)
    assert "is kept: “Walk”" in report and "prompts kept" not in report
    assert np.abs(limbs(rig) - before).max() < 1e-4
    assert not any("IK_FK" in path for path, _ in curves_of(rig))


@pytest.mark.parametrize("in_nla", [False, True])
def test_a_walk_on_ik_controls_is_replaced_and_that_is_said(rig, part, sound, in_nla):
    action, slot = walk(part, rig)
    if in_nla:
        to_nla(rig, action, slot)
    report = generate(rig, sound, existing_motion="REPLACE")
    assert (
        "is replaced" in report
        and "on controls that are not driven (“chest”, “foot_ik.L”, “foot_ik.R” and 2 more)" in report
    )
    assert "prompts kept" not in report
    assert any("upper_arm_fk.L" in path for path, _ in curves_of(rig))


def test_few_poses_on_ik_controls_are_no_clip(rig, part, sound):
    walk(part, rig, step=30)
    assert "Existing motion" not in generate(rig, sound)


@pytest.mark.parametrize(
    ("bone", "group"),
    [
        ("hand_ik.L", "Left arm"),
        ("upper_arm_ik_target.R", "Right arm"),
        ("foot_heel_ik.L", "Hips and legs"),
        ("c_hand_ik.r", "Right arm"),
        ("c_arms_pole.l", "Left arm"),
        ("c_leg_pole.l", "Hips and legs"),
        ("chest", "Torso"),
        ("MCH-hand_ik.L", ""),
        ("hand_fk.L", ""),
        ("hike.L", ""),
    ],
)
def test_what_a_control_steers(part, bone, group):
    assert part("core.blender.keying.steering_controls").steered_group(bone) == group
