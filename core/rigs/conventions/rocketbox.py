# SPDX-License-Identifier: GPL-3.0-or-later
"""FACS action units as shape keys, in the spelling of Microsoft Rocketbox (AU_12_LipCornerPuller, halves AU_12_L_…).

Names: the blend shapes of the Microsoft Rocketbox avatars (MIT). Which ARKit shape an action unit is follows the definitions
of the Facial Action Coding System. ARKit's own shapes of the same avatars (AK_01_BrowDownLeft …) are matched as ARKit, their
visemes (AA_VI_00_Sil …) as Oculus.
"""

from __future__ import annotations

from .table import ShapeConvention, mixes

TABLES = (
    ShapeConvention(
        "facs_action_units",
        "FACS action units",
        mixes("""
        AU_01_InnerBrowRaiser = browInnerUp
        AU_02_L_OuterBrowRaiser = browOuterUpLeft
        AU_02_R_OuterBrowRaiser = browOuterUpRight
        AU_04_BrowLowerer = browDown*
        AU_05_L_UpperLidRaiser = eyeWideLeft
        AU_05_R_UpperLidRaiser = eyeWideRight
        AU_06_L_CheekRaiser = cheekSquintLeft
        AU_06_R_CheekRaiser = cheekSquintRight
        AU_07_LidTightener = eyeSquint*
        AU_09_NoseWrinkler = noseSneer*
        AU_10_UpperLipRaiser = mouthUpperUp*
        AU_12_L_LipCornerPuller = mouthSmileLeft
        AU_12_R_LipCornerPuller = mouthSmileRight
        AU_13_CheekPuffer = cheekPuff
        AU_14_Dimpler = mouthDimple*
        AU_15_LipCornerDepressor = mouthFrown*
        AU_16_LowerLipDepressor = mouthLowerDown*
        AU_17_ChinRaiser = mouthShrugLower
        AU_18_LipPuckerer = mouthPucker
        AU_20_LipStretcher = mouthStretch*
        AU_22_LipFunneler = mouthFunnel
        AU_24_LipPressor = mouthPress*
        AU_26_JawDrop = jawOpen
        AU_28_LipSuck = mouthRollLower, mouthRollUpper
        AU_43_L_EyeClosed = eyeBlinkLeft
        AU_43_R_EyeClosed = eyeBlinkRight
        AU_61_EyesTurnLeft = eyeLookOutLeft, eyeLookInRight
        AU_62_EyesTurnRight = eyeLookInLeft, eyeLookOutRight
        AU_63_EyesUp = eyeLookUp*
        AU_64_EyesDown = eyeLookDown*
    """),
        "Microsoft Rocketbox avatars; FACS definitions",
        minimum=8,
        spellings={
            f"AU{number}": name
            for number, name in (
                ("01", "AU_01_InnerBrowRaiser"),
                ("04", "AU_04_BrowLowerer"),
                ("07", "AU_07_LidTightener"),
                ("09", "AU_09_NoseWrinkler"),
                ("10", "AU_10_UpperLipRaiser"),
                ("14", "AU_14_Dimpler"),
                ("15", "AU_15_LipCornerDepressor"),
                ("16", "AU_16_LowerLipDepressor"),
                ("17", "AU_17_ChinRaiser"),
                ("18", "AU_18_LipPuckerer"),
                ("20", "AU_20_LipStretcher"),
                ("22", "AU_22_LipFunneler"),
                ("24", "AU_24_LipPressor"),
                ("26", "AU_26_JawDrop"),
                ("28", "AU_28_LipSuck"),
            )
        },
    ),
)
