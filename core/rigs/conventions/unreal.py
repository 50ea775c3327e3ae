# SPDX-License-Identifier: GPL-3.0-or-later
"""Epic's Unreal mannequin. Names: UE4's mannequin; VRM Add-on for Blender."""

from __future__ import annotations

from .table import BoneConvention, humanoid

# The limbs and fingers that MetaHuman and MakeHuman's game engine rig name alike.
LEFT_LIMBS = """
    collar=clavicle_l; shoulder=upperarm_l; elbow=lowerarm_l; wrist=hand_l; hip=thigh_l; knee=calf_l;
    ankle=foot_l; foot=ball_l; thumb1=thumb_01_l; thumb2=thumb_02_l; thumb3=thumb_03_l; index1=index_01_l;
    index2=index_02_l; index3=index_03_l; middle1=middle_01_l; middle2=middle_02_l; middle3=middle_03_l;
    ring1=ring_01_l; ring2=ring_02_l; ring3=ring_03_l; pinky1=pinky_01_l; pinky2=pinky_02_l; pinky3=pinky_03_l
"""

BONES = (
    BoneConvention(
        "unreal_ue4_mannequin",
        "Unreal mannequin",
        humanoid(
            """
            pelvis=pelvis; spine1=spine_01; spine2=spine_02; spine3=spine_03; neck=neck_01; head=head
            """,
            LEFT_LIMBS,
            ("_l", "_r"),
        ),
        "Unreal mannequin; VRM Add-on for Blender",
        signs=("clavicle_l", "calf_l"),
    ),
)
