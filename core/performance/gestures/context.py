# SPDX-License-Identifier: GPL-3.0-or-later
"""What the steps of planning go by, worked out once for a voice: bouts of speech, words that call for gestures, the
speaker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ...audio.prosody import Prosody, ProsodyCurves
from ...audio.syllables import Syllable
from ...motion.face_track import FACE_RATE_HZ
from ...settings import GenerateSettings
from ...statistics import GESTURES, statistics_of
from ..mood import layers_of, mood_of
from ..performer.body_ways import BodyWays
from ..seeding import generator_for
from . import words
from .style import STYLES, GestureStyle

REST_PAUSE_S = 0.4  # shorter pauses do not bring the hands to rest; by eye
RIGHT_HANDED = 0.8  # of the speakers; by eye
MOOD_RANGE = (0.6, 1.4)  # of a mood's factors: beyond them arms fly or hang; by eye
BEARING_LOG = 0.7  # logarithm of a mood's size times pace that makes a usual talker a lively one; by eye
CUE_GAIN = 1.8  # of a word that calls for a gesture, where a stressed syllable gains 4.5; by eye


@dataclass(frozen=True)
class Bout:
    """Speech between two pauses in which hands may rest. syllables: [first, last). pause_s: what follows."""

    start_s: float
    end_s: float
    first: int
    last: int
    pause_s: float


@dataclass(frozen=True)
class Cue:
    """A word that calls for a gesture: of which lexeme, and how much its syllable gains by it."""

    lexeme: str
    gain: float


@dataclass(frozen=True, eq=False)
class PlanContext:
    """prosody, curves: of the voice. cues: by index of the syllable that carries the word. asks_at: syllables of words
    that end a question. words_given: there is a transcript. handed: the hand that the speaker rather uses, "left" or
    "right". ways: of the performer whom the speaker moves like, if there is one."""

    prosody: Prosody
    curves: ProsodyCurves
    style: GestureStyle
    cues: Mapping[int, Cue]
    asks_at: frozenset[int]
    words_given: bool
    handed: str
    ways: BodyWays | None = None

    @property
    def syllables(self) -> tuple[Syllable, ...]:
        return self.prosody.syllables

    def asks_after(self, index: int, bout: Bout) -> bool:
        """Whether a question ends in the bout, at this syllable or later; by the words or, without any, by the
        melody."""
        if self.words_given:
            return max((at for at in self.asks_at if at < bout.last), default=-1) >= index
        return self.curves.rises_at_end(bout.start_s, bout.end_s, tail_s=0.25)


def context_of(prosody: Prosody, settings: GenerateSettings, ways: BodyWays | None = None) -> PlanContext:
    """settings: seed, style, emotions and transcript count. ways: a performer's."""
    cues, asks_at = _cues(settings.transcript, prosody.syllables)
    words_given = bool(settings.transcript.strip())
    curves = prosody.at(FACE_RATE_HZ)
    return PlanContext(
        prosody,
        curves,
        style_of(prosody, settings, ways),
        cues,
        asks_at,
        words_given,
        handed_of(settings.seed, ways),
        ways,
    )


def handed_of(seed: int, ways: BodyWays | None = None) -> str:
    """The hand that a speaker rather uses: left or right. ways: of the performer whom the speaker moves like."""
    if ways is not None:
        return ways.handed
    return "right" if generator_for(seed, "gestures handed").random() < RIGHT_HANDED else "left"


def style_of(prosody: Prosody, settings: GenerateSettings, ways: BodyWays | None = None) -> GestureStyle:
    """The chosen style, as large, as often and as lively as the mood has it: who speaks with effort also beats more, rests less
    and hardly lets a phrase pass without a gesture; and as a performer's ways have it."""
    frames = prosody.at(FACE_RATE_HZ).frames
    style, mood = STYLES[settings.style], mood_of(prosody, layers_of(settings), frames)
    size, pace = (float(np.clip(mood.typical(name), *MOOD_RANGE)) for name in ("size", "pace"))
    bearing = style.bearing + float(np.log(size * pace)) / BEARING_LOG
    style = style if ways is None else _as_performer(style, ways)
    bearing += 0.0 if ways is None else ways.bearing
    return replace(
        style,
        size=style.size * size,
        every_s=style.every_s / pace,
        beats=style.beats * pace,
        rests=min(style.rests / pace, 1.0),
        skip=style.skip / size,
        bearing=bearing,
    )


def _as_performer(style: GestureStyle, ways: BodyWays) -> GestureStyle:
    """Who gestures less often also lets more phrases pass and more syllables go by without a beat."""
    often = ways.factors.often
    return replace(
        style,
        size=style.size * ways.factors.far,
        every_s=style.every_s / often,
        beats=min(style.beats * often, 1.0),
        skip=style.skip / often,
    )


def _cues(transcript: str, syllables: tuple[Syllable, ...]) -> tuple[dict[int, Cue], frozenset[int]]:
    """Cues by index of the syllable that carries the word, and the syllables of words that end a question."""
    if not transcript.strip():
        return {}, frozenset()
    cues, asks_at = {}, []
    for word in words.align(words.words_of(transcript), syllables):
        at = words.stressed_of(word, syllables)
        if at is not None and word.cue:
            # "you" and "but" call for a gesture only where they are stressed
            gain = CUE_GAIN * (1.0 if word.open_class else 1.2 * syllables[at].prominence - 0.2)
            cues[at] = Cue(word.cue, gain)
        if at is not None and word.asks:
            asks_at.append(at)
    return cues, frozenset(asks_at)


def bouts_of(prosody: Prosody) -> list[Bout]:
    """The phrases, joined over short pauses; those without syllables are left out."""
    times = np.array([syllable.time_s for syllable in prosody.syllables])
    spans: list[list[float]] = []
    for phrase in prosody.phrases:
        if spans and phrase.start_s - spans[-1][1] < REST_PAUSE_S:
            spans[-1][1] = phrase.end_s
        else:
            spans.append([phrase.start_s, phrase.end_s])
    result = []
    for index, (start, end) in enumerate(spans):
        first, last = np.searchsorted(times, (start - 0.05, end))
        pause = (spans[index + 1][0] if index + 1 < len(spans) else prosody.duration_s) - end
        if last > first:
            result.append(Bout(start, end, int(first), int(last), float(pause)))
    return result


def families() -> dict[str, dict]:
    """What was measured on recorded gestures, by lexeme: takes, share with both hands, and quantiles of durations and
    sizes."""
    return statistics_of(GESTURES)["gestures"]["families"]


def all_gestures() -> dict:
    """The same over all of them."""
    return statistics_of(GESTURES)["gestures"]["all"]


def measured_quantile(values: list[float], u: float) -> float:
    """The value below which a share u (0..1) of the recorded gestures lies; values at the quantiles of the
    statistics."""
    return float(np.interp(u, statistics_of(GESTURES)["gestures"]["quantiles"], values))
