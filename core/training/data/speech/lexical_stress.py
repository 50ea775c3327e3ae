# SPDX-License-Identifier: GPL-3.0-or-later
"""Which vowels of a text are stressed, by the pronunciation of espeak-ng, and where they are in speech with phone times."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ....audio.phones import PHONES
from ....performance.gestures.cue_words import FUNCTION_WORDS
from .espeak_library import ipa
from .notations.ipa import from_ipa
from .store import Segment

_FUNCTION = {language: frozenset(words.split()) for language, words in FUNCTION_WORDS.items()}


@dataclass(frozen=True)
class Nucleus:
    """The vowel of a syllable. stressed: whether it is the stressed one of a content word; None where it is not known.

    accented: whether the synthesizer put a pitch accent on it (Festival only, else as stressed).
    """

    start_s: float
    end_s: float
    stressed: bool | None
    accented: bool | None


_GAP, _MOST_GAPS = 0.6, 0.12  # of the alignment of two pronunciations: cost of a missing vowel, share of them allowed


def lexical_nuclei(text: str, voice: str) -> list[tuple[str, bool]] | None:
    """(vowel, stressed) of a text in order, by the pronunciation of an espeak-ng voice; None where words do not correspond.

    Stressed: the word's main stress, where the word is not of a closed class.
    """
    code = voice.split("-")[0]
    spoken = ipa(text, voice).split()
    written = [word for word in re.split(r"[^\w'’]+", text.lower()) if word.strip("'’_")]
    closed = _FUNCTION.get(code, frozenset())
    if closed and len(spoken) != len(written):
        return None
    found = []
    for index, word in enumerate(spoken):
        open_class = not closed or written[index] not in closed
        marks = re.findall("ˈ|ˌ", word)
        # in its sentences espeak-ng weakens some words ("become", "not") to a secondary stress: that is then their stress
        main = "ˈ" if "ˈ" in marks else "ˌ"
        for number, part in enumerate(re.split("ˈ|ˌ", unicodedata.normalize("NFD", word))):
            primary = number > 0 and marks[number - 1] == main
            for symbol in from_ipa(part, code):
                if PHONES[symbol].is_vowel:
                    found.append((symbol, primary and open_class))
                    primary = False
    return found


def align_vowels(said: Sequence[str], expected: Sequence[str]) -> list[int | None] | None:
    """For each vowel said, which of the expected ones it is; None as a whole where the two differ too much.

    Needleman and Wunsch (1970) with the distance of the vowels' features.
    """
    rows, columns = len(said), len(expected)
    cost = np.zeros((rows + 1, columns + 1))
    cost[:, 0], cost[0] = _GAP * np.arange(rows + 1), _GAP * np.arange(columns + 1)
    for i in range(rows):
        for j in range(columns):
            cost[i + 1, j + 1] = min(
                cost[i, j] + _vowel_distance(said[i], expected[j]), cost[i, j + 1] + _GAP, cost[i + 1, j] + _GAP
            )
    result: list[int | None] = [None] * rows
    i, j, gaps = rows, columns, 0
    while i and j:
        if np.isclose(cost[i, j], cost[i - 1, j - 1] + _vowel_distance(said[i - 1], expected[j - 1])):
            result[i - 1] = j - 1
            i, j = i - 1, j - 1
        else:
            gaps += 1
            i, j = (i - 1, j) if np.isclose(cost[i, j], cost[i - 1, j] + _GAP) else (i, j - 1)
    gaps += i + j
    return None if gaps > _MOST_GAPS * max(rows, columns) else result


def _vowel_distance(a: str, b: str) -> float:
    one, other = PHONES[a], PHONES[b]
    apart = abs(one.height - other.height) + 0.7 * abs(one.backness - other.backness) + 0.2 * (one.kind != other.kind)
    return 0.45 * min(apart, 2.0)


def marked_nuclei(segments: Sequence[Segment], text: str, voice: str) -> tuple[Nucleus, ...] | None:
    """Nuclei of segments with known times, stressed as the pronunciation of the text says."""
    expected = lexical_nuclei(text, voice)
    vowels = [segment for segment in segments if PHONES[segment[0]].is_vowel]
    if not expected or not vowels:
        return None
    which = align_vowels([symbol for symbol, _, _ in vowels], [symbol for symbol, _ in expected])
    if which is None:
        return None
    marks = [None if index is None else expected[index][1] for index in which]
    return tuple(Nucleus(start, end, mark, mark) for (_, start, end), mark in zip(vowels, marks, strict=True))
