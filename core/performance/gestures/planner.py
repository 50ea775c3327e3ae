# SPDX-License-Identifier: GPL-3.0-or-later
"""Which stressed syllables get a gesture, of what kind, with which hand, how large, and when its phases are.

After what gesture studies found: the hands leave rest before the word and the stroke's apex meets the stressed syllable or comes
just before it (Kendon 1980, 2004; Loehr 2012; Pouw et al. 2020); gestures of a phrase are chained, held between, and continued by
small beats (McNeill 1992); hands go back to rest when a pause follows; a speaker keeps to a hand within a phrase. How long
phases last, how far hands go and which hand is used with which kind was measured on recorded gestures (`core.statistics`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...audio.prosody import Rhythm
from ...motion.face_track import Phone
from ...motion.gesture_plan import USUAL_SIZE_M, GestureUnit
from ...settings import GenerateSettings
from ...statistics import GESTURES, statistics_of
from ..face.score import Score
from ..seeding import generator_for
from . import stress, words
from .stress import SpokenSyllable

REST_PAUSE_S = 0.4  # shorter pauses do not bring the hands to rest
LEAD_S = 0.05  # the apex comes at most so long before the vowel
# Phases are measured between 10 and 90 % of the way; units begin and end where the hand is at rest.
RAMP_UP_S, RAMP_DOWN_S = 0.15, 0.2
SHORTEST_PREPARATION_S, SHORTEST_ARRIVAL_S, SHORTEST_HOLD_S, SHORTEST_RETRACTION_S = 0.3, 0.05, 0.12, 0.4
CHAINED_RETRACTION_S = 0.5  # of a gesture that the next one cuts off: it fades while that is prepared
CLOSEST_S = 0.95  # from one stroke to the next
BEAT_APART_S = 0.38
LONGEST_HOLD_S = 3.5  # with beats in it
EMPTY_HOLD_S = 1.3  # without
MOST_SPEED_M_S = 1.7  # mean of the way to the stroke; the fastest recorded ones
MOST_SIZE = 1.9
QUESTION_RISE = 3.0  # semitones at the end of a phrase against its median
LISTENING_S = 6.0  # a pause so long is another's turn
KEEPS_HAND, KEEPS_KIND = 0.8, 0.3
REPEATS_NOT = 0.6  # the same word again soon gets another gesture
CHOICE_NOISE, PROMINENCE_GAIN, CUE_GAIN, PRICE = 0.45, 4.5, 1.8, 0.75
BEATS = ("beat_low", "beat_mid", "beat_high")
# Kinds that go with almost anything one says, and how readily they are taken for it; the others need words.
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
SHARE_OTHER = 0.32  # of the gestures, without a transcript
ONE_HANDED = {"left": "left", "right": "right"}


@dataclass(frozen=True)
class Style:
    """every_s: seconds of speech from stroke to stroke. size: factor. beats: how readily a stressed syllable within a hold gets
    a beat. skip: chance that a short phrase stays without a gesture. rests: chance that hands go down in a long gap.
    adapts: chance of touching oneself or thinking in a long pause."""

    every_s: float
    size: float
    beats: float
    skip: float
    rests: float
    adapts: float


STYLES = {
    "NATURAL": Style(2.0, 1.0, 0.55, 0.25, 0.5, 0.0),
    "CALM": Style(3.0, 0.7, 0.35, 0.5, 0.75, 0.0),
    "LIVELY": Style(1.45, 1.25, 0.75, 0.1, 0.3, 0.12),
}


@dataclass(frozen=True)
class _Bout:
    """Speech between two pauses in which hands may rest. syllables: [first, last). pause_s: what follows."""

    start_s: float
    end_s: float
    first: int
    last: int
    pause_s: float


@dataclass(frozen=True)
class _Stroke:
    """A gesture that is decided on but has no phases yet."""

    syllable: SpokenSyllable
    lexeme: str
    hand: str
    size: float
    pace: float  # 0..1: quick to slow within what was measured
    lead_s: float


def plan(
    score: Score, phones: Sequence[Phone], heard: Rhythm, settings: GenerateSettings, transcript: str = ""
) -> tuple[GestureUnit, ...]:
    """The gestures that go with a voice, in order. Where one begins while another is held, that one fades under it.

    phones: of the speech model, or () where lips were not generated. settings: seed, style and body_strength count, and
    `locomotion` (no weight shifts when OFF); a body_strength of 0 gives (). Another seed gives another plan. Time and memory grow
    with the sound's length.
    """
    strength = settings.body_strength
    if strength <= 0.0 or not score.phrases:
        return ()
    spoken = stress.syllables(heard, phones)
    if not spoken:
        return ()
    style, seed = STYLES[settings.style], settings.seed
    transcript = transcript or settings.transcript
    cues, asked = _cues(transcript, spoken)
    handed = "right" if generator_for(seed, "gestures handed").random() < 0.8 else "left"
    units: list[GestureUnit] = []
    free_s = 0.05
    bouts = _bouts(score, spoken)
    for index, bout in enumerate(bouts):
        random = generator_for(seed, f"gestures {index}")
        chosen = _choose(bout, spoken, cues, style, random, free_s)
        strokes = _kinds(bout, chosen, spoken, score, cues, asked, style, handed, random, bool(transcript.strip()))
        following_s = bouts[index + 1].start_s if index + 1 < len(bouts) else score.duration_s + 10.0
        made = _phases(strokes, bout, spoken, style, random, free_s, following_s)
        if made and units and units[-1].end_s > made[0].start_s:
            units[-1] = _cut(units[-1], made[0].start_s)
        units += made
        if units:
            free_s = max(units[-1].leave_s + 0.15, 0.05)
    units = _adaptors(units, score, settings, style)
    return tuple(
        replace(unit, size=float(min(unit.size * strength, MOST_SIZE, _most_size(unit))))
        for unit in units
        if unit.start_s < score.duration_s
    )


def _bouts(score: Score, spoken: Sequence[SpokenSyllable]) -> list[_Bout]:
    times = np.array([syllable.time_s for syllable in spoken])
    spans: list[list[float]] = []
    for phrase in score.phrases:
        if spans and phrase.start_s - spans[-1][1] < REST_PAUSE_S:
            spans[-1][1] = phrase.end_s
        else:
            spans.append([phrase.start_s, phrase.end_s])
    result = []
    for index, (start, end) in enumerate(spans):
        first, last = np.searchsorted(times, (start - 0.05, end))
        pause = (spans[index + 1][0] if index + 1 < len(spans) else score.duration_s) - end
        if last > first:
            result.append(_Bout(start, end, int(first), int(last), float(pause)))
    return result


def _cues(transcript: str, spoken: Sequence[SpokenSyllable]) -> tuple[dict[int, tuple[str, float]], frozenset[int]]:
    """(lexeme, gain) by index of the syllable that carries the word, and the syllables of words that end a question."""
    if not transcript.strip():
        return {}, frozenset()
    cues, asked = {}, []
    for word in words.align(words.words_of(transcript), spoken):
        at = words.stressed_of(word, spoken)
        if at is not None and word.cue:
            # "you" and "but" call for a gesture only where they are stressed
            cues[at] = word.cue, CUE_GAIN * (1.0 if word.open_class else 1.2 * spoken[at].prominence - 0.2)
        if at is not None and word.asks:
            asked.append(at)
    return cues, frozenset(asked)


def _choose(
    bout: _Bout,
    spoken: Sequence[SpokenSyllable],
    cues: dict[int, tuple[str, float]],
    style: Style,
    random: np.random.Generator,
    free_s: float,
) -> list[int]:
    """Which syllables of a bout get a stroke: the prominent ones, about as far apart as the style says.

    The best sequence by dynamic programming: prominence gains, gaps that differ from the wanted one cost.
    """
    length_s = bout.end_s - bout.start_s
    noise = CHOICE_NOISE * random.gumbel(size=bout.last - bout.first)
    skip, every_s = random.random(), style.every_s * float(np.exp(0.15 * random.standard_normal()))
    has_cue = any(index in cues for index in range(bout.first, bout.last))
    if skip < style.skip * np.exp(-length_s / 2.0) * (2.0 if length_s < 0.7 else 1.0) and not has_cue:
        return []
    earliest_s = max(free_s + SHORTEST_PREPARATION_S + SHORTEST_ARRIVAL_S + RAMP_UP_S, bout.start_s)
    candidates = [index for index in range(bout.first, bout.last) if spoken[index].time_s >= earliest_s]
    if not candidates:
        return []
    gain = np.array(
        [
            PROMINENCE_GAIN * spoken[index].prominence
            + (cues[index][1] if index in cues else 0.0)
            + noise[index - bout.first]
            for index in candidates
        ]
    )
    gain -= np.quantile(gain, PRICE)  # so that more strokes than wanted do not pay
    times = np.array([spoken[index].time_s for index in candidates])

    def gap_cost(gap_s: np.ndarray) -> np.ndarray:
        return np.square(np.log(np.maximum(gap_s, 0.05) / every_s) / 0.6)

    # the first one early in the phrase, as the wanted gap allows
    best = gain - np.where(times - bout.start_s > 0.7 * every_s, gap_cost((times - bout.start_s) / 0.7), 0.0)
    before = np.full(len(candidates), -1)
    for k in range(1, len(candidates)):
        first, last = np.searchsorted(times, (times[k] - 4.0 * every_s, times[k] - CLOSEST_S), side="left")
        if last <= first:
            continue
        value = best[first:last] - gap_cost(times[k] - times[first:last]) + gain[k]
        top = int(value.argmax())
        if value[top] > best[k]:
            best[k], before[k] = value[top], first + top
    left_s = np.maximum(bout.end_s - times, 0.0)
    final = best - np.where(left_s > 1.2 * every_s, gap_cost(left_s / 1.2), 0.0)
    k = int(final.argmax())
    path = []
    while k >= 0:
        path.append(candidates[k])
        k = int(before[k])
    return path[::-1]


def _kinds(
    bout: _Bout,
    chosen: Sequence[int],
    spoken: Sequence[SpokenSyllable],
    score: Score,
    cues: dict[int, tuple[str, float]],
    asked: frozenset[int],
    style: Style,
    handed: str,
    random: np.random.Generator,
    words_given: bool,
) -> list[_Stroke]:
    """Lexeme, hand and size of each stroke."""
    if not chosen:
        return []
    families = statistics_of(GESTURES)["gestures"]["families"]
    inside = spoken[bout.first : bout.last]
    louder = np.array([syllable.loudness_db for syllable in inside])
    ranks = np.argsort(np.argsort([syllable.prominence for syllable in inside])) / max(len(inside) - 1, 1)
    rising = _rises(score, bout)
    asked_last = max((index for index in asked if index < bout.last), default=-1) if words_given else -1
    side = handed if random.random() < 0.78 else ("left" if handed == "right" else "right")
    strokes: list[_Stroke] = []
    for position, index in enumerate(chosen):
        luck = random.random(6)
        syllable = spoken[index]
        rank = float(np.clip(0.6 * ranks[index - bout.first] + 0.4 * syllable.prominence, 0.0, 1.0))
        loud = float(np.clip((syllable.loudness_db - np.median(louder)) / 6.0, 0.0, 1.0))
        ends = position == len(chosen) - 1
        lexeme = cues[index][0] if index in cues else ""
        if not lexeme or (strokes and strokes[-1].lexeme == lexeme and luck[0] < REPEATS_NOT):
            asks = asked_last >= index if words_given else rising
            if strokes and luck[1] < KEEPS_KIND and strokes[-1].lexeme in (*BEATS, "chop") and not (ends and asks):
                lexeme = strokes[-1].lexeme
            else:
                lexeme = _without_words(families, rank, loud, ends and asks, words_given, random.random())
        family = families.get(lexeme, statistics_of(GESTURES)["gestures"]["all"])
        both = family["both"] if family.get("both") is not None else statistics_of(GESTURES)["gestures"]["all"]["both"]
        both = float(np.clip(both * (0.45 + 0.9 * rank), 0.0, 1.0)) if both < 1.0 else 1.0
        if lexeme in ONE_HANDED:
            hand = ONE_HANDED[lexeme]
        elif strokes and luck[2] < KEEPS_HAND and 0.0 < both < 1.0:
            hand = strokes[-1].hand
        else:
            hand = "both" if luck[3] < both else side
        far = _quantile(family["excursion_m"], 0.15 + 0.7 * (0.7 * rank + 0.3 * luck[4])) / USUAL_SIZE_M
        size = far * (0.8 + 0.4 * rank) * style.size
        strokes.append(
            _Stroke(syllable, lexeme, hand, float(size), float(0.2 + 0.6 * luck[5]), float(LEAD_S * random.random()))
        )
    return strokes


def _without_words(families: dict, rank: float, loud: float, asks: bool, words_given: bool, luck: float) -> str:
    """A kind by what the voice alone says: beats by prominence, others by how often they were recorded."""
    weights = {
        "beat_low": 0.12 + 0.5 * (1.0 - rank) ** 1.5,
        "beat_mid": 0.5,
        "beat_high": 0.05 + 0.5 * rank**2 * (0.5 + loud),
    }
    total = sum(weights.values())
    weights = {name: weight / total for name, weight in weights.items()}
    others = {
        name: readily * families[name]["takes"] ** 0.5 for name, readily in WITHOUT_WORDS.items() if name in families
    }
    others["chop"] *= 0.4 + 1.6 * rank * (0.5 + loud)
    if asks:
        others["question"] *= 14.0
        others["offer"] *= 4.0
        others["shrug"] *= 3.0
    share = SHARE_OTHER * (1.8 if asks else 1.0) * (0.6 if words_given else 1.0)
    total = sum(others.values())
    names = [*weights, *others]
    chances = np.cumsum(
        [
            *((1.0 - share) * weight for weight in weights.values()),
            *(share * other / total for other in others.values()),
        ]
    )
    return names[min(int(np.searchsorted(chances, luck * chances[-1])), len(names) - 1)]


def _rises(score: Score, bout: _Bout) -> bool:
    """Whether the voice goes up at the end of a bout, as in a question."""
    first, last = int(bout.start_s * score.rate_hz), int(bout.end_s * score.rate_hz)
    tail = int(0.25 * score.rate_hz)
    melody = score.pitch[first:last]
    return (
        len(melody) > 4 * tail
        and float(melody[-tail:].max() - np.median(melody)) > QUESTION_RISE
        and int(melody[-tail:].argmax()) > 0.3 * tail
    )


def _quantile(values: Sequence[float], chance: float) -> float:
    return float(np.interp(chance, statistics_of(GESTURES)["gestures"]["quantiles"], values))


def _phases(
    strokes: Sequence[_Stroke],
    bout: _Bout,
    spoken: Sequence[SpokenSyllable],
    style: Style,
    random: np.random.Generator,
    free_s: float,
    following_s: float,
) -> list[GestureUnit]:
    """Times of a bout's strokes; those near each other are chained."""
    made: list[GestureUnit] = []
    families, usual = statistics_of(GESTURES)["gestures"]["families"], statistics_of(GESTURES)["gestures"]["all"]
    inside = spoken[bout.first : bout.last]
    times = np.array([syllable.time_s for syllable in inside])
    for position, stroke in enumerate(strokes):
        family = families.get(stroke.lexeme, usual)
        preparation, arrival, hold, retraction = (
            _quantile(family[name], stroke.pace) for name in ("preparation_s", "arrival_s", "hold_s", "retraction_s")
        )
        hold, retraction = min(max(hold, 0.15), 0.7), min(retraction, 1.1) + RAMP_DOWN_S
        luck = random.random(3)
        emphasis = stroke.syllable.time_s - stroke.lead_s
        earliest = free_s if not made else (made[-1].emphasis_s, *made[-1].beats_s)[-1] + SHORTEST_HOLD_S
        wanted = emphasis - arrival - preparation - RAMP_UP_S
        start = max(wanted, earliest)
        # what is missing is taken from arrival and preparation alike
        share = (emphasis - start) / (emphasis - wanted)
        reach = max(min(emphasis - max(arrival * share, SHORTEST_ARRIVAL_S), emphasis), start + SHORTEST_PREPARATION_S)
        reach = min(reach, emphasis)
        if made:
            made[-1] = _joined(made[-1], start, style, luck[0])
        # how long the hands could stay: to the next stroke's preparation, or to the end of the bout
        if position + 1 < len(strokes):
            until = strokes[position + 1].syllable.time_s - 0.75
        else:
            until = bout.end_s
        begin, end = np.searchsorted(times, (emphasis, min(until, emphasis + LONGEST_HOLD_S)))
        beats = _beats(emphasis, inside[begin:end], style, random)
        last = (emphasis, *beats)[-1]
        leave = last + hold
        if position + 1 == len(strokes):
            # stays up to the end of what it goes with, but not into the pause
            leave = min(
                max(leave, min(bout.end_s - 0.15, last + EMPTY_HOLD_S)), max(bout.end_s + 0.1, last + SHORTEST_HOLD_S)
            )
            room = following_s - 0.1 - leave
            if bout.pause_s < 3.0:
                retraction = max(min(retraction, room), SHORTEST_RETRACTION_S)
        leave = max(leave, reach)
        made.append(
            GestureUnit(
                stroke.lexeme, stroke.hand, stroke.size, start, reach, emphasis, leave, leave + retraction, beats
            )
        )
    return made


def _beats(
    emphasis: float, held: Sequence[SpokenSyllable], style: Style, random: np.random.Generator
) -> tuple[float, ...]:
    """Small beats on stressed ones of the syllables during which a stroke is held."""
    found: list[float] = []
    last = emphasis
    for syllable in held:
        luck, lead = random.random(2)
        time_s = syllable.time_s - LEAD_S * lead
        if time_s - last >= BEAT_APART_S and luck < style.beats * 1.6 * max(syllable.prominence - 0.15, 0.0):
            found.append(float(time_s))
            last = time_s
    return tuple(found)


def _joined(unit: GestureUnit, next_start_s: float, style: Style, luck: float) -> GestureUnit:
    """A unit as it ends when another follows in the bout: held until that begins, or back to rest if there is time enough."""
    last = (unit.emphasis_s, *unit.beats_s)[-1]
    gap = next_start_s - last
    if gap > unit.end_s - last + 0.2 and luck < style.rests:
        return unit
    if gap <= EMPTY_HOLD_S:
        leave = max(next_start_s, unit.reach_s)
        return replace(unit, leave_s=leave, end_s=leave + CHAINED_RETRACTION_S)
    # too long to stand still: the hands begin to sink
    leave = max(unit.reach_s, min(unit.leave_s, last + EMPTY_HOLD_S))
    return replace(unit, leave_s=leave, end_s=max(min(unit.end_s, leave + 1.1), leave + SHORTEST_RETRACTION_S))


def _cut(unit: GestureUnit, next_start_s: float) -> GestureUnit:
    """A unit whose retraction the next one interrupts."""
    leave = max(min(unit.leave_s, next_start_s), unit.reach_s)
    return replace(
        unit,
        leave_s=leave,
        end_s=max(min(unit.end_s, next_start_s + CHAINED_RETRACTION_S), leave + SHORTEST_RETRACTION_S),
    )


def _most_size(unit: GestureUnit) -> float:
    """As far as an arm gets in the time of the preparation."""
    return MOST_SPEED_M_S * (unit.reach_s - unit.start_s) / USUAL_SIZE_M


def _adaptors(units: list[GestureUnit], score: Score, settings: GenerateSettings, style: Style) -> list[GestureUnit]:
    """Now and then a shift of weight, or a thinking or self-touching hand, in pauses of one's own speech."""
    random = generator_for(settings.seed, "gestures adaptors")
    shifts = settings.locomotion != "OFF"
    families = statistics_of(GESTURES)["gestures"]["families"]
    added: list[GestureUnit] = []
    last = {"shift": -10.0, "hand": -25.0}
    at = 0
    for before, after in zip(score.phrases, score.phrases[1:]):
        luck = random.random(4)
        pause_s = after.start_s - before.end_s
        if not 1.2 <= pause_s <= LISTENING_S:
            continue
        while at < len(units) and units[at].start_s < before.end_s:
            at += 1
        begin = max(units[at - 1].end_s if at else 0.0, before.end_s - 0.6)
        end = units[at].start_s if at < len(units) else after.start_s + 0.5
        kind = ""
        if shifts and before.end_s - last["shift"] > 15.0 and luck[0] < 0.3:
            kind, group = "shift", "shift"
        elif before.end_s - last["hand"] > 30.0 and luck[1] < style.adapts:
            kind, group = ("think" if luck[2] < 0.6 else "touch"), "hand"
        if not kind or kind not in families:
            continue
        family = families[kind]
        rise = _quantile(family["preparation_s"], 0.5) + RAMP_UP_S
        stay = min(_quantile(family["hold_s"], 0.3) + _quantile(family["arrival_s"], 0.3), 0.8)
        sink = min(_quantile(family["retraction_s"], 0.4), 1.1) + RAMP_DOWN_S
        squeeze = (end - begin) / (rise + stay + sink)
        if squeeze < 0.75:
            continue
        squeeze = min(squeeze, 1.0)
        start = begin + float(luck[3]) * (end - begin - squeeze * (rise + stay + sink))
        reach, leave = start + squeeze * rise, start + squeeze * (rise + stay)
        hand = (
            "both"
            if kind == "shift"
            else ("right" if generator_for(settings.seed, "gestures handed").random() < 0.8 else "left")
        )
        size = _quantile(family["excursion_m"], 0.5) / USUAL_SIZE_M * min(style.size, 1.1)
        added.append(
            GestureUnit(
                kind, hand, size, start, reach, 0.5 * (reach + leave), leave, start + squeeze * (rise + stay + sink)
            )
        )
        last[group] = start
    return sorted([*units, *added], key=lambda unit: unit.start_s)
