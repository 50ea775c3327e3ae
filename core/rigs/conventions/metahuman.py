# SPDX-License-Identifier: GPL-3.0-or-later
"""MetaHuman's expression curves (CTRL_expressions_…), as shape keys on exported heads.

Names: public lists of the curves and remapping projects; noseWrinkle, jawFwd, jawChinRaise and tongueOut from other public
lists. Parts of one ARKit shape (left, right, upper, lower) all follow it.
"""

from __future__ import annotations

from .reallusion import channels
from .table import ShapeConvention

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

TABLES = (
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
