# SPDX-License-Identifier: GPL-3.0-or-later
"""The phone inventory and its notations."""

import pytest

from core.models.speech import phones
from core.models.speech.phones import (
    INVENTORY,
    PHONES,
    SILENCE,
    SYMBOLS,
    from_arpabet,
    from_festival,
    from_ipa,
    to_arpabet,
)

LIP_CLASS = {
    "SIL": "SIL",
    **dict.fromkeys("P B M".split(), "CLOSED"),
    **dict.fromkeys("F V".split(), "FV"),
    **dict.fromkeys("W UW UH OW AO OY ER R SH CH JH ZH".split(), "ROUND"),
    **dict.fromkeys("AA AE AH AY AW EH EY".split(), "OPEN"),
}


def test_inventory_is_consistent():
    assert len(set(SYMBOLS)) == len(SYMBOLS) and 60 <= len(SYMBOLS) <= 75 and SYMBOLS[0] == SILENCE
    for phone in INVENTORY:
        assert 0 <= phone.height <= 1 and 0 <= phone.backness <= 1 and 0 <= phone.rounding <= 1
        if phone.kind == "consonant":
            assert phone.place in phones.PLACES and phone.manner in phones.MANNERS
            assert phone.nasal == (phone.manner == "nasal")
        if phone.kind == "diphthong":
            assert all(PHONES[part].kind == "vowel" for part in phone.parts) and len(phone.parts) == 2


def test_lip_classes_agree_with_the_articulation():
    for phone in INVENTORY:
        lips = LIP_CLASS.get(to_arpabet(phone.symbol), "OTHER")
        if phone.place == "bilabial" and phone.manner != "approximant":
            assert lips == "CLOSED", phone
        if phone.place == "labiodental":
            assert lips == "FV", phone
        if phone.rounding >= 0.4:
            assert lips == "ROUND", phone
        if lips == "ROUND":
            assert phone.rounding >= 0.4, phone


ARPABET = "AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH"


@pytest.mark.parametrize("name", ARPABET.split())
def test_arpabet_comes_back_in_its_lip_class(name):
    for stress in ("", "0", "1", "2"):
        (symbol,) = from_arpabet(name + stress)
        assert LIP_CLASS.get(to_arpabet(symbol), "OTHER") == LIP_CLASS.get(name, "OTHER")


def test_arpabet_details():
    assert from_arpabet("AH0") == ("ə",) and from_arpabet("AH1") == ("ʌ",) and from_arpabet("ax") == ("ə",)
    assert from_arpabet("pau") == from_arpabet("h#") == from_arpabet("<sil>") == (SILENCE,)
    assert from_arpabet("+SPN+") == ()


@pytest.mark.parametrize(
    "text, expected",
    [
        ("ˈm", ("m",)),
        ("eː", ("e",)),
        ("t͡ʃ", ("tʃ",)),
        ("ɔ̃ː", ("ɔ̃",)),
        ("ç", ("ç",)),
        ("ɑːɹ", ("ɑ", "ɹ")),
        ("œ̃", ("ɛ̃",)),
        ("tɕʰ", ("tɕ",)),
        ("əl", ("ə", "l")),
        ("g", ("ɡ",)),
        ("ʉ̃", ("y",)),
        ("ɛi", ("eɪ",)),
        ("œy", ("œ", "y")),
        ("SPN", ()),
        ("SIL", (SILENCE,)),
        ("p̪f", ("p", "f")),
    ],
)
def test_ipa(text, expected):
    assert from_ipa(text) == expected


def test_languages_differ_in_what_they_write():
    assert from_ipa("ɹ", "nl-NL") == ("r",) and from_ipa("ɹ", "en-US") == ("ɹ",)


def test_unknown_letters_are_counted():
    phones.unknown_symbols.clear()
    assert from_ipa("m☃a") == ("m", "a")
    assert phones.unknown_symbols["ipa", "☃"] == 1
    assert from_arpabet("QQ") == () and phones.unknown_symbols["arpabet", "QQ"] == 1
    phones.unknown_symbols.clear()


def test_festival_sets():
    assert (
        from_festival("r~", "cs") == ("ʒ",)
        and from_festival("_", "cs") == ("ʔ",)
        and from_festival("#", "it") == (SILENCE,)
    )
    assert (
        from_festival("a1", "it") == ("a",)
        and from_festival("@:", "fi") == ("æ",)
        and from_festival("ax", "en-US") == ("ə",)
    )
    assert from_festival("nn", "ru") == ("n",) and from_festival("v:", "fi") == ("ʋ",)


def test_split_evenly():
    assert phones.split_evenly(("a", "b"), 1.0, 2.0) == [("a", 1.0, 1.5), ("b", 1.5, 2.0)]
    assert phones.split_evenly((), 1.0, 2.0) == []
