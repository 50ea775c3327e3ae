# SPDX-License-Identifier: GPL-3.0-or-later
"""3ds Max's Biped. Names: Biped exports; VRM Add-on for Blender."""

from __future__ import annotations

from .table import BoneConvention, humanoid

BONES = (
    BoneConvention(
        "biped_3dsmax",
        "3ds Max Biped",
        humanoid(
            """
            pelvis=Bip01 Pelvis; spine1=Bip01 Spine; spine2=Bip01 Spine2; neck=Bip01 Neck; head=Bip01 Head
            """,
            """
            collar=Bip01 L Clavicle; shoulder=Bip01 L UpperArm; elbow=Bip01 L Forearm; wrist=Bip01 L Hand;
            hip=Bip01 L Thigh; knee=Bip01 L Calf; ankle=Bip01 L Foot; foot=Bip01 L Toe0; thumb1=Bip01 L Finger0;
            thumb2=Bip01 L Finger01; thumb3=Bip01 L Finger02; index1=Bip01 L Finger1; index2=Bip01 L Finger11;
            index3=Bip01 L Finger12; middle1=Bip01 L Finger2; middle2=Bip01 L Finger21; middle3=Bip01 L Finger22;
            ring1=Bip01 L Finger3; ring2=Bip01 L Finger31; ring3=Bip01 L Finger32; pinky1=Bip01 L Finger4;
            pinky2=Bip01 L Finger41; pinky3=Bip01 L Finger42
            """,
            (" L ", " R "),
        ),
        "3ds Max Biped; VRM Add-on for Blender",
        signs=("Bip01 Pelvis",),
        prefixes=("Bip01", "Bip001", "ValveBiped.Bip01"),
    ),
)
