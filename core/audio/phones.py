# SPDX-License-Identifier: GPL-3.0-or-later
"""The phone inventory: one language-independent set of speech sounds, described by how they are articulated.

Symbols are IPA. What cannot be seen or felt in the articulators (length, tone, aspiration, stress) is dropped, and rare
sounds share the symbol of the sound whose lips, jaw and tongue they share. The five English diphthongs keep a symbol
each (Dutch and German ones join them); every other diphthong is two phones.
Feature values follow the IPA chart (Handbook of the International Phonetic Association, 1999).
"""

from __future__ import annotations

from dataclasses import dataclass

SILENCE = "SIL"
UNKNOWN = -1

PLACES = ("bilabial", "labiodental", "dental", "alveolar", "postalveolar", "palatal", "velar", "uvular", "glottal")
MANNERS = ("stop", "fricative", "nasal", "lateral", "approximant", "affricate", "tap")


@dataclass(frozen=True)
class PhoneClass:
    """One sound of the inventory.

    Args:
        symbol: IPA.
        kind: "silence", "vowel", "diphthong" or "consonant".
        arpabet: the ARPABET symbol in the same lip class and nearest in sound.
        voiced: whether the voice sounds.
        height: 0 (open) .. 1 (close), of vowels, glides and, for diphthongs, of their start.
        backness: 0 (front) .. 1 (back), of the same.
        rounding: 0 (spread or neutral) .. 1 (lips fully rounded), of any sound.
        place: of consonants, from PLACES, else "".
        manner: of consonants, from MANNERS, else "".
        nasal: through the nose.
        lateral: past the sides of the tongue.
        rhotic: an r, or coloured by one.
        parts: of a diphthong, the two vowels it moves between.
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
        """Diphthongs, too."""
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
