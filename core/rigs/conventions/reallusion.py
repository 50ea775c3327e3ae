# SPDX-License-Identifier: GPL-3.0-or-later
"""Reallusion Character Creator: CC3+, CC4 Extended, CC5 (MetaHuman style), the older A01 to A51 set, the viseme sets,
and its bones.

Names: CC/iC Blender Tools (facerig_data.py, vars.py; facts only). The left, right, upper and lower parts of one ARKit
shape all follow it. Viseme mixes are ours, by eye.
"""

from __future__ import annotations

from .table import BoneConvention, ShapeConvention, channels, humanoid, mix, mixes
from .visemes import (
    BACK_CLOSE,
    BACK_MID,
    CLOSED,
    DENTAL,
    FRONT_CLOSE,
    FRONT_LAX,
    FRONT_OPEN,
    HISS,
    HUSH,
    LIP_TEETH,
    LIQUID,
    OPEN,
    RIDGE,
    SOFT_PALATE,
)

_COMMON = """
    Brow_Raise_Inner_L=browInnerUp Brow_Raise_Inner_R=browInnerUp Brow_Drop_L=browDownLeft Brow_Drop_R=browDownRight
    Brow_Raise_Outer_L=browOuterUpLeft Brow_Raise_Outer_R=browOuterUpRight Eye_L_Look_Up=eyeLookUpLeft
    Eye_R_Look_Up=eyeLookUpRight Eye_L_Look_Down=eyeLookDownLeft Eye_R_Look_Down=eyeLookDownRight
    Eye_L_Look_R=eyeLookInLeft Eye_R_Look_L=eyeLookInRight Eye_L_Look_L=eyeLookOutLeft Eye_R_Look_R=eyeLookOutRight
    Eye_Blink_L=eyeBlinkLeft Eye_Blink_R=eyeBlinkRight Eye_Squint_L=eyeSquintLeft Eye_Squint_R=eyeSquintRight
    Eye_Wide_L=eyeWideLeft Eye_Wide_R=eyeWideRight Cheek_Puff_L=cheekPuff Cheek_Puff_R=cheekPuff
    Cheek_Raise_L=cheekSquintLeft Cheek_Raise_R=cheekSquintRight Nose_Sneer_L=noseSneerLeft
    Nose_Sneer_R=noseSneerRight Jaw_Open=jawOpen Jaw_Forward=jawForward Jaw_L=jawLeft Jaw_R=jawRight Mouth_L=mouthLeft
    Mouth_R=mouthRight Mouth_Shrug_Upper=mouthShrugUpper Mouth_Shrug_Lower=mouthShrugLower Mouth_Close=mouthClose
    Mouth_Smile_L=mouthSmileLeft Mouth_Smile_R=mouthSmileRight Mouth_Frown_L=mouthFrownLeft
    Mouth_Frown_R=mouthFrownRight Mouth_Dimple_L=mouthDimpleLeft Mouth_Dimple_R=mouthDimpleRight
    Mouth_Up_Upper_L=mouthUpperUpLeft Mouth_Up_Upper_R=mouthUpperUpRight Mouth_Down_Lower_L=mouthLowerDownLeft
    Mouth_Down_Lower_R=mouthLowerDownRight Mouth_Press_L=mouthPressLeft Mouth_Press_R=mouthPressRight
    Mouth_Stretch_L=mouthStretchLeft Mouth_Stretch_R=mouthStretchRight
"""

_STANDARD = """
    Mouth_Funnel=mouthFunnel Mouth_Pucker=mouthPucker Mouth_Roll_In_Upper=mouthRollUpper
    Mouth_Roll_In_Lower=mouthRollLower
"""

_EXTENDED = """
    Mouth_Funnel_Up_R=mouthFunnel Mouth_Funnel_Down_R=mouthFunnel Mouth_Funnel_Up_L=mouthFunnel
    Mouth_Funnel_Down_L=mouthFunnel Mouth_Pucker_Up_R=mouthPucker Mouth_Pucker_Down_R=mouthPucker
    Mouth_Pucker_Up_L=mouthPucker Mouth_Pucker_Down_L=mouthPucker Mouth_Roll_In_Upper_L=mouthRollUpper
    Mouth_Roll_In_Upper_R=mouthRollUpper Mouth_Roll_In_Lower_L=mouthRollLower Mouth_Roll_In_Lower_R=mouthRollLower
"""

_TRADITIONAL = """
    A01_Brow_Inner_Up=browInnerUp A02_Brow_Down_Left=browDownLeft A03_Brow_Down_Right=browDownRight
    A04_Brow_Outer_Up_Left=browOuterUpLeft A05_Brow_Outer_Up_Right=browOuterUpRight A06_Eye_Look_Up_Left=eyeLookUpLeft
    A07_Eye_Look_Up_Right=eyeLookUpRight A08_Eye_Look_Down_Left=eyeLookDownLeft
    A09_Eye_Look_Down_Right=eyeLookDownRight A10_Eye_Look_Out_Left=eyeLookOutLeft A11_Eye_Look_In_Left=eyeLookInLeft
    A12_Eye_Look_In_Right=eyeLookInRight A13_Eye_Look_Out_Right=eyeLookOutRight A14_Eye_Blink_Left=eyeBlinkLeft
    A15_Eye_Blink_Right=eyeBlinkRight A16_Eye_Squint_Left=eyeSquintLeft A17_Eye_Squint_Right=eyeSquintRight
    A18_Eye_Wide_Left=eyeWideLeft A19_Eye_Wide_Right=eyeWideRight A20_Cheek_Puff=cheekPuff
    A21_Cheek_Squint_Left=cheekSquintLeft A22_Cheek_Squint_Right=cheekSquintRight A23_Nose_Sneer_Left=noseSneerLeft
    A24_Nose_Sneer_Right=noseSneerRight A25_Jaw_Open=jawOpen A26_Jaw_Forward=jawForward A27_Jaw_Left=jawLeft
    A28_Jaw_Right=jawRight A29_Mouth_Funnel=mouthFunnel A30_Mouth_Pucker=mouthPucker A31_Mouth_Left=mouthLeft
    A32_Mouth_Right=mouthRight A33_Mouth_Roll_Upper=mouthRollUpper A34_Mouth_Roll_Lower=mouthRollLower
    A35_Mouth_Shrug_Upper=mouthShrugUpper A36_Mouth_Shrug_Lower=mouthShrugLower A37_Mouth_Close=mouthClose
    A38_Mouth_Smile_Left=mouthSmileLeft A39_Mouth_Smile_Right=mouthSmileRight A40_Mouth_Frown_Left=mouthFrownLeft
    A41_Mouth_Frown_Right=mouthFrownRight A42_Mouth_Dimple_Left=mouthDimpleLeft
    A43_Mouth_Dimple_Right=mouthDimpleRight A44_Mouth_Upper_Up_Left=mouthUpperUpLeft
    A45_Mouth_Upper_Up_Right=mouthUpperUpRight A46_Mouth_Lower_Down_Left=mouthLowerDownLeft
    A47_Mouth_Lower_Down_Right=mouthLowerDownRight A48_Mouth_Press_Left=mouthPressLeft
    A49_Mouth_Press_Right=mouthPressRight A50_Mouth_Stretch_Left=mouthStretchLeft
    A51_Mouth_Stretch_Right=mouthStretchRight
"""

_METAHUMAN_STYLE = """
    Brow_Raise_In_L=browInnerUp Brow_Raise_In_R=browInnerUp Brow_Down_L=browDownLeft Brow_Down_R=browDownRight
    Brow_Raise_Outer_L=browOuterUpLeft Brow_Raise_Outer_R=browOuterUpRight Eye_Look_Up_L=eyeLookUpLeft
    Eye_Look_Up_R=eyeLookUpRight Eye_Look_Down_L=eyeLookDownLeft Eye_Look_Down_R=eyeLookDownRight
    Eye_Look_Right_L=eyeLookInLeft Eye_Look_Left_R=eyeLookInRight Eye_Look_Left_L=eyeLookOutLeft
    Eye_Look_Right_R=eyeLookOutRight Eye_Blink_L=eyeBlinkLeft Eye_Blink_R=eyeBlinkRight
    Eye_Squint_Inner_L=eyeSquintLeft Eye_Squint_Inner_R=eyeSquintRight Eye_Widen_L=eyeWideLeft
    Eye_Widen_R=eyeWideRight Mouth_Cheek_Blow_L=cheekPuff Mouth_Cheek_Blow_R=cheekPuff
    Eye_Cheek_Raise_L=cheekSquintLeft Eye_Cheek_Raise_R=cheekSquintRight Nose_Wrinkle_Upper_L=noseSneerLeft
    Nose_Wrinkle_Upper_R=noseSneerRight Jaw_Open=jawOpen Jaw_Fwd=jawForward Jaw_Left=jawLeft Jaw_Right=jawRight
    Mouth_Funnel_UL=mouthFunnel Mouth_Funnel_UR=mouthFunnel Mouth_Funnel_DL=mouthFunnel Mouth_Funnel_DR=mouthFunnel
    Mouth_Lips_Purse_UL=mouthPucker Mouth_Lips_Purse_UR=mouthPucker Mouth_Lips_Purse_DL=mouthPucker
    Mouth_Lips_Purse_DR=mouthPucker Mouth_Left=mouthLeft Mouth_Right=mouthRight Mouth_UpperLip_Bite_L=mouthRollUpper
    Mouth_UpperLip_Bite_R=mouthRollUpper Mouth_LowerLip_Bite_L=mouthRollLower Mouth_LowerLip_Bite_R=mouthRollLower
    Mouth_Mouth_Press_UL=mouthShrugUpper Mouth_Mouth_Press_UR=mouthShrugUpper Mouth_Mouth_Press_DL=mouthShrugLower
    Mouth_Mouth_Press_DR=mouthShrugLower Mouth_Lips_Together_UL=mouthClose Mouth_Lips_Together_UR=mouthClose
    Mouth_Lips_Together_DL=mouthClose Mouth_Lips_Together_DR=mouthClose Mouth_Corner_Pull_L=mouthSmileLeft
    Mouth_Corner_Pull_R=mouthSmileRight Mouth_Corner_Depress_L=mouthFrownLeft Mouth_Corner_Depress_R=mouthFrownRight
    Mouth_Dimple_L=mouthDimpleLeft Mouth_Dimple_R=mouthDimpleRight Mouth_UpperLip_Raise_L=mouthUpperUpLeft
    Mouth_UpperLip_Raise_R=mouthUpperUpRight Mouth_LowerLip_Depress_L=mouthLowerDownLeft
    Mouth_LowerLip_Depress_R=mouthLowerDownRight Mouth_Lips_Press_L=mouthPressLeft Mouth_Lips_Press_R=mouthPressRight
    Mouth_Stretch_L=mouthStretchLeft Mouth_Stretch_R=mouthStretchRight
"""

# CC3 and CC4 name the same fifteen poses; "-" and "_" differ.
_VISEMES = mixes("""
    Open = jawOpen 0.6, mouthLowerDown* 0.2, mouthUpperUp* 0.1
    Explosive = mouthPress* 0.5, mouthRollLower 0.3, mouthRollUpper 0.25
    Dental_Lip = jawOpen 0.05, mouthRollLower 0.65, mouthShrugLower 0.2, mouthUpperUp* 0.3
    Tight_O = jawOpen 0.12, mouthFunnel 0.5, mouthPucker 0.6
    Tight = mouthPucker
    Wide = mouthStretch* 0.6, mouthSmile* 0.2, mouthDimple* 0.2
    Affricate = jawOpen 0.05, mouthFunnel 0.7, mouthLowerDown* 0.15
    Lip_Open = mouthUpperUp* 0.35, mouthLowerDown* 0.45
    Tongue_up = tongueTipUp
    Tongue_Raise = tongueBackUp
    Tongue_Out = tongueOut 0.6
    Tongue_Narrow =
    Tongue_Lower =
    Tongue_Curl_U = tongueBodyUp 0.6
    Tongue_Curl_D =
""")
_CC3_NAMES = {"Tight_O": "Tight-O", "Tongue_Curl_U": "Tongue_Curl-U", "Tongue_Curl_D": "Tongue_Curl-D"}
_SOURCE = "CC/iC Blender Tools"

SHAPES = (
    ShapeConvention("cc4_extended", "CC4 Extended", channels(_COMMON + _EXTENDED), _SOURCE, parts=True, minimum=6),
    ShapeConvention("cc3_plus_standard", "CC3+", channels(_COMMON + _STANDARD), _SOURCE, parts=True, minimum=6),
    ShapeConvention("cc_traditional_A01_A51", "CC A01 to A51", channels(_TRADITIONAL), _SOURCE, minimum=5),
    ShapeConvention("cc5_metahuman_style", "CC5", channels(_METAHUMAN_STYLE), _SOURCE, parts=True, minimum=6),
    ShapeConvention(
        "cc4_visemes",
        "CC4 visemes",
        {f"V_{name}": shape for name, shape in _VISEMES.items()},
        _SOURCE,
        kind="visemes",
        minimum=4,
        spellings={"V_Tight-O": "V_Tight_O"},
    ),
    ShapeConvention(
        "cc3_visemes",
        "CC3 visemes",
        {_CC3_NAMES.get(name, name): shape for name, shape in _VISEMES.items()},
        _SOURCE,
        kind="visemes",
        minimum=5,
    ),
)

DIRECT_VISEMES = (
    ShapeConvention(
        "cc_direct_15",
        "Reallusion direct visemes",
        {
            "EE": FRONT_CLOSE,
            "Er": LIQUID,
            "IH": FRONT_LAX,
            "Ah": OPEN,
            "Oh": BACK_MID,
            "W_OO": BACK_CLOSE,
            "S_Z": HISS,
            "Ch_J": HUSH,
            "F_V": LIP_TEETH,
            "TH": DENTAL,
            "T_L_D_N": RIDGE,
            "B_M_P": CLOSED,
            "K_G_H_NG": SOFT_PALATE,
            "AE": FRONT_OPEN,
            "R": mix("jawOpen 0.1, mouthFunnel 0.35, mouthPucker 0.4, tongueBodyUp 0.5"),
        },
        "CC/iC Blender Tools",
        kind="visemes",
        minimum=7,
        exact_case=True,
    ),
)

BONES = (
    BoneConvention(
        "cc_reallusion",
        "Character Creator",
        humanoid(
            """
            head=CC_Base_Head; spine1=CC_Base_Waist; pelvis=CC_Base_Hip; neck=CC_Base_NeckTwist01;
            spine3=CC_Base_Spine02; spine2=CC_Base_Spine01; jaw=CC_Base_JawRoot
            """,
            """
            shoulder=CC_Base_L_Upperarm; elbow=CC_Base_L_Forearm; wrist=CC_Base_L_Hand; hip=CC_Base_L_Thigh;
            knee=CC_Base_L_Calf; ankle=CC_Base_L_Foot; eye_smplhf=CC_Base_L_Eye; collar=CC_Base_L_Clavicle;
            foot=CC_Base_L_ToeBase; thumb1=CC_Base_L_Thumb1; thumb1=CC_Base_L_Finger00; thumb2=CC_Base_L_Thumb2;
            thumb2=CC_Base_L_Finger01; thumb3=CC_Base_L_Thumb3; thumb3=CC_Base_L_Finger02; index1=CC_Base_L_Index1;
            index1=CC_Base_L_Finger10; index2=CC_Base_L_Index2; index2=CC_Base_L_Finger11; index3=CC_Base_L_Index3;
            index3=CC_Base_L_Finger12; middle1=CC_Base_L_Mid1; middle1=CC_Base_L_Finger20; middle2=CC_Base_L_Mid2;
            middle2=CC_Base_L_Finger21; middle3=CC_Base_L_Mid3; middle3=CC_Base_L_Finger22; ring1=CC_Base_L_Ring1;
            ring1=CC_Base_L_Finger30; ring2=CC_Base_L_Ring2; ring2=CC_Base_L_Finger31; ring3=CC_Base_L_Ring3;
            ring3=CC_Base_L_Finger32; pinky1=CC_Base_L_Pinky1; pinky1=CC_Base_L_Finger40; pinky2=CC_Base_L_Pinky2;
            pinky2=CC_Base_L_Finger41; pinky3=CC_Base_L_Pinky3; pinky3=CC_Base_L_Finger42
            """,
            ("_L_", "_R_"),
        ),
        "CC/iC Blender Tools",
        signs=("CC_Base_Hip", "CC_Base_Head"),
        inert=("CC_Base_Pelvis", "CC_Base_NeckTwist02"),
    ),
)
