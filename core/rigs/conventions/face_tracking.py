# SPDX-License-Identifier: GPL-3.0-or-later
"""Shapes that avatars have for face tracking by headsets: Unified Expressions, SRanipal (HTC Vive), Meta's (Quest Pro).

Names: the public lists of VRCFaceTracking, of HTC's SRanipal SDK and of Meta's Movement SDK. Which ARKit shape one is follows
VRCFaceTracking's public comparison of the three; what ARKit has no shape for is left out.
"""

from __future__ import annotations

from .table import Mix, ShapeConvention, mixes

_PREFIXES = ("ft", "vrcft", "ue", "face", "head", "sr", "sranipal", "fb", "bs", "exp")


def _both_sides(text: str) -> dict[str, Mix]:
    """Read lines "native name = mix", where # stands for Left and then for Right (or L and R behind ~)."""
    rows = []
    for row in filter(None, map(str.strip, text.splitlines())):
        native, shape = row.split("=")
        for side in ("Left", "Right") if "#" in row or "~" in row else ("",):
            rows.append(f"{native.replace('#', side).replace('~', side[:1])}={shape.replace('#', side)}")
    return mixes("\n".join(rows))


_WHOLE = _both_sides("""
    EyeClosed# = eyeBlink#
    MouthClosed = mouthClose
    MouthSad# = mouthFrown#
    MouthCornerPull# = mouthSmile#
    LipSuckUpper = mouthRollUpper
    LipSuckLower = mouthRollLower
    LipFunnel = mouthFunnel
    LipPucker = mouthPucker
    MouthUpperUp = mouthUpperUp*
    MouthLowerDown = mouthLowerDown*
    MouthRaiserUpper = mouthShrugUpper
    MouthRaiserLower = mouthShrugLower
""")
_SPLIT = _both_sides("""
    LipSuckUpper# = mouthRollUpper
    LipSuckLower# = mouthRollLower
    LipFunnelUpper = mouthFunnel
    LipFunnelLower = mouthFunnel
    LipFunnelUpper# = mouthFunnel
    LipFunnelLower# = mouthFunnel
    LipPuckerUpper = mouthPucker
    LipPuckerLower = mouthPucker
    LipPuckerUpper# = mouthPucker
    LipPuckerLower# = mouthPucker
    LipPucker# = mouthPucker
    CheekPuff# = cheekPuff
    BrowLowerer# = browDown#
    BrowPinch# = browDown#
""")
_SRANIPAL = _both_sides("""
    Jaw_Open = jawOpen
    Jaw_Forward = jawForward
    Jaw_# = jaw#
    Mouth_Pout = mouthPucker
    Mouth_Upper_Overturn = mouthFunnel
    Mouth_Lower_Overturn = mouthFunnel
    Mouth_Smile_# = mouthSmile#
    Mouth_Sad_# = mouthFrown#
    Mouth_Upper_Up# = mouthUpperUp#
    Mouth_Lower_Down# = mouthLowerDown#
    Mouth_Upper_Inside = mouthRollUpper
    Mouth_Lower_Inside = mouthRollLower
    Mouth_Lower_Overlay = mouthShrugLower
    Cheek_Puff_# = cheekPuff
    Eye_#_Blink = eyeBlink#
    Eye_#_Wide = eyeWide#
    Eye_#_Squeeze = eyeSquint#
    Eye_#_Up = eyeLookUp#
    Eye_#_Down = eyeLookDown#
    Eye_Left_Left = eyeLookOutLeft
    Eye_Left_Right = eyeLookInLeft
    Eye_Right_Left = eyeLookInRight
    Eye_Right_Right = eyeLookOutRight
    Tongue_LongStep1 = tongueOut
""")
_META = _both_sides("""
    JawDrop = jawOpen
    JawThrust = jawForward
    JawSideways# = jaw#
    LipsToward = mouthClose
    LipPucker~ = mouthPucker
    LipFunneler~B = mouthFunnel
    LipFunneler~T = mouthFunnel
    LipSuck~B = mouthRollLower
    LipSuck~T = mouthRollUpper
    LipCornerPuller~ = mouthSmile#
    LipCornerDepressor~ = mouthFrown#
    LipStretcher~ = mouthStretch#
    LipPressor~ = mouthPress#
    LowerLipDepressor~ = mouthLowerDown#
    UpperLipRaiser~ = mouthUpperUp#
    Dimpler~ = mouthDimple#
    ChinRaiserB = mouthShrugLower
    ChinRaiserT = mouthShrugUpper
    CheekPuff~ = cheekPuff
    CheekRaiser~ = cheekSquint#
    NoseWrinkler~ = noseSneer#
    EyesClosed~ = eyeBlink#
    LidTightener~ = eyeSquint#
    UpperLidRaiser~ = eyeWide#
    EyesLookUp~ = eyeLookUp#
    EyesLookDown~ = eyeLookDown#
    EyesLookLeftL = eyeLookOutLeft
    EyesLookLeftR = eyeLookInRight
    EyesLookRightL = eyeLookInLeft
    EyesLookRightR = eyeLookOutRight
    InnerBrowRaiser~ = browInnerUp
    OuterBrowRaiser~ = browOuterUp#
    BrowLowerer~ = browDown#
""")

SHAPES = (
    ShapeConvention(
        "unified_expressions",
        "Unified Expressions",
        _WHOLE,
        "VRCFaceTracking, Unified Expressions: shapes beside those that are called as ARKit's",
        prefixes=_PREFIXES,
        minimum=2,
    ),
    ShapeConvention(
        "unified_expressions_split",
        "Unified Expressions, split shapes",
        _SPLIT,
        "VRCFaceTracking, Unified Expressions",
        prefixes=_PREFIXES,
        parts=True,
        minimum=4,
    ),
    ShapeConvention(
        "sranipal",
        "SRanipal",
        _SRANIPAL,
        "HTC SRanipal SDK; VRCFaceTracking",
        prefixes=_PREFIXES,
        spellings={f"{side}_Eye_Blink": f"Eye_{side}_Blink" for side in ("Left", "Right")},
        parts=True,
        minimum=6,
    ),
    ShapeConvention(
        "meta_face_tracking",
        "Meta face tracking",
        _META,
        "Meta Movement SDK, face expressions",
        prefixes=_PREFIXES,
        parts=True,
        minimum=6,
    ),
)
