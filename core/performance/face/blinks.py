# SPDX-License-Identifier: GPL-3.0-or-later
"""Blinks: when, how deep and how the lid moves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...motion.easing import minimum_jerk
from ...statistics import NONVERBAL, statistics_of
from ..seeding import generator_for
from .quantiles import draw, quantile
from .score import Score

# Bentivoglio et al. 1997 (Movement Disorders 12): 17 a minute at rest, 26 in conversation.
REST_PER_MIN, SPEAKING_PER_MIN = 17.0, 26.0
# Speakers blink where the meaning breaks, listeners too (Nakano and Kitazawa 2010; Cummins 2012), and with large shifts
# of gaze (Evinger et al. 1994).
AT_PAUSE, AT_SHIFT = 0.65, 0.5
SHORTEST_GAP_S = 0.45
LONGEST_GAP_S = 7.5  # longer looks like staring
DOUBLE = 0.05  # share of blinks that a second one follows at once


@dataclass(frozen=True)
class Blink:
    """start_s: the lid begins to close. Durations in seconds; depth 1 = shut."""

    start_s: float
    closing_s: float
    closed_s: float
    opening_s: float
    depth: float


def blinks(score: Score, seed: int, shifts_s: np.ndarray, rate: float = 1.0) -> tuple[Blink, ...]:
    """The blinks of a performance. shifts_s: times of large gaze shifts; rate: 1 = as people do on average."""
    random = generator_for(seed, "blinks")
    table = statistics_of(NONVERBAL)["blinks"]
    attractors = sorted(
        [(start, AT_PAUSE, 0.25) for start, _ in score.pauses if start > 0.0]
        + [(float(time), AT_SHIFT, 0.04) for time in shifts_s]
    )
    attractor_s = np.array([time for time, *_ in attractors])
    result: list[Blink] = []
    # one's own rate: within the inner half of people
    own = rate * float(np.clip(draw(random, table["rate_per_min"]) / np.median(table["rate_per_min"]), 0.75, 1.2))
    last = -float(random.uniform(0.0, 3.0))
    while True:
        per_min = own * (SPEAKING_PER_MIN if score.speaks_at(max(last, 0.0) + 0.5) else REST_PER_MIN)
        wish = last + float(
            np.clip(draw(random, table["interval_of_mean"]) * 60.0 / per_min, SHORTEST_GAP_S, LONGEST_GAP_S)
        )
        luck, late = random.random(), random.random()
        phases = random.random(4)
        double = random.random() < DOUBLE
        if wish >= score.duration_s:
            return tuple(result)
        near = (
            np.flatnonzero((attractor_s > max(wish - 0.9, last + SHORTEST_GAP_S)) & (attractor_s < wish + 1.2))
            if len(attractor_s)
            else ()
        )
        if len(near):
            time, chance, spread = attractors[near[np.argmin(np.abs(attractor_s[near] - wish))]]
            if luck < chance:
                wish = time + spread * late
        start = max(wish, last + SHORTEST_GAP_S, 0.2)
        if start >= score.duration_s:
            return tuple(result)
        result.append(_blink(start, phases, table))
        last = start
        if double:
            again = start + result[-1].closing_s + result[-1].closed_s + result[-1].opening_s + 0.06
            result.append(_blink(again, phases[::-1], table))
            last = again


def _blink(start_s: float, chances: np.ndarray, table: dict) -> Blink:
    """One blink. The headset saw the lid at 91 Hz only through a camera's model, so its outer quantiles, which are closed
    eyes and lost frames, are cut to the range of spontaneous blinks by VanderWerf et al. 2003 (closing about 0.1 s,
    opening about twice as long)."""
    closing, closed, opening, depth = (
        quantile(chance, table[name]) for chance, name in zip(chances, ("closing_s", "closed_s", "opening_s", "depth"))
    )
    return Blink(
        start_s,
        float(np.clip(closing, 0.065, 0.12)),
        float(np.clip(closed, 0.02, 0.07)),
        float(np.clip(opening, 0.13, 0.26)),
        1.0 if depth > 0.7 else float(np.clip(depth / 0.7, 0.75, 1.0)),
    )


def lid_curve(score: Score, events: tuple[Blink, ...]) -> np.ndarray:
    """(frames,) 0 open .. 1 shut. Down fast and evenly, up fast at first and then slowing (VanderWerf et al. 2003)."""
    curve = np.zeros(score.frames)
    for blink in events:
        end_s = blink.start_s + blink.closing_s + blink.closed_s + blink.opening_s
        first, last = (
            max(int(np.ceil(blink.start_s * score.rate_hz)), 0),
            min(int(end_s * score.rate_hz) + 1, score.frames),
        )
        since = np.arange(first, last) / score.rate_hz - blink.start_s
        down = minimum_jerk(since / blink.closing_s)
        up = minimum_jerk(np.clip((since - blink.closing_s - blink.closed_s) / blink.opening_s, 0.0, 1.0) ** 0.7)
        curve[first:last] = np.maximum(curve[first:last], blink.depth * (down - up))
    return curve
