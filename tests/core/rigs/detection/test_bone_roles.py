# SPDX-License-Identifier: GPL-3.0-or-later
"""Bones: found by convention, word and place."""

from __future__ import annotations

import time

import numpy as np
import pytest

from core.rigs.conventions import bone_conventions
from core.rigs.description import Bone, RigDescription
from core.rigs.detection.bone_roles import find_bones
from tests.core.rigs.rig_building import PLAIN, rig


def names_of(identifier: str, *joints: str) -> dict[str, str]:
    bones = {}
    for bone, joint in bone_conventions()[identifier].bones.items():
        bones.setdefault(joint, bone)
    return {joint: bone for joint, bone in bones.items() if not joints or joint in joints}


@pytest.mark.parametrize("identifier", list(bone_conventions()))
def test_conventions_are_recognised(identifier):
    found = find_bones(describe_all(identifier))
    assert found.convention is not None
    same = {
        "ready_player_me": {"mixamo", "ready_player_me"},
        "mpfb_game_engine": {"unreal_ue4_mannequin", "mpfb_game_engine"},
        "vrm0_humanoid": {"vrm0_humanoid", "vrm1_humanoid"},
        "unreal_ue4_mannequin": {"unreal_ue4_mannequin"},
    }
    assert found.convention.identifier in same.get(identifier, {identifier})
    assert found.bones["head"] == names_of(identifier)["head"]
    assert found.found >= 20


def describe_all(identifier: str, rename=lambda name: name) -> RigDescription:
    """All bones of a convention in a row, so that only names tell."""
    convention = bone_conventions()[identifier]
    names = [rename(name) for name in (*convention.bones, *convention.signs, *convention.inert)]
    bones = {}
    for index, name in enumerate(dict.fromkeys(names)):
        rest = np.eye(4)
        rest[:3, 3] = 0.0, 0.0, 0.01 * index
        bones[name] = Bone(name, "", rest, 0.01)
    return RigDescription("row", (), bones, armature="row")


@pytest.mark.parametrize(
    "rename",
    [
        lambda name: name.replace("mixamorig:", "mixamorig9:"),
        lambda name: name.replace("mixamorig:", ""),
        lambda name: name.replace("mixamorig:", "Hero:"),
        lambda name: name.replace("mixamorig:", "mixamorig_"),
    ],
)
def test_prefixes_and_namespaces(rename):
    found = find_bones(describe_all("mixamo", rename))
    assert found.found == 22 and found.convention.identifier in ("mixamo", "ready_player_me")
    assert found.bones["head"] == rename("mixamorig:Head")


def test_mmd_tools_moves_the_side_to_the_end():
    found = find_bones(
        describe_all(
            "mmd_bones", lambda name: f"{name[1:]}.{'L' if name[0] == '左' else 'R'}" if name[0] in "左右" else name
        )
    )
    assert found.convention.identifier == "mmd_bones" and found.bones["left_eye_smplhf"] == "目.L" and found.found >= 20


def test_words_find_a_face_of_no_convention():
    names = {joint: name for joint, name in PLAIN.items() if joint not in ("spine1", "spine2")}
    names["jaw"], names["head"] = "Character_Jaw_01", "Character_Head_01"
    found = find_bones(rig(names))
    for joint in ("head", "jaw", "neck", "left_eye_smplhf", "right_eye_smplhf", "left_lid_upper", "right_lid_lower"):
        assert found.bones[joint] == names[joint]


def test_places_find_jaw_and_eyes_without_names():
    names = {
        "pelvis": "bone",
        "spine1": "bone.001",
        "spine2": "bone.002",
        "neck": "bone.003",
        "head": "head",
        "jaw": "bone.005",
        "left_eye_smplhf": "bone.006",
        "right_eye_smplhf": "bone.007",
    }
    found = find_bones(rig(names))
    assert found.bones["jaw"] == "bone.005"
    assert found.bones["left_eye_smplhf"] == "bone.006" and found.bones["right_eye_smplhf"] == "bone.007"
    assert len(found.notes) == 2 and "bone.005" in " ".join(found.notes)


def test_tongues_and_hats_are_not_jaws():
    description = rig({"pelvis": "hips", "neck": "neck", "head": "head", "jaw": "tongue"})
    assert "jaw" not in find_bones(description).bones


def test_thousands_of_bones_on_a_head_are_looked_at_one_by_one_not_pair_by_pair():
    bones = dict(rig(PLAIN).bones)
    head = find_bones(rig(PLAIN)).bones["head"]
    for number in range(2000):
        matrix = np.array(bones[head].rest)
        matrix[0, 3] += 1e-4 * number
        bones[f"strand {number}"] = Bone(f"strand {number}", head, matrix, 0.01)
    began_s = time.process_time()
    assert find_bones(RigDescription("hairy", (), bones, np.eye(4), "hairy")).bones["head"] == head
    assert time.process_time() - began_s < 2.0  # pair by pair it took half a minute


LIMBS = ("collar", "shoulder", "elbow", "wrist", "hip", "knee", "ankle", "foot")
FIGURE = {
    "pelvis": ((0, 0.95, 0), (0, 1.05, 0)),
    "spine1": ((0, 1.05, 0), (0, 1.2, 0)),
    "spine2": ((0, 1.2, 0), (0, 1.42, 0)),
    "neck": ((0, 1.45, 0), (0, 1.52, 0)),
    "head": ((0, 1.52, 0), (0, 1.72, 0)),
    "left_collar": ((0.03, 1.4, 0), (0.16, 1.4, 0)),
    "left_shoulder": ((0.17, 1.4, 0), (0.43, 1.39, -0.01)),
    "left_elbow": ((0.43, 1.39, -0.01), (0.68, 1.38, 0)),
    "left_wrist": ((0.68, 1.38, 0), (0.76, 1.38, 0)),
    "left_hip": ((0.09, 0.92, 0), (0.1, 0.5, 0.01)),
    "left_knee": ((0.1, 0.5, 0.01), (0.1, 0.09, -0.02)),
    "left_ankle": ((0.1, 0.09, -0.02), (0.1, 0.02, 0.1)),
    "left_foot": ((0.1, 0.02, 0.1), (0.1, 0.02, 0.17)),
}
ABOVE = {**dict(zip(LIMBS[1:4], LIMBS[:3])), **dict(zip(LIMBS[5:], LIMBS[4:7])), "collar": "spine2", "hip": "pelvis"}
# middle; limbs, with # for the side; sides: skeletons that share some names with a table and mean others by them
SHARING = {
    "Xsens": (
        "Pelvis L5 T12 Neck Head",
        "#Shoulder #UpperArm #Forearm #Hand #UpperLeg #LowerLeg #Foot #Toe",
        "Left Right",
    ),
    "Rokoko": ("Hips Spine1 Spine4 Neck Head", "#Shoulder #Arm #ForeArm #Hand #Thigh #Shin #Foot #Toe", "Left Right"),
    "CATS": ("Hips Spine Chest Neck Head", "#_shoulder #_arm #_elbow #_wrist #_leg #_knee #_ankle #_toe", "Left Right"),
    "Daz 9": (
        "hip spine1 spine4 neck1 head",
        "#_shoulder #_upperarm #_forearm #_hand #_thigh #_shin #_foot #_toes",
        "l r",
    ),
    "Roblox": (
        "LowerTorso UpperTorso Chest Neck Head",
        "#Clav #UpperArm #LowerArm #Hand #UpperLeg #LowerLeg #Foot #Toe",
        "Left Right",
    ),
    "Smash": ("Hip Waist Bust Neck Head", "Clavicle# Shoulder# Arm# Hand# Leg# Knee# Foot# Toe#", "L R"),
}


@pytest.mark.parametrize("skeleton", SHARING)
def test_skeletons_that_share_some_names_with_a_table(skeleton):
    middle, limbs, sides = (text.split() for text in SHARING[skeleton])
    names = dict(zip(("pelvis", "spine1", "spine2", "neck", "head"), middle))
    for side, mark in zip(("left", "right"), sides):
        names |= {f"{side}_{joint}": name.replace("#", mark) for joint, name in zip(LIMBS, limbs)}
    above = {"spine1": "pelvis", "spine2": "spine1", "neck": "spine2", "head": "neck", **ABOVE}
    found = find_bones(rig(names, places=FIGURE, parents=above)).bones
    wanted = {joint: name for joint, name in names.items() if not joint.startswith("spine")}
    assert {joint: found.get(joint) for joint in wanted} == wanted
