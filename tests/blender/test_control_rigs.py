# SPDX-License-Identifier: GPL-3.0-or-later
"""Control rigs: FK controls are keyed, the switches to FK with them, and all of it is given back with the take."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from tests.blender.building import add_person, curves_of, generate, person, put_stand_in, write_wav

LIMBS = {
    "LeftArm": "DEF-upper_arm.L",
    "LeftForeArm": "DEF-forearm.L",
    "RightArm": "DEF-upper_arm.R",
    "LeftUpLeg": "DEF-thigh.L",
    "RightLeg": "DEF-shin.R",
    "LeftLeg": "DEF-shin.L",
    "RightForeArm": "DEF-forearm.R",
}
SWITCHES = tuple(
    f'pose.bones["{bone}.{side}"]["IK_FK"]' for bone in ("upper_arm_parent", "thigh_parent") for side in "LR"
)


@pytest.fixture
def sound(tmp_path):
    return str(write_wav(tmp_path / "line.wav"))


def ways(rig, names, frame: int) -> np.ndarray:
    bpy.context.scene.frame_set(frame)
    posed = rig.evaluated_get(bpy.context.evaluated_depsgraph_get()).pose.bones
    return np.array([(posed[name].tail - posed[name].head).normalized() for name in names])


def values(rig) -> list[float]:
    return [rig.path_resolve(path) for path in SWITCHES]


def test_rigify_is_switched_to_fk_and_back(rigify_rig, extension, monkeypatch, sound):
    put_stand_in(monkeypatch)
    rig = rigify_rig
    rig.pose.bones["hand_ik.L"].location = (0.1, -0.2, 0.1)
    rig.pose.bones["thigh_parent.R"]["IK_FK"] = 0.3
    before, pose = values(rig), ways(rig, LIMBS.values(), 12)
    report = generate(rig, sound)
    usual = add_person()
    generate(usual, sound)
    found = curves_of(rig)
    for path in SWITCHES:
        assert [point.co[1] for point in found[path, 0].keyframe_points] == [1.0]
        assert found[path, 0].keyframe_points[0].type == "GENERATED" and found[path, 0].evaluate(500) == 1.0
    assert {path.split('"')[1] for path, _ in found} >= {
        "torso",
        "upper_arm_fk.L",
        "shin_fk.R",
        "f_index.02.L",
        "spine_fk.003",
    }
    assert not {path for path, _ in found if "_ik." in path}
    for frame in (5, 12, 20):  # what deforms the mesh stands as a plain armature does with the same performance
        shown, expected = ways(rig, LIMBS.values(), frame), ways(usual, [f"mixamorig:{name}" for name in LIMBS], frame)
        assert np.degrees(np.arccos(np.clip((shown * expected).sum(1), -1, 1))).max() < 3.0
    assert "switch" not in report
    bpy.context.scene.audio2rig.character = rig
    assert bpy.ops.audio2rig.take_activate(index=0) == {"FINISHED"}
    assert values(rig) == pytest.approx(before)
    np.testing.assert_allclose(ways(rig, LIMBS.values(), 12), pose, atol=1e-4)
    assert bpy.ops.audio2rig.take_activate(index=1) == {"FINISHED"}
    bpy.context.scene.frame_set(3)
    assert values(rig) == [1.0] * 4
    assert bpy.ops.audio2rig.take_delete(index=1) == {"FINISHED"}
    assert values(rig) == pytest.approx(before)


def test_switches_that_were_animated_go_on_around_the_take(rigify_rig, extension, monkeypatch, sound):
    put_stand_in(monkeypatch)
    rig = rigify_rig
    arm, leg = SWITCHES[0], SWITCHES[2]
    for frame, value in ((-20, 0.0), (10, 0.5), (60, 0.0)):
        rig.path_resolve('pose.bones["upper_arm_parent.L"]')["IK_FK"] = value
        rig.keyframe_insert(arm, frame=frame)
    curves_of(rig)[arm, 0].lock = False
    rig.keyframe_insert(leg, frame=0)
    curves_of(rig)[leg, 0].lock = True
    own = [tuple(point.co) for point in curves_of(rig)[arm, 0].keyframe_points]
    before = rig.animation_data.action
    after = curves_of(rig)[arm, 0].evaluate(40)
    report = generate(rig, sound)
    curve = curves_of(rig)[arm, 0]
    assert [curve.evaluate(frame) for frame in (-20, 1, 12, 24, 60)] == pytest.approx([0.0, 1.0, 1.0, 1.0, 0.0])
    assert 0.0 < curve.evaluate(40) <= max(after, 0.5)
    assert "IK_FK" in report and "thigh_parent.L" in report and "locked" in report
    bpy.ops.audio2rig.take_activate(index=0)
    assert rig.animation_data.action == before
    assert own == [tuple(point.co) for point in curves_of(rig)[arm, 0].keyframe_points]


def test_switches_that_are_set_already_get_no_keys_with_a_range(rigify_rig, extension, monkeypatch, sound):
    put_stand_in(monkeypatch)
    generate(rigify_rig, sound)
    before = {path: [tuple(point.co) for point in curves_of(rigify_rig)[path, 0].keyframe_points] for path in SWITCHES}
    generate(rigify_rig, sound, frame_start=8, frame_end=16)
    assert before == {
        path: [tuple(point.co) for point in curves_of(rigify_rig)[path, 0].keyframe_points] for path in SWITCHES
    }


def test_only_the_face_leaves_the_limbs_in_ik(rigify_rig, extension, monkeypatch, sound):
    put_stand_in(monkeypatch)
    generate(rigify_rig, sound, parts={"LIPS", "HEAD"})
    assert not {path for path, _ in curves_of(rigify_rig)} & set(SWITCHES)


def test_auto_rig_pro_by_its_names(scene, monkeypatch, sound):
    """A rig with the names and switches of Auto-Rig Pro's controls (no mechanism below)."""
    put_stand_in(monkeypatch)
    names = {
        "Hips": "c_root_master.x",
        "Spine": "c_spine_01.x",
        "Spine1": "c_spine_02.x",
        "Spine2": "c_spine_03.x",
        "Neck": "c_neck.x",
        "Head": "c_head.x",
    }
    for side, mark in (("Left", ".l"), ("Right", ".r")):
        for name, own in (
            ("Shoulder", "c_shoulder"),
            ("Arm", "c_arm_fk"),
            ("ForeArm", "c_forearm_fk"),
            ("Hand", "c_hand_fk"),
            ("UpLeg", "c_thigh_fk"),
            ("Leg", "c_leg_fk"),
            ("Foot", "c_foot_fk"),
            ("ToeBase", "c_toes_fk"),
            ("HandIndex1", "c_index1"),
            ("HandIndex2", "c_index2"),
            ("HandIndex3", "c_index3"),
        ):
            names[side + name] = own + mark
    bones = {names[bone]: (head, tail, names.get(parent, "")) for bone, (head, tail, parent) in person().items()}
    bones["c_traj"] = ((0, 0, 0), (0, 0.3, 0), "")
    for control, place in (("c_hand_ik", 0.7), ("c_foot_ik", 0.1)):
        for mark, sign in ((".l", 1), (".r", -1)):
            bones[control + mark] = ((sign * place, 0, 0.1), (sign * place, 0, 0.2), "")
    rig = add_person("ARP", bones, prefix="")
    for control in ("c_hand_ik", "c_foot_ik"):
        for mark in ".l", ".r":
            rig.pose.bones[control + mark]["ik_fk_switch"] = 0.0
    generate(rig, sound)
    paths = {path for path, _ in curves_of(rig)}
    switches = {
        f'pose.bones["{control}{mark}"]["ik_fk_switch"]'
        for control in ("c_hand_ik", "c_foot_ik")
        for mark in (".l", ".r")
    }
    assert switches <= paths and 'pose.bones["c_arm_fk.l"].rotation_quaternion' in paths
    bpy.ops.audio2rig.take_activate(index=0)
    assert rig.pose.bones["c_hand_ik.l"]["ik_fk_switch"] == 0.0
