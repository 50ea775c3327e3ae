# SPDX-License-Identifier: GPL-3.0-or-later
"""The phone inventory: one language-independent set of speech sounds, described by how they are articulated.

Symbols are IPA. What cannot be seen or felt in the articulators (length, tone, aspiration, stress) is dropped, and rare
sounds share the symbol of the sound whose lips, jaw and tongue they share. The five English diphthongs keep a symbol
each (Dutch and German ones join them); every other diphthong is two phones.
Feature values follow the IPA chart (Handbook of the International Phonetic Association, 1999).
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass

SILENCE = "SIL"
UNKNOWN = -1

PLACES = ("bilabial", "labiodental", "dental", "alveolar", "postalveolar", "palatal", "velar", "uvular", "glottal")
MANNERS = ("stop", "fricative", "nasal", "lateral", "approximant", "affricate", "tap")


@dataclass(frozen=True)
class PhoneClass:
    """One sound of the inventory.

    kind: "silence", "vowel", "diphthong" or "consonant".
    height 0 (open) .. 1 (close), backness 0 (front) .. 1 (back): of vowels, glides and, for diphthongs, of their start.
    rounding 0 (spread or neutral) .. 1 (lips fully rounded): of any sound.
    place, manner: of consonants, from PLACES and MANNERS, else "". parts: of a diphthong, the two vowels it moves between.
    arpabet: the ARPABET symbol in the same lip class (silence, closed, lip-teeth, rounded, open, other) and nearest in sound.
    """

    symbol: str
    kind: str
    arpabet: str
    voiced: bool = True
    height: float = 0.0
    backness: float = 0.0
    rounding: float = 0.0
    place: str = ""
    manner: str = ""
    nasal: bool = False
    lateral: bool = False
    rhotic: bool = False
    parts: tuple[str, ...] = ()

    @property
    def is_vowel(self) -> bool:
        return self.kind in ("vowel", "diphthong")


def _vowel(symbol, arpabet, height, backness, rounding, **more):
    return PhoneClass(symbol, "vowel", arpabet, True, height, backness, rounding, **more)


def _diphthong(symbol, arpabet, height, backness, rounding, *parts):
    return PhoneClass(symbol, "diphthong", arpabet, True, height, backness, rounding, parts=parts)


def _consonant(symbol, arpabet, place, manner, voiced, rounding=0.0, **more):
    return PhoneClass(
        symbol,
        "consonant",
        arpabet,
        voiced,
        rounding=rounding,
        place=place,
        manner=manner,
        nasal=manner == "nasal",
        lateral=manner == "lateral",
        **more,
    )


INVENTORY: tuple[PhoneClass, ...] = (
    PhoneClass(SILENCE, "silence", "SIL", voiced=False),
    # Stops.
    _consonant("p", "P", "bilabial", "stop", False),
    _consonant("b", "B", "bilabial", "stop", True),
    _consonant("t", "T", "alveolar", "stop", False),
    _consonant("d", "D", "alveolar", "stop", True),
    _consonant("c", "K", "palatal", "stop", False),
    _consonant("k", "K", "velar", "stop", False),
    _consonant("ɡ", "G", "velar", "stop", True),
    _consonant("ʔ", "HH", "glottal", "stop", False),
    # Fricatives. English sh is rounded; ɕ ʑ (Polish, Mandarin, Japanese) is not.
    _consonant("β", "B", "bilabial", "fricative", True),
    _consonant("f", "F", "labiodental", "fricative", False),
    _consonant("v", "V", "labiodental", "fricative", True),
    _consonant("θ", "TH", "dental", "fricative", False),
    _consonant("ð", "DH", "dental", "fricative", True),
    _consonant("s", "S", "alveolar", "fricative", False),
    _consonant("z", "Z", "alveolar", "fricative", True),
    _consonant("ʃ", "SH", "postalveolar", "fricative", False, 0.6),
    _consonant("ʒ", "ZH", "postalveolar", "fricative", True, 0.6),
    _consonant("ɕ", "S", "palatal", "fricative", False),
    _consonant("ʑ", "Z", "palatal", "fricative", True),
    _consonant("ç", "HH", "palatal", "fricative", False),
    _consonant("x", "HH", "velar", "fricative", False),
    _consonant("ɣ", "G", "velar", "fricative", True),
    _consonant("ʁ", "G", "uvular", "fricative", True),
    _consonant("h", "HH", "glottal", "fricative", False),
    # Affricates.
    _consonant("tʃ", "CH", "postalveolar", "affricate", False, 0.6),
    _consonant("dʒ", "JH", "postalveolar", "affricate", True, 0.6),
    _consonant("ts", "S", "alveolar", "affricate", False),
    _consonant("tɕ", "S", "palatal", "affricate", False),
    # Nasals.
    _consonant("m", "M", "bilabial", "nasal", True),
    _consonant("ɱ", "V", "labiodental", "nasal", True),
    _consonant("n", "N", "alveolar", "nasal", True),
    _consonant("ɲ", "N", "palatal", "nasal", True),
    _consonant("ŋ", "NG", "velar", "nasal", True),
    # Laterals, approximants, tap and trill. English r is rounded; r (trill) and ɾ (tap) are not.
    _consonant("l", "L", "alveolar", "lateral", True),
    _consonant("ʎ", "L", "palatal", "lateral", True),
    _consonant("w", "W", "bilabial", "approximant", True, 1.0, height=1.0, backness=1.0),
    _consonant("ɥ", "W", "palatal", "approximant", True, 0.9, height=1.0),
    _consonant("j", "Y", "palatal", "approximant", True, height=1.0),
    _consonant("ɹ", "R", "postalveolar", "approximant", True, 0.5, rhotic=True),
    _consonant("ʋ", "V", "labiodental", "approximant", True),
    _consonant("ɾ", "DX", "alveolar", "tap", True),
    _consonant("r", "DX", "alveolar", "tap", True, rhotic=True),
    # Vowels.
    _vowel("i", "IY", 1.0, 0.0, 0.0),
    _vowel("y", "UW", 1.0, 0.0, 0.9),
    _vowel("ɪ", "IH", 0.83, 0.2, 0.0),
    _vowel("ʏ", "UH", 0.83, 0.25, 0.7),
    _vowel("ɨ", "IH", 0.95, 0.5, 0.0),
    _vowel("u", "UW", 1.0, 1.0, 1.0),
    _vowel("ʊ", "UH", 0.83, 0.8, 0.7),
    _vowel("e", "EY", 0.67, 0.0, 0.0),
    _vowel("ø", "OW", 0.67, 0.0, 0.8),
    _vowel("o", "OW", 0.67, 1.0, 0.9),
    _vowel("ə", "AH", 0.5, 0.5, 0.0),
    _vowel("ɝ", "ER", 0.5, 0.5, 0.4, rhotic=True),
    _vowel("ɛ", "EH", 0.33, 0.0, 0.0),
    _vowel("œ", "ER", 0.33, 0.0, 0.7),
    _vowel("ʌ", "AH", 0.3, 0.7, 0.0),
    _vowel("ɔ", "AO", 0.33, 1.0, 0.7),
    _vowel("ɐ", "AH", 0.17, 0.5, 0.0),
    _vowel("æ", "AE", 0.15, 0.0, 0.0),
    _vowel("a", "AA", 0.0, 0.3, 0.0),
    _vowel("ɑ", "AA", 0.0, 1.0, 0.0),
    _vowel("ɒ", "AO", 0.05, 1.0, 0.5),
    _vowel("ɛ̃", "EH", 0.3, 0.1, 0.0, nasal=True),
    _vowel("ɑ̃", "AA", 0.05, 0.9, 0.2, nasal=True),
    _vowel("ɔ̃", "AO", 0.45, 1.0, 0.8, nasal=True),
    _diphthong("aɪ", "AY", 0.0, 0.3, 0.0, "a", "ɪ"),
    _diphthong("aʊ", "AW", 0.0, 0.4, 0.0, "a", "ʊ"),
    _diphthong("eɪ", "EY", 0.6, 0.0, 0.0, "e", "ɪ"),
    _diphthong("oʊ", "OW", 0.6, 0.9, 0.7, "o", "ʊ"),
    _diphthong("ɔɪ", "OY", 0.33, 1.0, 0.7, "ɔ", "ɪ"),
)
SYMBOLS: tuple[str, ...] = tuple(phone.symbol for phone in INVENTORY)
INDEX: dict[str, int] = {symbol: index for index, symbol in enumerate(SYMBOLS)}
PHONES: dict[str, PhoneClass] = {phone.symbol: phone for phone in INVENTORY}
SILENCE_INDEX = INDEX[SILENCE]

# What had no entry of its own and was guessed or dropped, by notation: ("ipa", "ɧ") -> how often.
unknown_symbols: Counter = Counter()


def to_arpabet(symbol: str) -> str:
    """The ARPABET symbol (without stress) that stands in the same lip class as a symbol of the inventory."""
    return PHONES[symbol].arpabet


# --- ARPABET ------------------------------------------------------------------------------------------------------------
_ARPABET: dict[str, tuple[str, ...]] = {
    "AA": ("ɑ",),
    "AE": ("æ",),
    "AO": ("ɔ",),
    "AW": ("aʊ",),
    "AX": ("ə",),
    "AXR": ("ɝ",),
    "AY": ("aɪ",),
    "B": ("b",),
    "CH": ("tʃ",),
    "D": ("d",),
    "DH": ("ð",),
    "DX": ("ɾ",),
    "EH": ("ɛ",),
    "EL": ("ə", "l"),
    "EM": ("ə", "m"),
    "EN": ("ə", "n"),
    "ER": ("ɝ",),
    "EY": ("eɪ",),
    "F": ("f",),
    "G": ("ɡ",),
    "HH": ("h",),
    "HV": ("h",),
    "IH": ("ɪ",),
    "IX": ("ɪ",),
    "IY": ("i",),
    "JH": ("dʒ",),
    "K": ("k",),
    "L": ("l",),
    "M": ("m",),
    "N": ("n",),
    "NG": ("ŋ",),
    "NX": ("n",),
    "OW": ("oʊ",),
    "OY": ("ɔɪ",),
    "P": ("p",),
    "Q": ("ʔ",),
    "R": ("ɹ",),
    "S": ("s",),
    "SH": ("ʃ",),
    "T": ("t",),
    "TH": ("θ",),
    "UH": ("ʊ",),
    "UW": ("u",),
    "UX": ("u",),
    "V": ("v",),
    "W": ("w",),
    "WH": ("w",),
    "Y": ("j",),
    "Z": ("z",),
    "ZH": ("ʒ",),
    **dict.fromkeys(("SIL", "PAU", "H#", "BRTH", "SP", "SSIL", "<SIL>", "<S>", "</S>", "(NULL)"), (SILENCE,)),
    **dict.fromkeys(("+SPN+", "+NSN+", "SPN", "NSN"), ()),
}


def from_arpabet(symbol: str) -> tuple[str, ...]:
    """ARPABET with or without stress digit, in any case, with the TIMIT, CMU, flite and Festival ("radio") additions → symbols.

    AH with stress 1 or 2 is ʌ, AH0 is ə; AH without a digit is ʌ (flite writes ax for the schwa; dictionaries without
    stress, like pocketsphinx's, need `stressed` from elsewhere). Noise gives (), an unknown symbol too and is counted.
    """
    name = symbol.strip().upper()
    stress = name[-1] if name and name[-1].isdigit() else ""
    name = name.rstrip("0123456789")
    if name == "AH":
        return ("ə",) if stress == "0" else ("ʌ",)
    if name in _ARPABET:
        return _ARPABET[name]
    unknown_symbols["arpabet", symbol] += 1
    return ()


# --- IPA ----------------------------------------------------------------------------------------------------------------
# Sounds that borrow another's symbol. Several phones: shares of the time are equal.
_IPA: dict[str, tuple[str, ...]] = {
    **{symbol: (symbol,) for symbol in SYMBOLS},
    "g": ("ɡ",),
    "q": ("k",),
    "ʈ": ("t",),
    "ɖ": ("d",),
    "ɟ": ("ɡ",),
    "ɢ": ("ɡ",),
    "ɓ": ("b",),
    "ɗ": ("d",),
    "ɠ": ("ɡ",),
    "ʄ": ("ɡ",),
    "ɸ": ("β",),
    "ʙ": ("b",),
    "ⱱ": ("v",),
    "ʂ": ("ʃ",),
    "ʐ": ("ʒ",),
    "ʝ": ("j",),
    "χ": ("x",),
    "ħ": ("h",),
    "ʕ": ("ʔ",),
    "ɦ": ("h",),
    "ʜ": ("h",),
    "ʢ": ("h",),
    "ɧ": ("ʃ",),
    "ɬ": ("l",),
    "ɮ": ("l",),
    "ɫ": ("l",),
    "ɭ": ("l",),
    "ʟ": ("l",),
    "ɺ": ("l",),
    "ɻ": ("ɹ",),
    "ɽ": ("ɾ",),
    "ʀ": ("ʁ",),
    "ɴ": ("ŋ",),
    "ɳ": ("n",),
    "ʍ": ("w",),
    "ɰ": ("ɣ",),
    "ʉ": ("y",),
    "ɯ": ("ɨ",),
    "ɘ": ("ə",),
    "ɵ": ("ø",),
    "ɤ": ("ʌ",),
    "ɜ": ("ɝ",),
    "ɚ": ("ɝ",),
    "ɞ": ("œ",),
    "ɶ": ("œ",),
    "ᵻ": ("ɪ",),
    "ᵿ": ("ʊ",),
    "ɩ": ("ɪ",),
    "ɷ": ("ʊ",),
    "ɱ": ("ɱ",),
    "ə̃": ("ə",),
    "ã": ("ɑ̃",),
    "æ̃": ("ɛ̃",),
    "ẽ": ("ɛ̃",),
    "œ̃": ("ɛ̃",),
    "õ": ("ɔ̃",),
    "ɐ̃": ("ɑ̃",),
    "ĩ": ("i",),
    "ũ": ("u",),
    "ỹ": ("y",),
    "ʧ": ("tʃ",),
    "ʤ": ("dʒ",),
    "ʦ": ("ts",),
    "ʣ": ("ts",),
    "ʨ": ("tɕ",),
    "ʥ": ("tɕ",),
    "dz": ("ts",),
    "dʑ": ("tɕ",),
    "ʈʂ": ("tʃ",),
    "ɖʐ": ("dʒ",),
    "tʂ": ("tʃ",),
    "dʐ": ("dʒ",),
    "pf": ("p", "f"),
    "cç": ("tɕ",),
    "ɟʝ": ("tɕ",),
    "tɬ": ("t", "l"),
    "ai": ("aɪ",),
    "ɑɪ": ("aɪ",),
    "ɑi": ("aɪ",),
    "au": ("aʊ",),
    "ɑu": ("aʊ",),
    "ɑʊ": ("aʊ",),
    "æʊ": ("aʊ",),
    "ʌu": ("aʊ",),
    "ei": ("eɪ",),
    "ɛi": ("eɪ",),
    "ɛɪ": ("eɪ",),
    "əʊ": ("oʊ",),
    "ou": ("oʊ",),
    "ɔʏ": ("ɔɪ",),
    "ɔø": ("ɔɪ",),
    "ɔy": ("ɔɪ",),
    "oɪ": ("ɔɪ",),
    "ɔi": ("ɔɪ",),
    "SIL": (SILENCE,),
    "sil": (SILENCE,),
    "sp": (SILENCE,),
    "_": (SILENCE,),
    "_:": (SILENCE,),
    "|": (),
    "SPN": (),
    "spn": (),
    "": (),
}
_IPA = {unicodedata.normalize("NFD", key): value for key, value in _IPA.items()}
_NASALIZED = "\u0303"
# Where a notation writes by convention what the speakers of the language do not say.
_IPA_BY_LANGUAGE: dict[str, dict[str, tuple[str, ...]]] = {
    "nl": {"ɹ": ("r",)},  # the Dutch set writes any r as ɹ; the lips stay unrounded
    "de": {"ɜ": ("ɐ",), "r": ("ʁ",)},
    "fr": {"r": ("ʁ",)},
    "pl": {"ʃ": ("ʃ",)},
    "es": {"v": ("β",)},
}
_LONGEST = max(len(key) for key in _IPA)


def from_ipa(text: str, language: str = "") -> tuple[str, ...]:
    """IPA, of one segment or of many → symbols of the inventory.

    Stress, length, tone, tie bars, aspiration and most diacritics are ignored, longest match first; an unknown letter is
    taken as its base letter without marks, else dropped; both are counted in `unknown_symbols`.
    language: ISO code ("nl", "de-DE"), for conventions of notation that differ.
    """
    special = _IPA_BY_LANGUAGE.get(language.split("-")[0].lower(), {})
    kept = []
    for character in unicodedata.normalize("NFD", text):
        category = unicodedata.category(character)
        if character == "ʰ" or character in "ˈˌːˑ͜͡‿.ˑʲʷˠˤˀ'ˑ˞" or character.isspace() or character.isdigit():
            if character == "˞" and kept:
                kept.append("ɹ")
            continue
        if category in ("Sk",) or (category == "Lm" and character != "ⁿ"):
            continue
        if category == "Mn" and character not in (_NASALIZED, "\u0327"):  # the cedilla belongs to ç
            continue
        kept.append(character)
    rest = "".join(kept)
    if rest in ("SIL", "SPN") or rest in ("sil", "spn", "sp"):
        return _IPA[rest]
    result: list[str] = []
    while rest:
        for size in range(min(_LONGEST, len(rest)), 0, -1):
            head = rest[:size]
            # A nasal mark that follows belongs to the letter before it.
            if size < len(rest) and rest[size] in (_NASALIZED, "\u0327"):
                continue
            if head in special or head in _IPA:
                result.extend(special.get(head) or _IPA[head])
                rest = rest[size:]
                break
        else:
            base = rest[0].lower()
            if rest[0] in _IPA:  # only its marks are unknown
                base = rest[0]
            else:
                unknown_symbols["ipa", rest[0]] += 1
            if base in _IPA:
                result.extend(_IPA[base])
            elif base.isascii() and base in "aeiou":
                result.append(base)
            rest = rest[1:].lstrip(_NASALIZED + "\u0327")
    return tuple(result)


# --- Festival's own sets --------------------------------------------------------------------------------------------------
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


def split_evenly(names: tuple[str, ...], start_s: float, end_s: float) -> list[tuple[str, float, float]]:
    """The segments of a sound that became several phones: equal shares of its time."""
    step = (end_s - start_s) / max(len(names), 1)
    return [(name, start_s + k * step, start_s + (k + 1) * step) for k, name in enumerate(names)]
