# SPDX-License-Identifier: GPL-3.0-or-later
"""VRM 0 and 1 presets and VRoid Studio's mesh shapes: five Japanese vowels, blinks, gaze, moods.

Names: VRM specification (BlendShapePreset, ExpressionPreset), VRM Add-on for Blender, VRoid Studio exports. Mixes are ours.
The moods pose the whole face and often close the eyes, so speech leaves them alone.
"""

from __future__ import annotations

from .table import ShapeConvention, mix

# Japanese vowels as stylized faces pose them: larger than life, i broad, u compressed rather than pouted.
A = mix("jawOpen 0.6, mouthLowerDown* 0.2, mouthUpperUp* 0.15")
I = mix("jawOpen 0.12, mouthLowerDown* 0.2, mouthUpperUp* 0.12, mouthStretch* 0.5, mouthSmile* 0.15, tongueBodyUp 0.7")  # noqa: E741
U = mix("jawOpen 0.14, mouthFunnel 0.25, mouthPucker 0.75, tongueBackUp 0.3")
E = mix("jawOpen 0.34, mouthLowerDown* 0.2, mouthUpperUp* 0.15, mouthStretch* 0.35, tongueBodyUp 0.3")
O = mix("jawOpen 0.4, mouthFunnel 0.55, mouthPucker 0.3")  # noqa: E741
HAPPY = mix("mouthSmile* 0.7, cheekSquint* 0.5, eyeSquint* 0.4, browOuterUp* 0.2")
ANGRY = mix("browDown* 0.9, mouthFrown* 0.5, noseSneer* 0.2, eyeSquint* 0.2")
SAD = mix("browInnerUp 0.8, mouthFrown* 0.5, eyeSquint* 0.15")
RELAXED = mix("mouthSmile* 0.4, eyeSquint* 0.3, browInnerUp 0.1")
SURPRISED = mix("browInnerUp 0.8, browOuterUp* 0.8, eyeWide* 0.7, jawOpen 0.3")
_LOOK_LEFT = mix("eyeLookOutLeft, eyeLookInRight")
_LOOK_RIGHT = mix("eyeLookInLeft, eyeLookOutRight")

_VRM1_MOODS = {"neutral": {}, "happy": HAPPY, "angry": ANGRY, "sad": SAD, "relaxed": RELAXED, "surprised": SURPRISED}
_VRM0_MOODS = {"joy": HAPPY, "angry": ANGRY, "sorrow": SAD, "fun": RELAXED, "neutral": {}, "unknown": {}}
_VROID_MOODS = {
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

TABLES = (
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
            **_VROID_MOODS,
        },
        "VRoid Studio exports",
        kind="visemes",
        moods=frozenset(_VROID_MOODS),
        minimum=3,
        prefixes=("face.m_f00_000_00_", "m_f00_000_00_", "face_", "blendshape_"),
    ),
    ShapeConvention(
        "vrm1_presets",
        "VRM 1",
        {
            "aa": A,
            "ih": I,
            "ou": U,
            "ee": E,
            "oh": O,
            "blink": mix("eyeBlink*"),
            "blinkLeft": mix("eyeBlinkLeft"),
            "blinkRight": mix("eyeBlinkRight"),
            "lookUp": mix("eyeLookUp*"),
            "lookDown": mix("eyeLookDown*"),
            "lookLeft": _LOOK_LEFT,
            "lookRight": _LOOK_RIGHT,
            **_VRM1_MOODS,
        },
        "VRM 1.0 ExpressionPreset",
        kind="visemes",
        moods=frozenset(_VRM1_MOODS),
        minimum=4,
        prefixes=("vrm_", "preset_", "expression_", "vrm1_"),
    ),
    ShapeConvention(
        "vrm0_presets",
        "VRM 0",
        {
            "a": A,
            "i": I,
            "u": U,
            "e": E,
            "o": O,
            "blink": mix("eyeBlink*"),
            "blink_l": mix("eyeBlinkLeft"),
            "blink_r": mix("eyeBlinkRight"),
            "lookup": mix("eyeLookUp*"),
            "lookdown": mix("eyeLookDown*"),
            "lookleft": _LOOK_LEFT,
            "lookright": _LOOK_RIGHT,
            **_VRM0_MOODS,
        },
        "VRM 0.x BlendShapePreset",
        kind="visemes",
        moods=frozenset(_VRM0_MOODS),
        minimum=4,
        exact_case=True,
        prefixes=("vrm_", "mouth_", "Mouth_", "MTH_", "mth_", "preset_", "vowel_", "viseme_", "lip_"),
        spellings={
            "A": "a",
            "I": "i",
            "U": "u",
            "E": "e",
            "O": "o",
            "Blink": "blink",
            "Blink_L": "blink_l",
            "Blink_R": "blink_r",
            "LookUp": "lookup",
            "LookDown": "lookdown",
            "LookLeft": "lookleft",
            "LookRight": "lookright",
        },
    ),
)
