# SPDX-License-Identifier: GPL-3.0-or-later
"""The International Phonetic Alphabet as corpora and espeak write it."""

from __future__ import annotations

import unicodedata

from .....audio.phones import SILENCE, SYMBOLS
from .common import unknown_symbols

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
_CEDILLA = "\u0327"  # belongs to ç
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

    Args:
        text: what the corpus writes.
        language: ISO code ("nl", "de-DE"), for conventions of notation that differ.

    Returns:
        The symbols; () for noise.
    """
    special = _IPA_BY_LANGUAGE.get(language.split("-")[0].lower(), {})
    rest = _without_diacritics(text)
    if rest in ("SIL", "SPN", "sil", "spn", "sp"):
        return _IPA[rest]
    result: list[str] = []
    while rest:
        head = _longest_match(rest, special)
        if head:
            result.extend(special.get(head) or _IPA[head])
            rest = rest[len(head) :]
        else:
            result.extend(_by_base_letter(rest[0]))
            rest = rest[1:].lstrip(_NASALIZED + _CEDILLA)
    return tuple(result)


def _without_diacritics(text: str) -> str:
    """Letters, nasal marks and cedillas, in canonical decomposition; rhoticity is written as a letter."""
    kept: list[str] = []
    for character in unicodedata.normalize("NFD", text):
        category = unicodedata.category(character)
        if character == "ʰ" or character in "ˈˌːˑ͜͡‿.ˑʲʷˠˤˀ'ˑ˞" or character.isspace() or character.isdigit():
            if character == "˞" and kept:
                kept.append("ɹ")
            continue
        if category in ("Sk",) or (category == "Lm" and character != "ⁿ"):
            continue
        if category == "Mn" and character not in (_NASALIZED, _CEDILLA):
            continue
        kept.append(character)
    return "".join(kept)


def _longest_match(rest: str, special: dict[str, tuple[str, ...]]) -> str:
    """The longest beginning of `rest` that a table knows, "" if none. A mark that follows belongs to the letter before it."""
    for size in range(min(_LONGEST, len(rest)), 0, -1):
        if size < len(rest) and rest[size] in (_NASALIZED, _CEDILLA):
            continue
        if rest[:size] in special or rest[:size] in _IPA:
            return rest[:size]
    return ""


def _by_base_letter(letter: str) -> tuple[str, ...]:
    """What an unknown letter, or a known one with unknown marks, is taken for."""
    if letter in _IPA:  # only its marks are unknown
        return _IPA[letter]
    unknown_symbols["ipa", letter] += 1
    base = letter.lower()
    if base in _IPA:
        return _IPA[base]
    return (base,) if base.isascii() and base in "aeiou" else ()
