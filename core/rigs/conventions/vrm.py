# SPDX-License-Identifier: GPL-3.0-or-later
"""VRM 0 and 1: expression presets (five Japanese vowels, blinks, gaze, moods) and the humanoid's bones.

Names: VRM specification (BlendShapePreset, ExpressionPreset, humanoid), VRM Add-on for Blender. Mixes are ours, by eye.
The moods pose the whole face and often close the eyes, so speech leaves them alone.
"""

from __future__ import annotations

from .table import BoneConvention, ShapeConvention, humanoid, mix

# Japanese vowels as stylized faces pose them: larger than life, i broad, u compressed rather than pouted.
A = mix("jawOpen 0.6, mouthLowerDown* 0.2, mouthUpperUp* 0.15")
I = mix(  # noqa: E741
    "jawOpen 0.12, mouthLowerDown* 0.2, mouthUpperUp* 0.12, mouthStretch* 0.5, mouthSmile* 0.15, tongueBodyUp 0.7"
)
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

SHAPES = (
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

_CENTRE = "pelvis=hips; spine1=spine; spine2=chest; spine3=upperChest; neck=neck; head=head; jaw=jaw"
_LIMBS = """
    eye_smplhf=leftEye; collar=leftShoulder; shoulder=leftUpperArm; elbow=leftLowerArm; wrist=leftHand;
    hip=leftUpperLeg; knee=leftLowerLeg; ankle=leftFoot; foot=leftToes;
"""
_FINGERS = """
    index1=leftIndexProximal; index2=leftIndexIntermediate; index3=leftIndexDistal;
    middle1=leftMiddleProximal; middle2=leftMiddleIntermediate; middle3=leftMiddleDistal;
    ring1=leftRingProximal; ring2=leftRingIntermediate; ring3=leftRingDistal; pinky1=leftLittleProximal;
    pinky2=leftLittleIntermediate; pinky3=leftLittleDistal
"""
_VRM1_THUMB = "thumb1=leftThumbMetacarpal; thumb2=leftThumbProximal; thumb3=leftThumbDistal;"
_VRM0_THUMB = "thumb1=leftThumbProximal; thumb2=leftThumbIntermediate; thumb3=leftThumbDistal;"


BONES = (
    BoneConvention(
        "vrm1_humanoid",
        "VRM 1 humanoid",
        humanoid(_CENTRE, _LIMBS + _VRM1_THUMB + _FINGERS, ("left", "right")),
        "VRM 1.0 specification, humanoid",
        signs=("leftUpperArm", "upperChest"),
    ),
    BoneConvention(
        "vrm0_humanoid",
        "VRM 0 humanoid",
        humanoid(_CENTRE, _LIMBS + _VRM0_THUMB + _FINGERS, ("left", "right")),
        "VRM 0.x specification, humanoid",
        signs=("leftThumbIntermediate",),
    ),
)
