# SPDX-License-Identifier: GPL-3.0-or-later
"""The phone sets of Festival's voices."""

from __future__ import annotations

from .....audio.phones import SILENCE
from .arpabet import from_arpabet
from .common import unknown_symbols
from .ipa import from_ipa

_FESTIVAL: dict[str, dict[str, str]] = {
    "it": {"E": "ɛ", "O": "ɔ", "dZ": "dʒ", "tS": "tʃ", "S": "ʃ", "J": "ɲ", "L": "ʎ", "ng": "ŋ", "nf": "ɱ", "g": "ɡ"},
    "fi": {
        "@": "æ",
        "7": "ø",
        "a": "ɑ",
        "N": "ŋ",
        "S": "ʃ",
        "Z": "ʒ",
        "T": "θ",
        "D": "ð",
        "v": "ʋ",
        "&": "æ",
        "L": "l",
    },
    "cs": {
        "ch": "x",
        "c": "ts",
        "c~": "tʃ",
        "d~": "ɟ",
        "t~": "c",
        "dz": "dz",
        "dz~": "dʒ",
        "n~": "ɲ",
        "n*": "ŋ",
        "r~": "ʒ",
        "r~*": "ʃ",
        "s~": "ʃ",
        "z~": "ʒ",
        "h": "ɦ",
        "_": "ʔ",
    },
    "ca": {"ax": "ə", "E": "ɛ", "O": "ɔ", "J": "ɲ", "L": "ʎ", "rr": "r", "r": "ɾ", "S": "ʃ", "Z": "ʒ"},
    "ru": {
        "aa": "a",
        "ee": "ɛ",
        "ii": "i",
        "oo": "o",
        "uu": "u",
        "yy": "ɨ",
        "a": "ɐ",
        "e": "ɪ",
        "i": "ɪ",
        "u": "ʊ",
        "y": "ɨ",
        "ae": "ə",
        "ay": "ə",
        "ur": "ʊ",
        "c": "ts",
        "ch": "tɕ",
        "sh": "ʃ",
        "sch": "ɕ",
        "zh": "ʒ",
        "h": "x",
        "hh": "x",
        **{letter * 2: letter for letter in "bpdtkfvszmnlr"},
        "gg": "ɡ",
    },
    "hi": {
        "a": "ə",
        "aa": "a",
        "ih": "ɪ",
        "iy": "i",
        "uh": "ʊ",
        "uw": "u",
        "eh": "e",
        "ee": "ɛ",
        "ay": "ɛ",
        "oh": "o",
        "oo": "ɔ",
        "aw": "ɔ",
        "ch": "tʃ",
        "T": "ʈ",
        "D": "ɖ",
        "N": "ɳ",
        "th": "t",
        "dh": "d",
        "v": "ʋ",
        "L": "l",
        "R": "ɽ",
        "sh": "ʃ",
        "j": "dʒ",
        "y": "j",
        "ksh": "kʃ",
        "sri": "ʃri",
        "kh": "k",
        "gh": "ɡ",
        "td": "ʈ",
        "tth": "ʈ",
        "ddh": "ɖ",
        "bh": "b",
        "zh": "ʒ",
    },
}
_FESTIVAL_LETTERS = {
    "it": "i e a o u j w p t k b d f s v z ts dz m n l r",
    "fi": "e i o u y p t k b d g f s h m n l r w j z",
    "cs": "a e i o u b d f g j k l m n p r s t v z",
    "ca": "a e i u o b d f g j k l m n p s t w z",
    "ru": "p b t d k g f v s z m n l r j",
    "hi": "f k g n p b m r l s h x w",
}
for _language, _letters in _FESTIVAL_LETTERS.items():
    for _letter in _letters.split():
        _FESTIVAL[_language].setdefault(_letter, _letter)


def from_festival(symbol: str, language: str) -> tuple[str, ...]:
    """A segment name of a Festival voice → symbols. language: "en", "it", "fi", "cs", "ca", "ru", "hi"."""
    name = symbol.strip()
    if language.startswith("en"):
        return from_arpabet(name)
    table = _FESTIVAL.get(language.split("-")[0], {})
    if name in table:
        return from_ipa(table[name], language)
    if name in ("#", "##", "pau", "h#", "H#", "_", "ssil", "SIL", "brth"):
        return (SILENCE,)
    base = name.rstrip("0123456789:_")
    if base in table:
        return from_ipa(table[base], language)
    unknown_symbols["festival-" + language, symbol] += 1
    return from_ipa(base.lower(), language)
