# SPDX-License-Identifier: GPL-3.0-or-later
"""Now and then a shift of weight, or a thinking or self-touching hand, in pauses of one's own speech."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...motion.gesture_plan import USUAL_SIZE_M, GestureUnit
from .context import PlanContext, families, measured_quantile
from .phases import PARAMETERS as PHASES


@dataclass(frozen=True)
class AdaptorParameters:
    """By eye."""

    shortest_pause_s: float = 1.2
    listening_s: float = 6.0  # a longer pause is another's turn
    shift_every_s: float = 15.0  # at most so often
    shift_share: float = 0.3  # of the pauses
    hand_every_s: float = 30.0
    thinks: float = 0.6  # the others touch themselves
    longest_stay_s: float = 0.8
    least_pace: float = 0.75  # of the recorded durations; where there is less time it is left out
    most_size: float = 1.1  # factor of the style


PARAMETERS = AdaptorParameters()


def with_adaptors(
    units: Sequence[GestureUnit], context: PlanContext, random: np.random.Generator, shifts: bool
) -> list[GestureUnit]:
    """A plan with gestures in its pauses, in order of time. shifts: whether weight may be shifted."""
    how = PARAMETERS
    added: list[GestureUnit] = []
    last_shift_s, last_hand_s = -10.0, -25.0
    at = 0
    phrases = context.prosody.phrases
    for before, after in zip(phrases, phrases[1:]):
        u = random.random(4)
        if not how.shortest_pause_s <= after.start_s - before.end_s <= how.listening_s:
            continue
        while at < len(units) and units[at].start_s < before.end_s:
            at += 1
        begin = max(units[at - 1].end_s if at else 0.0, before.end_s - 0.6)
        end = units[at].start_s if at < len(units) else after.start_s + 0.5
        if shifts and before.end_s - last_shift_s > how.shift_every_s and u[0] < how.shift_share:
            kind = "shift"
        elif before.end_s - last_hand_s > how.hand_every_s and u[1] < context.style.adapts:
            kind = "think" if u[2] < how.thinks else "touch"
        else:
            continue
        unit = _fitted(kind, begin, end, context, float(u[3])) if kind in families() else None
        if unit is None:
            continue
        added.append(unit)
        if kind == "shift":
            last_shift_s = unit.start_s
        else:
            last_hand_s = unit.start_s
    return sorted([*units, *added], key=lambda unit: unit.start_s)


def _fitted(kind: str, begin_s: float, end_s: float, context: PlanContext, u: float) -> GestureUnit | None:
    """A gesture of a kind somewhere between two times, a little faster than recorded if need be; None where it does not
    fit."""
    how, family = PARAMETERS, families()[kind]
    rise = measured_quantile(family["preparation_s"], 0.5) + PHASES.ramp_up
    stay = measured_quantile(family["hold_s"], 0.3) + measured_quantile(family["arrival_s"], 0.3)
    stay = min(stay, how.longest_stay_s)
    sink = min(measured_quantile(family["retraction_s"], 0.4), PHASES.longest_retraction) + PHASES.ramp_down
    pace = (end_s - begin_s) / (rise + stay + sink)
    if pace < how.least_pace:
        return None
    pace = min(pace, 1.0)
    start = begin_s + u * (end_s - begin_s - pace * (rise + stay + sink))
    reach, leave = start + pace * rise, start + pace * (rise + stay)
    hand = "both" if kind == "shift" else context.handed
    size = measured_quantile(family["excursion_m"], 0.5) / USUAL_SIZE_M * min(context.style.size, how.most_size)
    return GestureUnit(
        kind, hand, size, start, reach, 0.5 * (reach + leave), leave, start + pace * (rise + stay + sink)
    )
