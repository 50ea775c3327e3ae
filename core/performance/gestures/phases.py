# SPDX-License-Identifier: GPL-3.0-or-later
"""When the phases of a bout's strokes are.

The hands leave rest before the word and the stroke's apex meets the stressed syllable or comes just before it (Kendon
1980, 2004; Loehr 2012; Pouw et al. 2020); gestures of a phrase are chained, held between, and continued by small beats
(McNeill 1992). How long phases last was measured on recorded gestures (`core.statistics`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...audio.syllables import Syllable
from ...motion.gesture_plan import GestureUnit
from .context import Bout, PlanContext, all_gestures, families, measured_quantile
from .kinds import PARAMETERS as KINDS
from .kinds import Stroke
from .style import GestureStyle


@dataclass(frozen=True)
class PhaseParameters:
    """Seconds. What has no source is by eye."""

    # Phases are measured between 10 and 90 % of the way; units begin and end where the hand is at rest.
    ramp_up: float = 0.15
    ramp_down: float = 0.2
    shortest_preparation: float = 0.3
    shortest_arrival: float = 0.05
    shortest_hold: float = 0.12
    hold: tuple[float, float] = (0.15, 0.7)
    shortest_retraction: float = 0.4
    longest_retraction: float = 1.1
    chained_retraction: float = 0.5  # of a gesture that the next one cuts off: it fades while that is prepared
    before_next: float = 0.75  # a hold ends so long before the next stroke's syllable
    beat_apart: float = 0.38
    longest_hold: float = 3.5  # with beats in it
    empty_hold: float = 1.3  # without
    beat_gain: float = 1.6  # of a syllable's prominence
    beat_from: float = 0.15  # prominence that gets no beat
    long_pause: float = 3.0  # hands go down at their leisure


PARAMETERS = PhaseParameters()


@dataclass(frozen=True)
class Durations:
    """How long the phases of a stroke would like to be, in seconds."""

    preparation: float
    arrival: float
    hold: float
    retraction: float


def ready_after(free_s: float) -> float:
    """The earliest that a stroke can be reached by hands that are free at free_s."""
    return free_s + PARAMETERS.shortest_preparation + PARAMETERS.shortest_arrival + PARAMETERS.ramp_up


def phases_of(
    strokes: Sequence[Stroke],
    bout: Bout,
    context: PlanContext,
    random: np.random.Generator,
    free_s: float,
    following_s: float,
) -> list[GestureUnit]:
    """The strokes of a bout with their times; those near each other are chained.

    Args:
        strokes: in order of time.
        bout, context: what they go with.
        random: of the bout.
        free_s: seconds, when the hands are free.
        following_s: seconds, when the next bout begins.
    """
    how, style = PARAMETERS, context.style
    made: list[GestureUnit] = []
    inside = context.syllables[bout.first : bout.last]
    times = np.array([syllable.time_s for syllable in inside])
    for position, stroke in enumerate(strokes):
        wish = _durations(stroke)
        u = random.random(3)
        emphasis = stroke.syllable.time_s - stroke.lead_s
        earliest = free_s if not made else _last_beat(made[-1]) + how.shortest_hold
        start, reach = _start_and_reach(emphasis, earliest, wish)
        if made:
            made[-1] = _joined(made[-1], start, style, u[0])
        is_last = position + 1 == len(strokes)
        # how long the hands could stay: to the next stroke's preparation, or to the end of the bout
        until = bout.end_s if is_last else strokes[position + 1].syllable.time_s - how.before_next
        begin, end = np.searchsorted(times, (emphasis, min(until, emphasis + how.longest_hold)))
        beats = _beats(emphasis, inside[begin:end], style, random)
        last = (emphasis, *beats)[-1]
        leave, retraction = last + wish.hold, wish.retraction
        if is_last:
            # stays up to the end of what it goes with, but not into the pause
            leave = max(leave, min(bout.end_s - 0.25, last + how.empty_hold))
            leave = min(leave, max(bout.end_s - 0.1, last + how.shortest_hold))
            if bout.pause_s < how.long_pause:
                retraction = max(min(retraction, following_s - 0.1 - leave), how.shortest_retraction)
        leave = max(leave, reach)
        end_s = leave + retraction
        made.append(GestureUnit(stroke.lexeme, stroke.hand, stroke.size, start, reach, emphasis, leave, end_s, beats))
    return made


def _durations(stroke: Stroke) -> Durations:
    """As measured on gestures of its kind, at its pace."""
    how = PARAMETERS
    family = families().get(stroke.lexeme, all_gestures())
    preparation, arrival, hold, retraction = (
        measured_quantile(family[name], stroke.pace)
        for name in ("preparation_s", "arrival_s", "hold_s", "retraction_s")
    )
    shortest, longest = how.hold
    return Durations(
        preparation, arrival, min(max(hold, shortest), longest), min(retraction, how.longest_retraction) + how.ramp_down
    )


def _start_and_reach(emphasis: float, earliest: float, wish: Durations) -> tuple[float, float]:
    """When the hands leave rest and when they are where the stroke ends. What is missing is taken from both phases
    alike."""
    how = PARAMETERS
    wanted = emphasis - wish.arrival - wish.preparation - how.ramp_up
    start = max(wanted, earliest)
    share = (emphasis - start) / (emphasis - wanted)
    reach = min(emphasis - max(wish.arrival * share, how.shortest_arrival), emphasis)
    return start, min(max(reach, start + how.shortest_preparation), emphasis)


def _last_beat(unit: GestureUnit) -> float:
    return (unit.emphasis_s, *unit.beats_s)[-1]


def _beats(
    emphasis: float, held: Sequence[Syllable], style: GestureStyle, random: np.random.Generator
) -> tuple[float, ...]:
    """Small beats on stressed ones of the syllables during which a stroke is held."""
    found: list[float] = []
    last, how = emphasis, PARAMETERS
    for syllable in held:
        u, lead = random.random(2)
        time_s = syllable.time_s - KINDS.lead_s * lead
        readily = style.beats * how.beat_gain * max(syllable.prominence - how.beat_from, 0.0)
        if time_s - last >= how.beat_apart and u < readily:
            found.append(float(time_s))
            last = time_s
    return tuple(found)


def _joined(unit: GestureUnit, next_start_s: float, style: GestureStyle, u: float) -> GestureUnit:
    """A unit as it ends when another follows in the bout: held until that begins, or back to rest if there is time
    enough."""
    how = PARAMETERS
    last = _last_beat(unit)
    gap = next_start_s - last
    if gap > unit.end_s - last + 0.2 and u < style.rests:
        return unit
    if gap <= how.empty_hold:
        leave = max(next_start_s, unit.reach_s)
        return replace(unit, leave_s=leave, end_s=leave + how.chained_retraction)
    # too long to stand still: the hands begin to sink
    leave = max(unit.reach_s, min(unit.leave_s, last + how.empty_hold))
    end_s = max(min(unit.end_s, leave + how.longest_retraction), leave + how.shortest_retraction)
    return replace(unit, leave_s=leave, end_s=end_s)


def cut_off(unit: GestureUnit, next_start_s: float) -> GestureUnit:
    """A unit whose retraction the next one interrupts."""
    leave = max(min(unit.leave_s, next_start_s), unit.reach_s)
    end_s = max(min(unit.end_s, next_start_s + PARAMETERS.chained_retraction), leave + PARAMETERS.shortest_retraction)
    return replace(unit, leave_s=leave, end_s=end_s)
