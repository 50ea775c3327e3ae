# SPDX-License-Identifier: GPL-3.0-or-later
"""Ready Player Me: the shapes that it adds to ARKit and Oculus, and its bones.

Names: Ready Player Me avatars; VRM Add-on for Blender.
"""

from __future__ import annotations

from .table import BoneConvention, ShapeConvention, humanoid, mix

SHAPES = (
    ShapeConvention(
        "ready_player_me_extras",
        "Ready Player Me",
        {
            "mouthOpen": mix("jawOpen"),
            "mouthSmile": mix("mouthSmile*"),
            "eyesClosed": mix("eyeBlink*"),
            "eyesLookUp": mix("eyeLookUp*"),
            "eyesLookDown": mix("eyeLookDown*"),
        },
        "Ready Player Me avatars",
        minimum=1,
    ),
)

BONES = (
    BoneConvention(
        "ready_player_me",
        "Ready Player Me",
        humanoid(
            """
            head=Head; neck=Neck; spine3=Spine2; spine2=Spine1; spine1=Spine; pelvis=Hips
            """,
            """
            eye_smplhf=LeftEye; collar=LeftShoulder; shoulder=LeftArm; elbow=LeftForeArm; wrist=LeftHand;
            hip=LeftUpLeg; knee=LeftLeg; ankle=LeftFoot; foot=LeftToeBase; thumb1=LeftHandThumb1;
            thumb2=LeftHandThumb2; thumb3=LeftHandThumb3; index1=LeftHandIndex1; index2=LeftHandIndex2;
            index3=LeftHandIndex3; middle1=LeftHandMiddle1; middle2=LeftHandMiddle2; middle3=LeftHandMiddle3;
            ring1=LeftHandRing1; ring2=LeftHandRing2; ring3=LeftHandRing3; pinky1=LeftHandPinky1;
            pinky2=LeftHandPinky2; pinky3=LeftHandPinky3
            """,
            ("Left", "Right"),
        ),
        "Ready Player Me avatars; VRM Add-on for Blender",
    ),
)
