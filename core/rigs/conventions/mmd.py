# SPDX-License-Identifier: GPL-3.0-or-later
"""MikuMikuDance: morphs, Japanese and English, and the semi-standard bones.

Names: public morph and bone lists of MMD models and mmd_tools; names are compared after NFKC, so half-width kana match.
Mixes are ours, by eye. The convention for lip sync is the five vowels and ん. The plain names 上, 下 and 前 are brow morphs
in the usual layout.
"""

from __future__ import annotations

from .table import BoneConvention, ShapeConvention, humanoid, mixes
from .vrm import A, E, I, O, U

_MOUTH = mixes("""
    えー = jawOpen 0.28, mouthStretch* 0.6, mouthLowerDown* 0.2
    ん = mouthPress* 0.4, mouthRollLower 0.2, mouthRollUpper 0.2
    あ２ = jawOpen 0.85, mouthLowerDown* 0.3, mouthUpperUp* 0.2
    ワ = jawOpen 0.55, mouthSmile* 0.5
    ω = mouthSmile* 0.4, mouthPucker 0.3
    ▲ = jawOpen 0.3, mouthFrown* 0.4
    ∧ = mouthFrown* 0.8
    □ = jawOpen 0.5, mouthStretch* 0.5
    にやり = mouthSmile* 0.7
    にっこり = mouthSmile*
    ぺろっ = tongueOut 0.6
    てへぺろ = tongueOut, mouthSmile* 0.4
    口角上げ = mouthSmile* 0.6
    口角下げ = mouthFrown* 0.6
    口横広げ = mouthStretch* 0.8
""")
_EYES = mixes("""
    まばたき = eyeBlink*
    ウィンク２ = eyeBlinkLeft
    ｳｨﾝｸ２右 = eyeBlinkRight
    ウィンク２右 = eyeBlinkRight
    ウィンク = eyeBlinkLeft, cheekSquintLeft 0.5
    ウィンク右 = eyeBlinkRight, cheekSquintRight 0.5
    びっくり = eyeWide*
    じと目 = eyeSquint* 0.9
    ｷﾘｯ = eyeSquint* 0.4
""")
_BROWS = mixes("""
    困る = browInnerUp
    怒り = browDown*
    上 = browInnerUp, browOuterUp*
    下 = browDown* 0.6
    真面目 = browDown* 0.45
    前 = browDown* 0.3
    眉頭左 = browDownLeft 0.4
    眉頭右 = browDownRight 0.4
""")
# Poses of several parts at once, and what no canonical shape says.
_MOODS = mixes("""
    笑い = eyeBlink* 0.9, cheekSquint* 0.8
    なごみ = eyeBlink*
    はぅ = eyeBlink*, eyeSquint*
    にこり = mouthSmile* 0.4, browOuterUp* 0.3
    喜び = mouthSmile* 0.6, cheekSquint* 0.5
    悲しむ = browInnerUp 0.7, mouthFrown* 0.4
    瞳小 =
    照れ =
    涙 =
""")
# fmt: off
_SPECIAL_MOUTHS = frozenset(("ワ", "ω", "▲", "∧", "□", "あ２", "てへぺろ", "にやり", "ウィンク", "ウィンク右", "ｷﾘｯ", "前", "えー",
                             "口角上げ", "口角下げ", "真面目", "下"))
# fmt: on
# English names that mmd_tools and exporters give to the same morphs.
_ENGLISH = {
    "Mouth A": "あ",
    "Mouth I": "い",
    "Mouth U": "う",
    "Mouth E": "え",
    "Mouth O": "お",
    "Mouth N": "ん",
    "Ah": "あ",
    "Ch": "い",
    "Oh": "お",
    "Blink": "まばたき",
    "Wink 2": "ウィンク２",
    "Wink 2 Right": "ウィンク２右",
    "Wink": "ウィンク",
    "Wink Right": "ウィンク右",
    "Wink-a": "ウィンク",
    "Wink-b": "ウィンク２",
    "Wink-c": "ウィンク２右",
    "Surprised": "びっくり",
    "Stare": "じと目",
    "Trouble": "困る",
    "Sadness": "困る",
    "Anger": "怒り",
    "Upper": "上",
    "Lower": "下",
    "Serious": "真面目",
    "Grin": "にやり",
    "Smile Mouth": "にっこり",
    "Pero": "ぺろっ",
    "Smile": "笑い",
    "Calm": "なごみ",
    "Cheerful": "にこり",
    "ウィンク2": "ウィンク２",
    "ウィンク2右": "ウィンク２右",
    "キリッ": "ｷﾘｯ",
    "あ2": "あ２",
    **dict(zip("アイウエオン", "あいうえおん")),
}

SHAPES = (
    ShapeConvention(
        "mmd_morphs",
        "MMD",
        {"あ": A, "い": I, "う": U, "え": E, "お": O, **_MOUTH, **_EYES, **_BROWS, **_MOODS},
        "public MMD morph lists; mmd_tools",
        kind="visemes",
        moods=frozenset(_MOODS) | _SPECIAL_MOUTHS,
        spellings=_ENGLISH,
        minimum=4,
    ),
)

_BONES = humanoid(
    """
        head=頭; neck=首; spine2=上半身2; spine1=上半身; pelvis=センター
    """,
    """
        eye_smplhf=左目; collar=左肩; shoulder=左腕; elbow=左ひじ; wrist=左手; wrist=左手首; hip=左足; knee=左ひざ;
        ankle=左足首; foot=左つま先;
        foot=左足先EX; thumb1=左親指０; thumb2=左親指１; thumb3=左親指２; index1=左人指１; index2=左人指２;
        index3=左人指３; middle1=左中指１;
        middle2=左中指２; middle3=左中指３; ring1=左薬指１; ring2=左薬指２; ring3=左薬指３; pinky1=左小指１;
        pinky2=左小指２; pinky3=左小指３
    """,
    ("左", "右"),
)

BONES = (
    BoneConvention(
        "mmd_bones",
        "MMD",
        _BONES,
        "MMD semi-standard bones; mmd_tools",
        signs=("センター", "上半身"),
        # mmd_tools turns 左腕 into 腕.L
        spellings={
            f"{bone[1:]}.{mark}": bone
            for bone in _BONES
            for side, mark in (("左", "L"), ("右", "R"))
            if bone[0] == side
        },
    ),
)
