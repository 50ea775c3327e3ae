# SPDX-License-Identifier: GPL-3.0-or-later
"""Which conventions a set of key names follows, in all their spellings, and that nothing is driven twice."""

from __future__ import annotations

import pytest

from core.motion.face import ARKIT_NAMES
from core.rigs.conventions import shape_conventions
from core.rigs.detection.shape_keys import LIPS, PARTS, choose, detect, speech_likeness


def names_of(identifier: str) -> list[str]:
    return list(shape_conventions()[identifier].mixes)


def short_side(name: str) -> str:
    return name.replace("Left", "_L").replace("Right", "_R") if name.endswith(("Left", "Right")) else name


def snake(name: str) -> str:
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in name)


SPELLINGS = {
    "camel": lambda name: name,
    "Pascal": lambda name: name[0].upper() + name[1:],
    "snake": snake,
    "UPPER": str.upper,
    "side": short_side,
    "side dot": lambda name: short_side(name).replace("_", "."),
    "spaces": lambda name: snake(name).replace("_", " ").title(),
    "head_": lambda name: "head_" + name,
    "Blendshape1.": lambda name: "Blendshape1." + name,
    "bs.": lambda name: "bs." + name,
    "facs_bs_…_div2": lambda name: f"facs_bs_{name}_div2",
    "unheard of prefix": lambda name: "Zork7_" + name,
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_arkit_in_its_spellings(spelling):
    keys = [SPELLINGS[spelling](name) for name in ARKIT_NAMES]
    match = detect(keys)[0]
    assert str(match) == "ARKit 52 of 52"
    assert [match.convention.mixes[match.keys[key]] for key in keys] == [{name: 1.0} for name in ARKIT_NAMES]


def test_rocketbox_numbers_its_keys():
    keys = [f"AK_{index + 1:02d}_{name[0].upper()}{name[1:]}" for index, name in enumerate(sorted(ARKIT_NAMES))]
    keys += ["AU_12_LipCornerPuller", "SR_21_Jaw_Open", "HB_08_TongueOut", "_Neutral"]
    choice = choose(detect(keys))
    assert len(choice.keys) == 52 and all(key.startswith("AK_") for key in choice.keys)


@pytest.mark.parametrize("identifier", [name for name in shape_conventions() if name != "faceit"])
def test_each_convention_is_recognised_by_its_own_names(identifier):
    assert identifier in {match.convention.identifier for match in detect(names_of(identifier))}


def test_missing_names_are_listed():
    keys = [name for name in ARKIT_NAMES if name not in ("tongueOut", "cheekPuff")]
    match = detect(keys)[0]
    assert str(match) == "ARKit 50 of 52" and not {"cheekPuff", "tongueOut"} & set(match.keys.values())


def test_other_keys_are_not_taken_for_a_face():
    for keys in (["Key 1", "Key 2", "Fat", "Thin"], ["Basis"], [], ["A", "Left", "Right"], ["Bigger eyes", "age"]):
        assert choose(detect(keys)).keys == {}


def test_half_width_kana_match():
    choice = choose(detect(["あ", "い", "う", "え", "お", "ｳｨﾝｸ２", "ｳｨﾝｸ２右", "まばたき"]))
    assert choice.keys["ｳｨﾝｸ２"] == {"eyeBlinkLeft": 1.0}
    assert choice.keys["ｳｨﾝｸ２右"] == {"eyeBlinkRight": 1.0}
    assert "まばたき" not in choice.keys  # both eyes are driven one by one already


@pytest.mark.parametrize(
    "groups",
    [
        ("arkit_52", "oculus_meta_15", "ready_player_me_extras"),
        ("cc4_extended", "cc4_visemes"),
        ("vrm0_presets", "mmd_morphs"),
        ("oculus_meta_15", "ready_player_me_extras"),
        ("arkit_52", "facs_action_units"),
        ("vroid_shape_keys", "vrm1_presets"),
        ("microsoft_22", "loose"),
    ],
)
def test_nothing_is_driven_twice(groups):
    keys = [name for group in groups for name in names_of(group)]
    choice = choose(detect(keys))
    used = {match.convention.identifier: match for match, _ in choice.used}
    for part, names in PARTS.items():
        if part in ("lips", "tongue"):
            continue
        for name in names:
            users = [key for key, mix in choice.keys.items() if mix == {name: 1.0}]
            parts = any(match.convention.parts for match in used.values())
            assert len(users) <= 1 or parts, (name, users)
    poses = [key for key, mix in choice.keys.items() if len(mix) > 2 and set(mix) & LIPS]
    jaws = [key for key, mix in choice.keys.items() if mix == {"jawOpen": 1.0}]
    assert not (poses and jaws), "a viseme and jawOpen would both open the mouth"


def test_arkit_mouth_is_preferred_to_visemes():
    choice = choose(detect([*ARKIT_NAMES, *names_of("oculus_meta_15")]))
    assert set(choice.keys) == set(ARKIT_NAMES)


def test_visemes_speak_where_only_the_eyes_are_arkit():
    eyes = [name for name in ARKIT_NAMES if name.startswith(("eye", "brow"))]
    choice = choose(detect([*eyes, "jawOpen", *names_of("oculus_meta_15")]))
    assert set(eyes) <= set(choice.keys) and "jawOpen" not in choice.keys
    assert "viseme_aa" in choice.keys and "viseme_PP" in choice.keys


def test_moods_are_left_alone():
    choice = choose(detect(names_of("vrm1_presets")))
    assert not {"happy", "angry", "sad", "relaxed", "surprised"} & set(choice.keys)
    assert {"aa", "ih", "ou", "ee", "oh", "blinkLeft", "blinkRight", "lookLeft"} <= set(choice.keys)


def test_brows_of_mmd_reach_both_ends():
    choice = choose(detect(names_of("mmd_morphs")))
    shown = {name for mix in choice.keys.values() for name in mix}
    assert PARTS["brows"] <= shown and {"にっこり", "あ", "ん"} <= set(choice.keys)


@pytest.mark.parametrize(
    ("keys", "shown"),
    [
        (
            ["あ.001", "い.001", "う.001", "え.001", "お.001", "まばたき.001"],
            {"あ.001": "jawOpen", "お.001": "mouthFunnel"},
        ),
        (["口_あ", "口_い", "口_う", "口_え", "口_お"], {"口_あ": "jawOpen", "口_う": "mouthPucker"}),
        (["ｱ", "ｲ", "ｳ", "ｴ", "ｵ"], {"ｱ": "jawOpen"}),
        (["Head.A", "Head.E", "Head.I", "Head.O", "Head.U"], {"Head.A": "jawOpen"}),
        (["M_Ah", "M_Ee", "M_Oh", "M_Oo", "M_Mm"], {"M_Mm": "mouthRollLower", "M_Oo": "mouthPucker"}),
        (["A", "E", "I", "O", "U", "M", "F"], {"M": "mouthRollLower", "F": "mouthShrugLower"}),
        (
            ["AU1", "AU12", "AU12_R", "AU_22", "AU26_JawDrop", "AU45"],
            {"AU26_JawDrop": "jawOpen", "AU45": "eyeBlinkLeft"},
        ),
        (
            ["JawDrop", "LipsToward", "LipFunnelerLB", "LipFunnelerLT", "EyesClosedL", "LipPuckerR"],
            {"LipFunnelerLT": "mouthFunnel"},
        ),
        (
            ["Jaw_Open", "Mouth_Pout", "Mouth_Smile_Left", "Eye_Left_Blink", "Eye_Right_Blink", "Mouth_Sad_Left"],
            {"Mouth_Pout": "mouthPucker"},
        ),
        (["JawOpen", "MouthClosed", "LipFunnel", "LipPucker", "EyeClosedLeft"], {"MouthClosed": "mouthClose"}),
        (
            [f"LipPucker{half}{side}" for half in ("Upper", "Lower") for side in ("Left", "Right")],
            {"LipPuckerLowerLeft": "mouthPucker"},
        ),
        (
            [
                "Expressions_mouthOpen_max",
                "Expressions_mouthSmile_min",
                "Expressions_eyeClosedL_max",
                "Expressions_jawOut_max",
            ],
            {"Expressions_mouthOpen_max": "jawOpen"},
        ),
    ],
)
def test_names_of_tools_and_copies(keys, shown):
    chosen = choose(detect(keys)).keys
    assert all(shape in chosen[key] for key, shape in shown.items())


def test_of_a_key_and_its_copy_one_is_driven():
    chosen = choose(detect(["あ", "い", "う", "え", "お", "あ.001", "い.001", "jawForward", "jawForward.001"])).keys
    assert set(chosen) == {"あ", "い", "う", "え", "お", "jawForward"}


def test_a_series_of_letters_is_no_mouth():
    assert choose(detect([f"Outfit_{letter}" for letter in "ABCDEFGHIJKLM"])).keys == {}


def test_sets_of_programs_go_before_names_by_hand():
    used = choose(detect(["mouth_a", "mouth_i", "mouth_u", "mouth_e", "mouth_o"])).used
    assert [match.convention.identifier for match, _ in used] == ["vrm0_presets"]


def test_names_by_hand():
    choice = choose(detect(["Blink.L", "Blink.R", "Mouth Open", "Smile", "Brows Up"]))
    assert choice.keys["Blink.L"] == {"eyeBlinkLeft": 1.0} and choice.keys["Mouth Open"] == {"jawOpen": 1.0}
    assert len(choice.keys) == 5


def test_how_well_sets_speak():
    tables = shape_conventions()
    full = speech_likeness(list(tables["arkit_52"].mixes.values()))
    visemes = speech_likeness([mix for mix in tables["oculus_meta_15"].mixes.values() if mix])
    vowels = speech_likeness([tables["vrm1_presets"].mixes[name] for name in ("aa", "ih", "ou", "ee", "oh")])
    jaw = speech_likeness([{"jawOpen": 1.0}])
    assert full == 1.0 and visemes > 0.97 and vowels > 0.95 and jaw < 0.85 and visemes > vowels > jaw
