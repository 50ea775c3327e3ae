# SPDX-License-Identifier: GPL-3.0-or-later
"""VRoid Studio: the shapes of its face meshes, with VRM's vowels, and its bones.

Names: VRoid Studio exports; VRM Add-on for Blender. Mixes are ours, by eye. The moods pose the whole face and are left
alone.
"""

from __future__ import annotations

from .table import BoneConvention, ShapeConvention, humanoid, mix
from .vrm import ANGRY, HAPPY, RELAXED, SAD, SURPRISED, A, E, I, O, U

_MOODS = {
    "Fcl_ALL_Joy": HAPPY,
    "Fcl_ALL_Angry": ANGRY,
    "Fcl_ALL_Sorrow": SAD,
    "Fcl_ALL_Fun": RELAXED,
    "Fcl_ALL_Surprised": SURPRISED,
    "Fcl_ALL_Neutral": {},
    "Fcl_EYE_Joy": mix("eyeBlink* 0.9, eyeSquint* 0.6"),
    "Fcl_EYE_Joy_L": mix("eyeBlinkLeft 0.9"),
    "Fcl_EYE_Joy_R": mix("eyeBlinkRight 0.9"),
    "Fcl_MTH_Joy": mix("mouthSmile* 0.8, jawOpen 0.4"),
    "Fcl_MTH_Sorrow": mix("mouthFrown* 0.6, jawOpen 0.15"),
    "Fcl_MTH_Surprised": mix("jawOpen 0.4, mouthFunnel 0.3"),
    "Fcl_EYE_Angry": mix("eyeSquint* 0.5"),
    "Fcl_EYE_Sorrow": mix("eyeSquint* 0.3"),
}

SHAPES = (
    ShapeConvention(
        "vroid_shape_keys",
        "VRoid",
        {
            "Fcl_MTH_A": A,
            "Fcl_MTH_I": I,
            "Fcl_MTH_U": U,
            "Fcl_MTH_E": E,
            "Fcl_MTH_O": O,
            "Fcl_MTH_Close": mix("mouthPress* 0.4, mouthRollLower 0.2, mouthRollUpper 0.2"),
            "Fcl_MTH_Fun": mix("mouthSmile* 0.8"),
            "Fcl_MTH_Angry": mix("mouthFrown* 0.8"),
            "Fcl_EYE_Close": mix("eyeBlink*"),
            "Fcl_EYE_Close_L": mix("eyeBlinkLeft"),
            "Fcl_EYE_Close_R": mix("eyeBlinkRight"),
            "Fcl_EYE_Surprised": mix("eyeWide*"),
            "Fcl_BRW_Angry": mix("browDown*"),
            "Fcl_BRW_Sorrow": mix("browInnerUp"),
            "Fcl_BRW_Surprised": mix("browInnerUp 0.7, browOuterUp*"),
            **_MOODS,
        },
        "VRoid Studio exports",
        kind="visemes",
        moods=frozenset(_MOODS),
        minimum=3,
        prefixes=("face.m_f00_000_00_", "m_f00_000_00_", "face_", "blendshape_"),
    ),
)

BONES = (
    BoneConvention(
        "vroid",
        "VRoid",
        humanoid(
            """
            pelvis=J_Bip_C_Hips; spine1=J_Bip_C_Spine; spine2=J_Bip_C_Chest; spine3=J_Bip_C_UpperChest;
            neck=J_Bip_C_Neck;
            head=J_Bip_C_Head
            """,
            """
            eye_smplhf=J_Adj_L_FaceEye; hip=J_Bip_L_UpperLeg; knee=J_Bip_L_LowerLeg; ankle=J_Bip_L_Foot;
            foot=J_Bip_L_ToeBase; collar=J_Bip_L_Shoulder; shoulder=J_Bip_L_UpperArm; elbow=J_Bip_L_LowerArm;
            wrist=J_Bip_L_Hand; thumb1=J_Bip_L_Thumb1; thumb2=J_Bip_L_Thumb2; thumb3=J_Bip_L_Thumb3;
            index1=J_Bip_L_Index1; index2=J_Bip_L_Index2; index3=J_Bip_L_Index3; middle1=J_Bip_L_Middle1;
            middle2=J_Bip_L_Middle2; middle3=J_Bip_L_Middle3; ring1=J_Bip_L_Ring1; ring2=J_Bip_L_Ring2;
            ring3=J_Bip_L_Ring3; pinky1=J_Bip_L_Little1; pinky2=J_Bip_L_Little2; pinky3=J_Bip_L_Little3
            """,
            ("_L_", "_R_"),
        ),
        "VRoid Studio exports; VRM Add-on for Blender",
        signs=("J_Bip_C_Hips",),
    ),
)
