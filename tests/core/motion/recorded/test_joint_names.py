# SPDX-License-Identifier: GPL-3.0-or-later
"""Joints of the usual suits and programs are found by their names."""

from __future__ import annotations

import pytest

from core.motion.recorded.joint_names import joints_by_likeness

# A spine, then one side; {L} is the side as the family writes it. In the order of _JOINTS.
_JOINTS = ("hip", "knee", "ankle", "foot", "collar", "shoulder", "elbow", "wrist")
FAMILIES = {
    "MotionBuilder": (
        ("Hips", "Spine", "Spine1", "Spine2", "Neck", "Head"),
        ("{}UpLeg", "{}Leg", "{}Foot", "{}ToeBase", "{}Shoulder", "{}Arm", "{}ForeArm", "{}Hand"),
        ("Left", "Right"),
    ),
    "Mixamo": (
        tuple(f"mixamorig:{name}" for name in ("Hips", "Spine", "Spine1", "Spine2", "Neck", "Head")),
        tuple(
            f"mixamorig:{{}}{name}"
            for name in ("UpLeg", "Leg", "Foot", "ToeBase", "Shoulder", "Arm", "ForeArm", "Hand")
        ),
        ("Left", "Right"),
    ),
    "Unreal": (
        ("pelvis", "spine_01", "spine_02", "spine_03", "neck_01", "head"),
        ("thigh_{}", "calf_{}", "foot_{}", "ball_{}", "clavicle_{}", "upperarm_{}", "lowerarm_{}", "hand_{}"),
        ("l", "r"),
    ),
    "Biped": (
        ("Bip01", "Bip01_Spine", "Bip01_Spine1", "Bip01_Spine2", "Bip01_Neck", "Bip01_Head"),
        tuple(
            f"Bip01_{{}}_{name}"
            for name in ("Thigh", "Calf", "Foot", "Toe0", "Clavicle", "UpperArm", "Forearm", "Hand")
        ),
        ("L", "R"),
    ),
    "Xsens": (
        ("Pelvis", "L5", "L3", "T12", "Neck", "Head"),
        (*("{}UpperLeg", "{}LowerLeg", "{}Foot", "{}Toe"), *("{}Shoulder", "{}UpperArm", "{}ForeArm", "{}Hand")),
        ("Left", "Right"),
    ),
    "Rokoko": (
        ("Hips", "Spine1", "Spine2", "Spine3", "Neck", "Head"),
        ("{}Thigh", "{}Shin", "{}Foot", "{}Toe", "{}Shoulder", "{}Arm", "{}ForeArm", "{}Hand"),
        ("Left", "Right"),
    ),
    "Rigify": (
        ("spine", "spine.001", "spine.002", "spine.003", "neck", "head"),
        tuple(f"{name}.{{}}" for name in ("thigh", "shin", "foot", "toe", "shoulder", "upper_arm", "forearm", "hand")),
        ("L", "R"),
    ),
    "SMPL": (
        ("pelvis", "spine1", "spine2", "spine3", "neck", "head"),
        tuple(f"{{}}_{name}" for name in _JOINTS),
        ("left", "right"),
    ),
    "old BVH": (
        ("Hips", "Chest", "Chest2", "Chest3", "Neck", "Head"),
        ("{}Hip", "{}Knee", "{}Ankle", "{}Toe", "{}Collar", "{}Shoulder", "{}Elbow", "{}Wrist"),
        ("Left", "Right"),
    ),
}


@pytest.mark.parametrize("family", list(FAMILIES))
def test_a_whole_body_is_found(family: str) -> None:
    spine, limbs, sides = FAMILIES[family]
    names, parents = list(spine), [-1, 0, 1, 2, 3, 4]
    wanted = dict(zip(("pelvis", "spine1", "spine2", "spine3", "neck", "head"), spine))
    for own, side in zip(("left", "right"), sides):
        for place, (joint, name) in enumerate(zip(_JOINTS, limbs)):
            parents.append(0 if joint == "hip" else 3 if joint == "collar" else len(names) - 1)
            names.append(name.format(side))
            wanted[f"{own}_{joint}"] = names[-1]
            assert place < len(limbs)
    assert joints_by_likeness(names, parents) == wanted
