# SPDX-License-Identifier: GPL-3.0-or-later
"""What the strokes of a bout are: lexeme, hand and size of each.

A speaker keeps to a hand within a phrase (McNeill 1992). How far hands go and which hand is used with which kind was
measured on recorded gestures (`core.statistics`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...audio.syllables import Syllable
from ...motion.gesture_plan import USUAL_SIZE_M
from .context import Bout, PlanContext, all_gestures, families, measured_quantile

BEATS = ("beat_low", "beat_mid", "beat_high")
# Kinds that go with almost anything one says, and how readily they are taken for it; the others need words. By eye.
WITHOUT_WORDS = {
    "chop": 1.0,
    "offer": 1.0,
    "contrast": 0.8,
    "example": 0.6,
    "all": 0.5,
    "size": 0.4,
    "plea": 0.3,
    "you": 0.12,
    "here": 0.3,
    "question": 0.2,
    "shrug": 0.5,
}
ONE_HANDED = {"left": "left", "right": "right"}


@dataclass(frozen=True)
class KindParameters:
    """By eye, but for `keeps_hand` (McNeill 1992: a speaker keeps to a hand within a phrase)."""

    keeps_hand: float = 0.8
    keeps_kind: float = 0.3
    usual_side: float = 0.78  # of the bouts begin with the hand that the speaker rather uses
    repeats_not: float = 0.6  # the same word again soon gets another gesture
    share_other: float = 0.32  # of the gestures that are no beats, without a transcript
    share_at_questions: float = 1.8
    share_with_words: float = 0.6
    asking: tuple[tuple[str, float], ...] = (("question", 14.0), ("offer", 4.0), ("shrug", 3.0))  # as often
    loud_db: float = 6.0  # above the median of the bout counts as fully loud
    lead_s: float = 0.05  # the apex comes at most so long before the vowel
    eager_s: float = 0.02  # and so much earlier with each unit of bearing: who is aroused is ahead of the word
    forceful: float = (
        0.5  # logarithm of how much more often a lively speaker chops, and takes both hands, than a usual one
    )


PARAMETERS = KindParameters()


@dataclass(frozen=True)
class Stroke:
    """A gesture that is decided on but has no phases yet. pace: 0..1, quick to slow within what was measured."""

    syllable: Syllable
    lexeme: str
    hand: str
    size: float
    pace: float
    lead_s: float


def strokes_of(bout: Bout, chosen: Sequence[int], context: PlanContext, random: np.random.Generator) -> list[Stroke]:
    """Lexeme, hand and size of the strokes on the chosen syllables of a bout."""
    if not chosen:
        return []
    how = PARAMETERS
    inside = context.syllables[bout.first : bout.last]
    median_db = np.median([syllable.loudness_db for syllable in inside])
    ranks = np.argsort(np.argsort([syllable.prominence for syllable in inside])) / max(len(inside) - 1, 1)
    other_hand = "left" if context.handed == "right" else "right"
    ways = context.ways
    usual_side = how.usual_side if ways is None else max(ways.left, 1.0 - ways.left)
    side = context.handed if random.random() < usual_side else other_hand
    eager = float(np.clip(context.style.bearing, -1.5, 1.5))
    force = float(np.exp(how.forceful * eager))
    strokes: list[Stroke] = []
    for position, index in enumerate(chosen):
        u = random.random(6)
        syllable = context.syllables[index]
        rank = float(np.clip(0.6 * ranks[index - bout.first] + 0.4 * syllable.prominence, 0.0, 1.0))
        loud = float(np.clip((syllable.loudness_db - median_db) / how.loud_db, 0.0, 1.0))
        asks = position == len(chosen) - 1 and context.asks_after(index, bout)
        lexeme = context.cues[index].lexeme if index in context.cues else ""
        if not lexeme or (strokes and strokes[-1].lexeme == lexeme and u[0] < how.repeats_not):
            if strokes and u[1] < how.keeps_kind and strokes[-1].lexeme in (*BEATS, "chop") and not asks:
                lexeme = strokes[-1].lexeme
            else:
                lexeme = _without_words(rank, loud * force, asks, context.words_given, random.random())
        odds = 1.0 if ways is None else ways.factors.both
        hand = _hand(lexeme, rank * force, side, strokes[-1].hand if strokes else "", u[2:4], odds)
        family = families().get(lexeme, all_gestures())
        far = measured_quantile(family["excursion_m"], 0.15 + 0.7 * (0.7 * rank + 0.3 * u[4])) / USUAL_SIZE_M
        size = far * (0.8 + 0.4 * rank) * context.style.size
        lead_s = float(how.lead_s * random.random()) + how.eager_s * eager
        strokes.append(Stroke(syllable, lexeme, hand, float(size), float(0.2 + 0.6 * u[5]), lead_s))
    return strokes


def _hand(lexeme: str, rank: float, side: str, previous: str, u: np.ndarray, odds: float = 1.0) -> str:
    """Which hand: more prominent ones rather with both. previous: of the stroke before, or "". odds: factor of those of both."""
    family = families().get(lexeme, all_gestures())
    both = family["both"] if family.get("both") is not None else all_gestures()["both"]
    both = float(np.clip(both * (0.45 + 0.9 * rank), 0.0, 1.0)) if both < 1.0 else 1.0
    both = odds * both / (odds * both + 1.0 - both) if odds != 1.0 else both
    if lexeme in ONE_HANDED:
        return ONE_HANDED[lexeme]
    if previous and u[0] < PARAMETERS.keeps_hand and 0.0 < both < 1.0:
        return previous
    return "both" if u[1] < both else side


def _without_words(rank: float, loud: float, asks: bool, words_given: bool, u: float) -> str:
    """A kind by what the voice alone says: beats by prominence, others by how often they were recorded."""
    how = PARAMETERS
    weights = {
        "beat_low": 0.12 + 0.5 * (1.0 - rank) ** 1.5,
        "beat_mid": 0.5,
        "beat_high": 0.05 + 0.5 * rank**2 * (0.5 + loud),
    }
    total = sum(weights.values())
    weights = {name: weight / total for name, weight in weights.items()}
    measured = families()
    others = {
        name: readily * measured[name]["takes"] ** 0.5 for name, readily in WITHOUT_WORDS.items() if name in measured
    }
    others["chop"] *= 0.4 + 1.6 * rank * (0.5 + loud)
    if asks:
        for name, factor in how.asking:
            others[name] *= factor
    share = how.share_other * (how.share_at_questions if asks else 1.0) * (how.share_with_words if words_given else 1.0)
    total = sum(others.values())
    names = [*weights, *others]
    shares = np.cumsum(
        [
            *((1.0 - share) * weight for weight in weights.values()),
            *(share * other / total for other in others.values()),
        ]
    )
    return names[min(int(np.searchsorted(shares, u * shares[-1])), len(names) - 1)]
