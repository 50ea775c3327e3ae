# SPDX-License-Identifier: GPL-3.0-or-later
"""Which syllables of a bout get a stroke: the prominent ones, about as far apart as the style says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .context import Bout, PlanContext


@dataclass(frozen=True)
class ChoiceParameters:
    """What a stroke gains and costs. By eye, held against the recorded conversations (bench `gesture`)."""

    noise: float = 0.45  # of the draws; more and the seed outweighs the voice
    prominence_gain: float = 4.5
    price: float = 0.75  # the quantile of the gains that pays for a stroke
    every_s_spread: float = 0.15  # of the wanted gap from bout to bout, logarithm
    gap_spread: float = 0.6  # logarithm of the ratio to the wanted gap that costs 1
    closest_s: float = 0.95  # from one stroke to the next
    first_within: float = 0.7  # of the wanted gap: the first stroke comes early in the phrase
    last_within: float = 1.2  # of the wanted gap: then the phrase may end without another
    brief_s: float = 0.7  # so short a bout is skipped twice as often


PARAMETERS = ChoiceParameters()


def choose_strokes(bout: Bout, context: PlanContext, random: np.random.Generator, ready_s: float) -> list[int]:
    """Indices of the syllables of a bout that get a stroke, in order.

    Args:
        bout: the speech that is gestured with.
        context: what is said and how.
        random: of the bout.
        ready_s: seconds; before this no stroke can be reached.
    """
    how, style = PARAMETERS, context.style
    length_s = bout.end_s - bout.start_s
    noise = how.noise * random.gumbel(size=bout.last - bout.first)
    skip, every_s = random.random(), style.every_s * float(np.exp(how.every_s_spread * random.standard_normal()))
    has_cue = any(index in context.cues for index in range(bout.first, bout.last))
    skips = style.skip * np.exp(-length_s / 2.0) * (2.0 if length_s < how.brief_s else 1.0)
    if skip < skips and not has_cue:
        return []
    earliest_s = max(ready_s, bout.start_s)
    candidates = [index for index in range(bout.first, bout.last) if context.syllables[index].time_s >= earliest_s]
    if not candidates:
        return []
    gain = np.array([_gain(index, context) + noise[index - bout.first] for index in candidates])
    gain -= np.quantile(gain, how.price)  # so that more strokes than wanted do not pay
    times = np.array([context.syllables[index].time_s for index in candidates])
    return [candidates[place] for place in _best_sequence(times, gain, every_s, bout)]


def _gain(index: int, context: PlanContext) -> float:
    cue = context.cues.get(index)
    return PARAMETERS.prominence_gain * context.syllables[index].prominence + (cue.gain if cue is not None else 0.0)


def _best_sequence(times: np.ndarray, gain: np.ndarray, every_s: float, bout: Bout) -> list[int]:
    """Places in times (n,) and gain (n,) by dynamic programming: gains count, gaps that differ from the wanted one
    cost."""
    how = PARAMETERS

    def gap_cost(gap_s: np.ndarray) -> np.ndarray:
        return np.square(np.log(np.maximum(gap_s, 0.05) / every_s) / how.gap_spread)

    since_start = times - bout.start_s
    late = since_start > how.first_within * every_s
    best = gain - np.where(late, gap_cost(since_start / how.first_within), 0.0)
    before = np.full(len(times), -1)
    for k in range(1, len(times)):
        first, last = np.searchsorted(times, (times[k] - 4.0 * every_s, times[k] - how.closest_s), side="left")
        if last <= first:
            continue
        value = best[first:last] - gap_cost(times[k] - times[first:last]) + gain[k]
        top = int(value.argmax())
        if value[top] > best[k]:
            best[k], before[k] = value[top], first + top
    left_s = np.maximum(bout.end_s - times, 0.0)
    final = best - np.where(left_s > how.last_within * every_s, gap_cost(left_s / how.last_within), 0.0)
    k = int(final.argmax())
    path = []
    while k >= 0:
        path.append(k)
        k = int(before[k])
    return path[::-1]
