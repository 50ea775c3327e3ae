# SPDX-License-Identifier: GPL-3.0-or-later
"""Notations of speech sounds: ARPABET, IPA, Festival's sets."""

import pytest

from core.audio.lip_classes import LIP_CLASS
from core.audio.phones import PHONES, SILENCE
from core.training.data.speech.notations.arpabet import from_arpabet
from core.training.data.speech.notations.common import split_evenly, unknown_symbols
from core.training.data.speech.notations.festival import from_festival
from core.training.data.speech.notations.ipa import from_ipa

ARPABET = "AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH"


@pytest.mark.parametrize("name", ARPABET.split())
def test_arpabet_comes_back_in_its_lip_class(name):
    for stress in ("", "0", "1", "2"):
        (symbol,) = from_arpabet(name + stress)
        alike = {LIP_CLASS[other] for other, phone in PHONES.items() if phone.arpabet == name}
        assert not alike or alike == {LIP_CLASS[symbol]}


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
    unknown_symbols.clear()
    assert from_ipa("m☃a") == ("m", "a")
    assert unknown_symbols["ipa", "☃"] == 1
    assert from_arpabet("QQ") == () and unknown_symbols["arpabet", "QQ"] == 1
    unknown_symbols.clear()


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
    assert split_evenly(("a", "b"), 1.0, 2.0) == [("a", 1.0, 1.5), ("b", 1.5, 2.0)]
    assert split_evenly((), 1.0, 2.0) == []
