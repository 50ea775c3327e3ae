# SPDX-License-Identifier: GPL-3.0-or-later
"""Names as people read them: width of characters, case, separators and prefixes aside; their words, their side."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Words of a name: LeftEye, REye, eye_02, 左目.
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")
_REMEMBERED = 32768  # names: of the largest rigs all, since they are gone through several times
_SEPARATORS = re.compile(r"[\s_.\-:|/]+")


@lru_cache(maxsize=_REMEMBERED)
def normalise(name: str) -> str:
    """NFKC (half-width kana become full-width), lower case, without separators."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", name).casefold())


@lru_cache(maxsize=_REMEMBERED)
def exact(name: str) -> str:
    """NFKC and no separators, case kept: for names so short that their case is all that tells them apart."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", name))


@lru_cache(maxsize=_REMEMBERED)
def stem(name: str) -> str:
    """A prefix without its running number: "AK_01_" and "AK_02_" are one ("ak")."""
    return re.sub(r"\d+", "", name)


def words(name: str) -> list[str]:
    """The words of a bone's name, lower case: "LeftEye_Jnt" → left, eye, jnt; "REyeBlinkTop" → r, eye, blink, top."""
    return list(_words(name))


@lru_cache(maxsize=_REMEMBERED)
def _words(name: str) -> tuple[str, ...]:
    split: list[str] = []
    for word in _WORDS.findall(name.replace("_", " ")):
        # a single side letter glued to a word: "LEye", "REye"
        if len(word) > 2 and word[0] in "LR" and word[1].isupper() and word[2:].islower():
            split += [word[0], word[1:]]
        else:
            split.append(word)
    return tuple(word.casefold() for word in split)


@lru_cache(maxsize=_REMEMBERED)
def side_of(name: str) -> str:
    """ "left", "right" or "" by the words of a name."""
    parts = words(name)
    if "left" in parts or "l" in parts or parts[:1] == ["lft"]:
        return "left"
    if "right" in parts or "r" in parts or parts[:1] == ["rgt"]:
        return "right"
    return ""
