# SPDX-License-Identifier: GPL-3.0-or-later
"""When, where to and with which foot someone takes a few steps while talking: drawn from a seed, in order of time.

A placement is a planar transform of the whole body: a turn about the vertical axis through the origin, then a
displacement. Spots are drawn about the start, which brings the character back again and again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

# By eye, beside recorded people who talk standing: how often, how far, how fast.
HOLD_S = {"CALM": (14.0, 28.0), "NATURAL": (7.0, 15.0), "LIVELY": (4.0, 9.0)}  # of standing between steps
SPREAD_M = {"CALM": 0.22, "NATURAL": 0.30, "LIVELY": 0.38}  # of the spots about the start, standard deviation each way
RADIUS_M = 0.7  # no spot is farther from the start
TURN_RAD = np.radians(40.0)  # nor turned farther from the first direction, nor turned farther at once
FIRST_S = 0.5  # of weight transfer before the first foot lifts
LAST_S = 0.6  # until the weight is on both feet again
_SPREAD_RAD = np.radians(16.0)
_SPOT_M, _SPOT_RAD, _SPOT_TURN_RAD = 0.012, np.radians(9.0), 0.3  # the same for steps on the spot
_SWING_S = (0.48, 0.62)  # a foot is in the air, and a little longer or shorter by its way
_BOTH_S = 0.2  # both feet stand between two swings
_NEAR_S = 3.0  # a pause that near is waited for, or used early
_ASIDE_M, _AHEAD_M = 0.24, 0.30  # a foot's way at once, aside and ahead
_SHORTEST_M = 0.10  # shorter ways are not worth a step
_LONGEST_M = 0.55  # of a few steps in a row
_LIFT_M = (0.04, 0.06)  # of the ball of the foot; the heel goes higher
_APART_M, _TOE_IN, _TOE_OUT = 0.10, np.radians(-18.0), np.radians(65.0)  # feet never come closer aside, nor cross
_TRIES = 12
# Ankle and ball, left and right, of an average adult: (x, z) in metres.
_ADULT_FEET = np.array([[[0.09, -0.03], [0.11, 0.09]], [[-0.09, -0.03], [-0.11, 0.09]]])

Placement = tuple[float, float, float]  # x, z in metres, turn about Y in radians (positive to the left)
Swing = tuple[int, Placement, Placement]  # which foot (0 left, 1 right), from where, to where


@dataclass(frozen=True)
class Step:
    """One foot (0 left, 1 right) goes from one placement to another; it is in the air from lift_s to land_s.

    lift_m: of the ball. ahead: the way's direction in the body's view, 1 forwards, 0 aside, −1 backwards. first, last:
    of a few steps in a row.
    """

    foot: int
    lift_s: float
    land_s: float
    start: Placement
    end: Placement
    lift_m: float
    ahead: float
    first: bool
    last: bool


@dataclass(frozen=True)
class StepOptions:
    """style: CALM, NATURAL or LIVELY, how often and how far. travel: False keeps the steps on the spot. strength:
    scales their ways. pauses_s: (from, to) of silences, which steps prefer. blocked_s: (from, to) in which nothing may
    happen."""

    style: str = "NATURAL"
    travel: bool = True
    strength: float = 1.0
    pauses_s: Sequence[tuple[float, float]] = ()
    blocked_s: Sequence[tuple[float, float]] = ()

    @property
    def size(self) -> float:
        return float(np.clip(self.strength, 0.0, 1.5))

    @property
    def spread_m(self) -> float:
        """Of the spots about the start, standard deviation each way."""
        return (SPREAD_M[self.style] if self.travel else _SPOT_M) * self.size


def plan_steps(
    duration_s: float,
    seed: int,
    options: StepOptions | None = None,
    feet: np.ndarray | None = None,
    rate_hz: float = 30.0,
) -> tuple[Step, ...]:
    """When which foot goes where, in order of time; the beginning does not depend on the length.

    Args:
        duration_s: seconds to fill, from 0 on.
        seed: another one draws other steps.
        options: how often, how far, and when not.
        feet: ankle and ball of both feet on the floor over time, (T, 2, 2, 2) as (x, z) metres, to see that they do not
            cross; None: those of an average adult.
        rate_hz: frames a second of feet.
    """
    options = options or StepOptions()
    rng = np.random.default_rng((seed, 0x57E9))
    hold_s = HOLD_S[options.style]
    time_s, end_s, here = float(rng.uniform(0.35, 0.8)) * hold_s[0] * 0.8, 0.0, (0.0, 0.0, 0.0)
    blocked = sorted(options.blocked_s)
    steps: list[Step] = []
    while time_s < duration_s:
        wish_s = max(_near_pause(time_s, options.pauses_s), end_s + 0.6)
        draws = np.random.default_rng(rng.integers(2**62))  # so that tries more or less do not change what comes later
        rest_s = float(rng.uniform(*hold_s))
        standing = _ADULT_FEET if feet is None else feet[min(int(wish_s * rate_hz), len(feet) - 1)]
        swings = _draw_swings(draws, here, options, standing)
        if swings:
            lengths_s = _swing_lengths(draws, swings, standing)
            start_s = _free_from(wish_s, sum(lengths_s) + _BOTH_S * (len(swings) - 1) + FIRST_S + LAST_S, blocked)
            if start_s <= wish_s + _NEAR_S:  # else there is no room: later
                few = _timed(draws, swings, lengths_s, start_s + FIRST_S)
                if few[-1].land_s + LAST_S > duration_s:
                    break
                steps += few
                here, end_s = few[-1].end, few[-1].land_s + LAST_S
        time_s = max(time_s, end_s) + rest_s
    return tuple(steps)


def placed(placement: Sequence[float] | np.ndarray, points: np.ndarray) -> np.ndarray:
    """Points on the floor (..., 2) as (x, z) metres, brought to a placement."""
    x, z, turn = placement
    sine, cosine = np.sin(turn), np.cos(turn)
    return np.stack(
        [cosine * points[..., 0] + sine * points[..., 1] + x, cosine * points[..., 1] - sine * points[..., 0] + z], -1
    )


def _near_pause(time_s: float, pauses_s: Sequence[tuple[float, float]]) -> float:
    """When to begin: with a pause that is near, so that the first foot lifts as the phrase ends or the next one
    begins."""
    near = [start - 0.3 for start, _ in pauses_s if start - _NEAR_S < time_s + 0.3 < start + _NEAR_S and start > 0.8]
    return min(near, key=lambda moment: abs(moment - time_s)) if near else time_s


def _free_from(start_s: float, length_s: float, blocked_s: Sequence[tuple[float, float]]) -> float:
    """The first moment from start_s on after which nothing is blocked for length_s."""
    for low, high in blocked_s:
        if low < start_s + length_s and high > start_s:
            start_s = high
    return start_s


def _timed(
    draws: np.random.Generator, swings: Sequence[Swing], lengths_s: Sequence[float], lift_s: float
) -> list[Step]:
    """A few steps in a row, the first foot lifting at lift_s."""
    steps = []
    for index, ((foot, start, end), length_s) in enumerate(zip(swings, lengths_s)):
        lift_m = float(draws.uniform(*_LIFT_M))
        first, last = index == 0, index == len(swings) - 1
        steps.append(Step(foot, lift_s, lift_s + length_s, start, end, lift_m, _ahead(start, end), first, last))
        lift_s += length_s + _BOTH_S
    return steps


def _ahead(start: Placement, end: Placement) -> float:
    way = np.array([end[0] - start[0], end[1] - start[1]])
    turn = 0.5 * (start[2] + end[2])
    length = float(np.linalg.norm(way))
    return float(way @ [np.sin(turn), np.cos(turn)]) / length if length > 0.05 else 0.5


def _draw_swings(
    rng: np.random.Generator, here: Placement, options: StepOptions, feet: np.ndarray
) -> list[Swing] | None:
    """A few swings to a new placement that no leg has to cross another for; None if none was found."""
    for _ in range(_TRIES):
        turn_rad = _SPREAD_RAD if options.travel else _SPOT_RAD
        spot, turn = rng.normal(size=2) * options.spread_m, float(rng.normal()) * turn_rad * min(options.size, 1.0)
        keen = rng.random()  # which foot goes first where neither the way nor the turn says it
        drawn = _toward(spot, turn, here, options.size) if options.travel else _on_the_spot(rng, spot, turn, here)
        if drawn is None:
            continue
        way, turn = drawn
        limit = TURN_RAD if options.travel else _SPOT_TURN_RAD
        turn = float(np.clip(np.clip(turn, -limit, limit), here[2] - limit, here[2] + limit))
        goal = (float(here[0] + way[0]), float(here[1] + way[1]), turn)
        aside = float(way @ [np.cos(here[2]), -np.sin(here[2])])
        ahead = float(way @ [np.sin(here[2]), np.cos(here[2])])
        decided = abs(aside) > 0.04 or abs(turn - here[2]) > 0.1
        left = turn - here[2] + 1.5 * aside > 0.0 if decided else keen < 0.5
        for foot in (0, 1) if left else (1, 0):
            swings = _swings(foot, here, goal, abs(aside) <= _ASIDE_M, abs(ahead) <= _AHEAD_M)
            if _stay_apart(swings, here, feet):
                return swings
    return None


def _toward(spot: np.ndarray, turn: float, here: Placement, size: float) -> tuple[np.ndarray, float] | None:
    """The way (x, z) towards a spot and the turn on it; None if it is too near."""
    spot = spot * min(1.0, RADIUS_M / max(np.linalg.norm(spot), 1e-9))
    way = spot - here[:2]
    far = float(np.linalg.norm(way))
    if far < _SHORTEST_M * size:
        return None
    way *= min(1.0, _LONGEST_M * max(size, 0.3) / far)
    angle = float(np.arctan2(way[0], way[1]))  # who goes somewhere likes to turn a little that way
    return way, turn + (0.25 * float(np.clip(angle, -1.0, 1.0)) if abs(angle) < 2.0 else 0.0)


def _on_the_spot(rng: np.random.Generator, spot: np.ndarray, turn: float, here: Placement) -> tuple[np.ndarray, float]:
    """The way (x, z) to a spot beside, and a turn that is worth the steps."""
    if abs(turn - here[2]) < 0.06:
        turn = here[2] + float(np.copysign(rng.uniform(0.06, 0.16), -here[2] if abs(here[2]) > 0.03 else turn))
    return spot - here[:2], turn


def _swings(foot: int, here: Placement, goal: Placement, near_aside: bool, near_ahead: bool) -> list[Swing]:
    """Two to four swings, this foot first, by how far it is."""
    half = (0.5 * (here[0] + goal[0]), 0.5 * (here[1] + goal[1]), 0.5 * (here[2] + goal[2]))
    other = 1 - foot
    if near_aside and near_ahead:
        return [(foot, here, goal), (other, here, goal)]
    if near_aside:
        return [(foot, here, half), (other, here, goal), (foot, half, goal)]
    return [(foot, here, half), (other, here, half), (foot, half, goal), (other, half, goal)]


def _swing_lengths(rng: np.random.Generator, swings: Sequence[Swing], feet: np.ndarray) -> list[float]:
    """How long each swing takes, seconds."""
    ways = [np.linalg.norm(placed(end, feet[foot, 0]) - placed(start, feet[foot, 0])) for foot, start, end in swings]
    return [float(np.interp(way, [0.0, 0.5], _SWING_S) * rng.uniform(0.95, 1.05)) for way in ways]


def _stay_apart(swings: Sequence[Swing], here: Placement, feet: np.ndarray) -> bool:
    """Whether the feet stay apart, each on its own side, and are not twisted against each other on all the way."""
    placements = [np.array(here), np.array(here)]
    own = float(np.min(feet[0, :, 0] - feet[1, :, 0]))
    heading = np.arctan2(feet[:, 1, 0] - feet[:, 0, 0], feet[:, 1, 1] - feet[:, 0, 1])
    least_twist = min(_TOE_IN, heading[0] - heading[1] - 0.05)
    for foot, start, end in swings:
        for share in np.linspace(0.0, 1.0, 6):
            placements[foot] = np.array(start) + share * (np.array(end) - start)
            turn = 0.5 * (placements[0][2] + placements[1][2])
            apart = placed(placements[0], feet[0]) - placed(placements[1], feet[1])
            apart = apart @ [np.cos(turn), -np.sin(turn)]
            twist = placements[0][2] + heading[0] - placements[1][2] - heading[1]
            if apart.min() < min(_APART_M, own - 0.02) or not least_twist < twist < _TOE_OUT:
                return False
    return True
