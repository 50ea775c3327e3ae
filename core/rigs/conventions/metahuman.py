# SPDX-License-Identifier: GPL-3.0-or-later
"""MetaHuman: expression curves (CTRL_expressions_…) as shape keys on exported heads, and the UE5 skeleton.

Names: public lists of the skeletons and of the curves, and remapping projects; noseWrinkle, jawFwd, jawChinRaise and
tongueOut from other public lists. Parts of one ARKit shape (left, right, upper, lower) all follow it.
"""

from __future__ import annotations

from .table import BoneConvention, ShapeConvention, channels, humanoid
from .unreal import LEFT_LIMBS

_CURVES = """
    browDownL=browDownLeft browDownR=browDownRight browRaiseOuterL=browOuterUpLeft browRaiseOuterR=browOuterUpRight
    eyeBlinkL=eyeBlinkLeft eyeBlinkR=eyeBlinkRight eyeWidenL=eyeWideLeft eyeWidenR=eyeWideRight
    eyeSquintInnerL=eyeSquintLeft eyeSquintInnerR=eyeSquintRight eyeCheekRaiseL=cheekSquintLeft
    eyeCheekRaiseR=cheekSquintRight eyeLookUpL=eyeLookUpLeft eyeLookUpR=eyeLookUpRight eyeLookDownL=eyeLookDownLeft
    eyeLookDownR=eyeLookDownRight noseWrinkleL=noseSneerLeft noseWrinkleR=noseSneerRight
    mouthUpperLipRaiseL=mouthUpperUpLeft mouthUpperLipRaiseR=mouthUpperUpRight
    mouthLowerLipDepressL=mouthLowerDownLeft mouthLowerLipDepressR=mouthLowerDownRight mouthCornerPullL=mouthSmileLeft
    mouthCornerPullR=mouthSmileRight mouthStretchL=mouthStretchLeft mouthStretchR=mouthStretchRight
    mouthDimpleL=mouthDimpleLeft mouthDimpleR=mouthDimpleRight mouthCornerDepressL=mouthFrownLeft
    mouthCornerDepressR=mouthFrownRight mouthLipsPressL=mouthPressLeft mouthLipsPressR=mouthPressRight
    browRaiseInL=browInnerUp browRaiseInR=browInnerUp mouthCheekBlowL=cheekPuff mouthCheekBlowR=cheekPuff
    mouthUpperLipBiteL=mouthRollUpper mouthUpperLipBiteR=mouthRollUpper mouthLowerLipBiteL=mouthRollLower
    mouthLowerLipBiteR=mouthRollLower mouthLipsPurseUL=mouthPucker mouthLipsPurseUR=mouthPucker
    mouthLipsPurseDL=mouthPucker mouthLipsPurseDR=mouthPucker mouthFunnelUL=mouthFunnel mouthFunnelUR=mouthFunnel
    mouthFunnelDL=mouthFunnel mouthFunnelDR=mouthFunnel mouthLipsTogetherUL=mouthClose mouthLipsTogetherUR=mouthClose
    mouthLipsTogetherDL=mouthClose mouthLipsTogetherDR=mouthClose eyeLookLeftL=eyeLookOutLeft
    eyeLookLeftR=eyeLookInRight eyeLookRightL=eyeLookInLeft eyeLookRightR=eyeLookOutRight mouthLeft=mouthLeft
    mouthRight=mouthRight jawOpen=jawOpen jawLeft=jawLeft jawRight=jawRight jawFwd=jawForward
    jawChinRaiseDL=mouthShrugLower jawChinRaiseDR=mouthShrugLower tongueOut=tongueOut
"""

SHAPES = (
    ShapeConvention(
        "metahuman_ctrl_expressions",
        "MetaHuman",
        {f"CTRL_expressions_{name}": shape for name, shape in channels(_CURVES).items()},
        "public curve lists",
        spellings={f"expressions_{name}": f"CTRL_expressions_{name}" for name in channels(_CURVES)},
        parts=True,
        minimum=6,
    ),
)

BONES = (
    BoneConvention(
        "unreal_ue5_metahuman",
        "MetaHuman",
        humanoid(
            """
            pelvis=pelvis; spine1=spine_01; spine1=spine_02; spine2=spine_03; neck=neck_01; head=head; spine3=spine_04;
            spine3=spine_05; jaw=FACIAL_C_Jaw
            """,
            LEFT_LIMBS + "; eye_smplhf=FACIAL_L_Eye",
            ("_l", "_r", "_L_", "_R_"),
        ),
        "public UE5 and MetaHuman skeleton lists",
        signs=("spine_05", "neck_02"),
        inert=(
            "root",
            "neck_02",
            *(f"{finger}_metacarpal_{side}" for finger in ("index", "middle", "ring", "pinky") for side in "lr"),
        ),
    ),
)
