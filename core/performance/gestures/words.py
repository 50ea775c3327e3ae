# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the words of a transcript are in the sound, and which of them call for a gesture.

There is no recognizer: words are laid over the syllables that were found, in order, so that each gets about as many as
its spelling says, pauses fall between words (rather at punctuation) and words of the open classes get the prominent
ones.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from ...audio.syllables import Syllable
from .cue_words import CUES, FUNCTION_WORDS

MOST_WORDS = 50_000
_BAND = 60  # syllables that the path may stray from the straight line, and more for long texts
_MORE = 3  # syllables a word may have more than its spelling says
_COUNT_COST = 1.0  # of each syllable too many or too few
_SKIP_COST = 1.2  # of a word without any syllable
_PAUSE_INSIDE_COST = 4.0
_PAUSE_UNMARKED_COST, _MARK_WITHOUT_PAUSE_COST = 0.8, 0.5
_STRESS_GAIN = 0.6


@dataclass(frozen=True)
class Word:
    """text: as written, lower case. syllables: how many its spelling suggests. closes: punctuation follows. cue: lexeme
    or "".

    first, last: the syllables that it got, [first, last) of the sound's; equal where it got none. asks: a question mark
    follows.
    """

    text: str
    syllables: int
    closes: bool
    open_class: bool
    cue: str = ""
    asks: bool = False
    first: int = 0
    last: int = 0


def words_of(transcript: str) -> list[Word]:
    """The words of a transcript, not yet laid over a sound. Text in brackets and speakers' names before colons are no
    words."""
    plain = unicodedata.normalize("NFC", re.sub(r"\[[^\]]*\]|<[^>]*>|\([^)]*\)", " ", transcript)).replace("’", "'")
    plain = re.sub(r"(?m)^\s*[A-Z][\w .]{0,24}:\s", " ", plain)
    tokens = [
        (match.group().lower(), plain[match.end() : match.end() + 3])
        for match in re.finditer(r"\w+(?:['-]\w+)*", plain)
    ][:MOST_WORDS]
    language = language_of([text for text, _ in tokens])
    closed = _closed(language)
    words = [
        Word(
            text,
            syllable_count(text, language),
            bool(re.match(r"\s*[.,;:!?…–—]", after)),
            text not in closed,
            asks=bool(re.match(r"\s*\?", after)),
        )
        for text, after in tokens
    ]
    return _with_cues(words, language)


def language_of(texts: Sequence[str]) -> str:
    """ "en", "de" or "nl": whose small words occur most; "" where none do in one word of ten."""
    counts = {language: sum(text in _closed(language) for text in texts) for language in FUNCTION_WORDS}
    best = max(counts, key=lambda language: counts[language])
    return best if counts[best] >= max(1, 0.1 * len(texts)) else ""


@lru_cache(maxsize=8)
def _closed(language: str) -> frozenset[str]:
    return frozenset(FUNCTION_WORDS.get(language, "").split())


@lru_cache(maxsize=8)
def _cues(language: str) -> dict[tuple[str, ...], str]:
    table: dict[tuple[str, ...], str] = {}
    for lexeme, phrases in CUES.get(language, {}).items():
        for phrase in phrases.split():
            table.setdefault(tuple(phrase.split("_")), lexeme)
    return table


def _with_cues(words: list[Word], language: str) -> list[Word]:
    """Cues of one to four words; that of several goes to the last open-class word of them, or the last."""
    table = _cues(language)
    texts = [word.text for word in words]
    result, index = list(words), 0
    while index < len(words):
        for size in (4, 3, 2, 1):
            lexeme = table.get(tuple(texts[index : index + size]))
            if lexeme:
                inside = [at for at in range(index, min(index + size, len(words))) if words[at].open_class]
                target = inside[-1] if inside else min(index + size, len(words)) - 1
                result[target] = replace(words[target], cue=lexeme)
                index += size - 1
                break
        index += 1
    return result


def syllable_count(text: str, language: str = "") -> int:
    """How many syllables a word's spelling suggests; digits are read out."""
    if text.isdigit():
        return min(max(2 * len(text) - (text[0] == "1"), 1), 12)
    plain = "".join(letter for letter in unicodedata.normalize("NFD", text) if unicodedata.category(letter) != "Mn")
    groups = re.findall(r"[aeiouyœæøıаеёиоуыэюяіїєαεηιουω]+", plain)
    count = len(groups)
    if language == "en":
        if (
            re.search(r"[^aeiouyl]e(s|d)?$", plain)
            and count > 1
            and not re.search(r"([sxz]|ch|sh|c|g)es$|[td]ed$", plain)
        ):
            count -= 1
        count += len(re.findall(r"i[ao]|eo|ua", plain)) - len(re.findall(r"[tsc]i[ao]|gi[ao]|[qg]ua|peo", plain))
    elif language in ("de", "nl"):
        count += len(re.findall(r"[aou]e(?=[aiou])|i[ao]|eo", plain))
    return max(count, 1)


def align(words: Sequence[Word], syllables: Sequence[Syllable], phrase_gap_s: float = 0.22) -> list[Word]:
    """The words with first and last filled in, by dynamic programming over words and syllables.

    Time and memory grow with words times the width of a band about the straight line from the first to the last.
    """
    if not words or not syllables:
        return list(words)
    costs = _Costs.of(syllables, phrase_gap_s, max(word.syllables for word in words) + _MORE)
    count = len(syllables)
    expected = np.cumsum([word.syllables for word in words]) * count / sum(word.syllables for word in words)
    band = int(_BAND + 4.0 * np.sqrt(count))
    # cost[k] over positions low..low + width: the first words took so many syllables
    low, cost = 0, np.full(1, 0.0)
    steps: list[tuple[int, np.ndarray]] = []
    for index, word in enumerate(words):
        last_word = index == len(words) - 1
        new_low = count if last_word else max(int(expected[index]) - band, low)
        new_high = count if last_word else min(int(expected[index]) + band, count)
        most = min(count, word.syllables + 4 * band) if last_word else word.syllables + _MORE
        positions = np.arange(new_low, max(new_high, new_low) + 1)
        cost, taken = _extended(word, positions, most, low, cost, costs)
        low = new_low
        steps.append((new_low, taken))
    return _followed_back(words, steps, count)


@dataclass(frozen=True, eq=False)
class _Costs:
    """What laying a word over syllables costs, for n of them. pause: bool (n,), one follows the syllable. paused: (n +
    1,) pauses after the syllables before an index. strongest: greatest prominence of so many syllables from an index
    on."""

    pause: np.ndarray
    paused: np.ndarray
    strongest: dict[int, np.ndarray]

    @classmethod
    def of(cls, syllables: Sequence[Syllable], phrase_gap_s: float, longest: int) -> _Costs:
        starts = np.array([syllable.time_s for syllable in syllables])
        ends = np.array([syllable.end_s for syllable in syllables])
        phrases = np.array([syllable.phrase for syllable in syllables])
        pause = np.append((phrases[1:] != phrases[:-1]) | (starts[1:] - ends[:-1] > 2.0 * phrase_gap_s), True)
        paused = np.concatenate([[0], np.cumsum(pause[:-1]), [int(pause[:-1].sum())]])
        stress = np.array([syllable.prominence for syllable in syllables])
        takes = range(1, min(longest, len(syllables)) + 1)
        return cls(pause, paused, {take: _greatest_of(stress, take) for take in takes})

    def with_word(self, cost: np.ndarray, word: Word, at: np.ndarray, end: np.ndarray, take: int) -> np.ndarray:
        """cost and what it costs more to lay the word over `take` > 0 syllables from `at` to `end`, (n,) each."""
        cost = cost + _PAUSE_INSIDE_COST * (self.paused[np.maximum(end - 1, 0)] - self.paused[at])
        strongest = self.strongest[take][at] if take in self.strongest else 1.0
        cost = cost - _STRESS_GAIN * (strongest if word.open_class else -0.5 * strongest)
        unpaused = _MARK_WITHOUT_PAUSE_COST if word.closes else 0.0
        return cost + np.where(self.pause[end - 1], 0.0 if word.closes else _PAUSE_UNMARKED_COST, unpaused)


def _extended(
    word: Word, positions: np.ndarray, most: int, low: int, cost: np.ndarray, costs: _Costs
) -> tuple[np.ndarray, np.ndarray]:
    """The path one word further: least cost to end at each position, and how many syllables the word takes for it.

    cost: of ending at low, low + 1 … before this word. most: syllables that it may take.
    """
    best, taken = np.full(len(positions), np.inf), np.zeros(len(positions), np.int16)
    for take in range(most + 1):
        before = positions - take
        inside = (before >= low) & (before < low + len(cost))
        if not inside.any():
            continue
        at, end = before[inside], positions[inside]
        value = cost[at - low] + (_COUNT_COST * abs(take - word.syllables) if take else _SKIP_COST * word.syllables)
        if take:
            value = costs.with_word(value, word, at, end, take)
        places = np.flatnonzero(inside)
        better = value < best[places]
        best[places[better]], taken[places[better]] = value[better], take
    return best, taken


def _followed_back(words: Sequence[Word], steps: Sequence[tuple[int, np.ndarray]], count: int) -> list[Word]:
    """The words with the syllables of the best path, which ends at the last of `count`."""
    result = list(words)
    position = count
    for index in range(len(words) - 1, -1, -1):
        first_place, taken = steps[index]
        take = int(taken[position - first_place]) if 0 <= position - first_place < len(taken) else 0
        result[index] = replace(words[index], first=position - take, last=position)
        position -= take
    return result


def _greatest_of(values: np.ndarray, length: int) -> np.ndarray:
    """(n,): greatest of `length` values from each index on, fewer at the end."""
    padded = np.concatenate([values, np.full(length - 1, -np.inf)])
    return np.lib.stride_tricks.sliding_window_view(padded, length).max(-1)


def stressed_of(word: Word, syllables: Sequence[Syllable]) -> int | None:
    """Index of the most prominent syllable of a word; None where it got none."""
    if word.last <= word.first:
        return None
    return max(range(word.first, word.last), key=lambda index: syllables[index].prominence)
