# SPDX-License-Identifier: GPL-3.0-or-later
"""Adobe Mixamo's skeleton. Names: Mixamo exports (whose eyes it often leaves out); VRM Add-on for Blender."""

from __future__ import annotations

from .table import BoneConvention, humanoid

BONES = (
    BoneConvention(
        "mixamo",
        "Mixamo",
        humanoid(
            """
            head=mixamorig:Head; neck=mixamorig:Neck; spine3=mixamorig:Spine2; spine2=mixamorig:Spine1;
            spine1=mixamorig:Spine; pelvis=mixamorig:Hips
            """,
            """
            collar=mixamorig:LeftShoulder; shoulder=mixamorig:LeftArm; elbow=mixamorig:LeftForeArm;
            wrist=mixamorig:LeftHand; hip=mixamorig:LeftUpLeg; knee=mixamorig:LeftLeg; ankle=mixamorig:LeftFoot;
            foot=mixamorig:LeftToeBase; thumb1=mixamorig:LeftHandThumb1; thumb2=mixamorig:LeftHandThumb2;
            thumb3=mixamorig:LeftHandThumb3; index1=mixamorig:LeftHandIndex1; index2=mixamorig:LeftHandIndex2;
            index3=mixamorig:LeftHandIndex3; middle1=mixamorig:LeftHandMiddle1; middle2=mixamorig:LeftHandMiddle2;
            middle3=mixamorig:LeftHandMiddle3; ring1=mixamorig:LeftHandRing1; ring2=mixamorig:LeftHandRing2;
            ring3=mixamorig:LeftHandRing3; pinky1=mixamorig:LeftHandPinky1; pinky2=mixamorig:LeftHandPinky2;
            pinky3=mixamorig:LeftHandPinky3; eye_smplhf=mixamorig:LeftEye
            """,
            ("Left", "Right"),
        ),
        "Mixamo exports; VRM Add-on for Blender",
        prefixes=("mixamorig",),
    ),
)
