# SPDX-License-Identifier: GPL-3.0-or-later
"""Words of a transcript: syllables, language, cues, and where they come to lie in the sound."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")
from core.audio.syllables import Syllable
from core.motion.gesture_plan import LEXEMES
from core.performance.gestures import words
from core.performance.gestures.cue_words import CUES, FUNCTION_WORDS


def spoken(counts: list[int], pauses_after: set[int], strong: set[int], step_s: float = 0.2) -> list[Syllable]:
    """Syllables of words with so many each, pauses after some words, strong syllables by index."""
    result, time_s, phrase, index = [], 0.3, 0, 0
    for word, count in enumerate(counts):
        for _ in range(count):
            result.append(
                Syllable(time_s, time_s + 0.05, time_s + 0.12, 0.9 if index in strong else 0.15, phrase, 0.0, -20.0)
            )
            time_s += step_s
            index += 1
        if word in pauses_after:
            time_s += 0.5
            phrase += 1
    return result


@pytest.mark.parametrize(
    "word, language, count",
    [
        ("beautiful", "en", 3),
        ("make", "en", 1),
        ("making", "en", 2),
        ("piano", "en", 3),
        ("people", "en", 2),
        ("horses", "en", 2),
        ("wanted", "en", 2),
        ("the", "en", 1),
        ("never", "en", 2),
        ("strengths", "en", 1),
        ("nation", "en", 2),
        ("niemals", "de", 2),
        ("Häuser".lower(), "de", 2),
        ("verschiedene", "de", 4),
        ("schöne", "de", 2),
        ("nooit", "nl", 1),
        ("moeder", "nl", 2),
        ("alsjeblieft", "nl", 3),
        ("7", "en", 2),
        ("brrr", "en", 1),
    ],
)
def test_syllables_by_spelling(word, language, count):
    assert words.syllable_count(word, language) == count


def test_languages():
    assert words.language_of("this is the house of my friend".split()) == "en"
    assert words.language_of("das ist das haus von meinem freund und es ist alt".split()) == "de"
    assert words.language_of("dit is het huis van mijn vriend en het is oud".split()) == "nl"
    assert words.language_of("ma petite maison rouge".split()) == ""


def test_every_cue_is_a_lexeme():
    for language, table in CUES.items():
        assert language in FUNCTION_WORDS
        assert set(table) <= set(LEXEMES)


@pytest.mark.parametrize(
    "text, expected",
    [
        (
            "I don't know, maybe we could all stop.",
            {"i": "me", "know": "shrug", "maybe": "shrug", "we": "we", "all": "all", "stop": "stop"},
        ),
        ("Nein, das ist mir wirklich zu groß.", {"nein": "negate", "mir": "me", "groß": "size"}),
        ("Misschien is dat voor jullie niet genoeg?", {"misschien": "shrug", "jullie": "you", "niet": "negate"}),
    ],
)
def test_cues(text, expected):
    found = {word.text: word.cue for word in words.words_of(text) if word.cue}
    assert expected.items() <= found.items()


def test_brackets_and_speakers_are_no_words():
    assert [word.text for word in words.words_of("Anna: (laughs) well, [music] it's fine?")] == ["well", "it's", "fine"]
    assert words.words_of("Is it fine?")[-1].asks
    assert words.words_of("...") == []


def test_alignment_follows_counts_and_pauses():
    text = "The garden, never beautiful, was big enough yesterday."
    laid = words.words_of(text)
    counts = [word.syllables for word in laid]
    syllables = spoken(counts, {1, 3}, {1, 3, 5, 9, 10})
    laid = words.align(laid, syllables)
    ends = np.cumsum(counts)
    assert [(word.first, word.last) for word in laid] == [
        (int(end - count), int(end)) for count, end in zip(counts, ends)
    ]


def test_alignment_recovers_after_lost_and_added_syllables():
    text = (
        "We never thought of that, but the people in the big city knew it. Nobody had told them, and yet they came, "
        "with children, with horses, and with all their money."
    )
    laid = words.words_of(text)
    counts = [word.syllables for word in laid]
    closing = {index for index, word in enumerate(laid) if word.closes}
    altered = list(counts)
    altered[laid.index(next(word for word in laid if word.text == "never"))] = 1  # swallowed
    altered[laid.index(next(word for word in laid if word.text == "told"))] = 2  # drawled
    syllables = spoken(altered, closing, set())
    found = words.align(laid, syllables)
    ends = np.cumsum(altered)
    off = [abs(word.last - end) for word, end in zip(found, ends)]
    assert max(off) <= 1 and np.mean(np.array(off) == 0) > 0.85
    assert all(a.last == b.first for a, b in zip(found, found[1:])) and found[-1].last == len(syllables)


def test_more_words_than_syllables_and_nothing():
    laid = words.words_of("one two three four five six seven")
    found = words.align(laid, spoken([1, 1], set(), set()))
    assert found[-1].last == 2 and sum(word.last - word.first for word in found) == 2
    assert words.align([], spoken([1], set(), set())) == []
    assert words.align(laid, []) == laid
    one = words.align(words.words_of("yes"), spoken([9], set(), set()))
    assert (one[0].first, one[0].last) == (0, 9)


@pytest.mark.slow
def test_long_texts_stay_in_a_band():
    random = np.random.default_rng(0)
    vocabulary = "the people never thought beautiful things about yesterday and nobody remembered".split()
    text = " ".join(str(random.choice(vocabulary)) + ("," if random.random() < 0.12 else "") for _ in range(3000))
    laid = words.words_of(text)
    counts = [max(word.syllables + int(random.random() < 0.05) - int(random.random() < 0.05), 0) for word in laid]
    syllables = spoken(counts, {index for index, word in enumerate(laid) if word.closes}, set())
    found = words.align(laid, syllables)
    off = np.abs(np.array([word.last for word in found]) - np.cumsum(counts))
    assert np.median(off) == 0 and off.max() < 12
