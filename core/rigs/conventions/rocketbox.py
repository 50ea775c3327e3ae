# SPDX-License-Identifier: GPL-3.0-or-later
"""Microsoft Rocketbox avatars: FACS action units as shape keys (AU_12_LipCornerPuller, halves AU_12_L_…), bones of body
and face.

Names: the Microsoft Rocketbox avatars (MIT), whose neck and lids were added. Which ARKit shape an action unit is
follows the definitions of the Facial Action Coding System. ARKit's own shapes of the same avatars (AK_01_BrowDownLeft
…) are matched as ARKit, their visemes (AA_VI_00_Sil …) as Oculus.
"""

from __future__ import annotations

from .control_table import ControlTable, both_sides
from .table import BoneConvention, ShapeConvention, humanoid, mixes

SHAPES = (
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

BONES = (
    BoneConvention(
        "microsoft_rocketbox",
        "Microsoft Rocketbox",
        humanoid(
            """
            head=Head; jaw=MJaw; spine2=Spine2; spine1=Spine1; pelvis=Pelvis; neck=Neck
            """,
            """
            eye_smplhf=LEye; collar=L Clavicle; shoulder=L UpperArm; elbow=L Forearm; wrist=L Hand; hip=L Thigh;
            knee=L Calf; ankle=L Foot; foot=L Toe0; thumb1=L Finger0; thumb2=L Finger01; thumb3=L Finger02;
            index1=L Finger1; index2=L Finger11; index3=L Finger12; middle1=L Finger2; middle2=L Finger21;
            middle3=L Finger22; ring1=L Finger3; ring2=L Finger31; ring3=L Finger32; pinky1=L Finger4;
            pinky2=L Finger41; pinky3=L Finger42; lid_upper=LEyeBlinkTop; lid_lower=LEyeBlinkBottom
            """,
            ("L", "R"),
        ),
        "Microsoft Rocketbox avatars (MIT)",
        signs=("MJaw",),
        prefixes=("Bip01", "Bip02"),
    ),
)

CONTROLS = ControlTable(
    "rocketbox",
    {
        "lip_upper": "MUpperLip",
        "lip_lower": "MBottomLip",
        "tongue": "MTongue",
        **both_sides(
            {
                "lip_corner": "LMouthCorner",
                "lip_upper": "LUpperlip",
                "lip_lower": "LMouthBottom",
                "brow_inner": "LInnerEyebrow",
                "brow_outer": "LOuterEyebrow",
                "cheek": "LCheek",
            },
            ("L", "R"),
        ),
    },
)
