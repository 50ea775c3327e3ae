# SPDX-License-Identifier: GPL-3.0-or-later
"""Moving about while talking: now and then someone who stands takes a few steps, turns a little, and stands again.

`plan_steps` draws when, where to and with which foot; `walk_about` moves a standing clip so. A place is a planar transform of the
whole body: a turn about the vertical axis through the origin, then a displacement. Each foot keeps one place while it stands and
goes to the next in a swing; the pelvis, and the upper body on it, follows what both feet have in common, and leans over the standing
foot before the other one lifts. All ways are of least jerk (Flash and Hogan 1985). So the clip's own gestures, sway and small
steps stay, seen from the place where the character is. Spots are drawn about the start, which brings it back again and again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ..clip import Clip
from ..easing import minimum_jerk
from ..joints import SIDES
from ..rotations import continuous, from_axis_angle, inverse, multiply, normalised, rotate
from ..smoothing import smooth_upper_envelope
from .foot_planting import FeetPlan, Leg, LowerBody, legs_of, spans, with_legs
from .weight_shift import turned_trunk

if TYPE_CHECKING:
    from ..skeleton import Skeleton

HOLD_S = {"CALM": (14.0, 28.0), "NATURAL": (7.0, 15.0), "LIVELY": (4.0, 9.0)}  # of standing between steps
SPREAD_M = {"CALM": 0.22, "NATURAL": 0.30, "LIVELY": 0.38}  # of the spots about the start, standard deviation each way
RADIUS_M = 0.7  # no spot is farther from the start
TURN_RAD = np.radians(40.0)  # nor turned farther from the first direction, nor turned farther at once
_SPREAD_RAD = np.radians(16.0)
_SPOT_M, _SPOT_RAD = 0.012, np.radians(9.0)  # the same for steps on the spot
_STEP_S = (0.48, 0.62)  # a foot is in the air, and a little longer or shorter by its way
_FIRST_S = 0.5  # of weight transfer before the first foot lifts
_BOTH_S = 0.2  # both feet stand between two swings
_LAST_S = 0.6  # until the weight is on both feet again
_NEAR_S = 3.0  # a pause that near is waited for, or used early
_ASIDE_M, _AHEAD_M = 0.24, 0.30  # a foot's way at once, aside and ahead
_SHORTEST_M = 0.10  # shorter ways are not worth a step
_LEAN = 0.6  # of the way from the middle to the standing foot that the pelvis goes
_LEAN_MOST_M = 0.09
_STRETCH = 0.985  # of a leg's length, at most, while steps are going on
_ROLL_RAD = np.radians(2.0)
_LIFT_M = (0.04, 0.06)  # of the ball of the foot; the heel goes higher
_HEEL_S = 0.14  # the heel leaves that much before the ball, or comes down after it (backwards)
_APART_M, _TOE_IN, _TOE_OUT = 0.10, np.radians(-18.0), np.radians(65.0)  # feet never come closer aside, nor cross
_UP = np.array([0.0, 1.0, 0.0])
_FEET = np.array(
    [[[0.09, -0.03], [0.11, 0.09]], [[-0.09, -0.03], [-0.11, 0.09]]]
)  # ankle and ball, left and right: (x, z)

Place = tuple[float, float, float]  # x, z in metres, turn about Y in radians (positive to the left)


@dataclass(frozen=True)
class Step:
    """One foot (0 left, 1 right) goes from one place to another; it is in the air from lift_s to land_s. lift_m: of the ball;
    ahead: the way's direction in the body's view, 1 forwards, 0 aside, −1 backwards; first, last: of a few steps in a row."""

    foot: int
    lift_s: float
    land_s: float
    start: Place
    end: Place
    lift_m: float
    ahead: float
    first: bool
    last: bool


def _put(place: Sequence[float], points: np.ndarray) -> np.ndarray:
    """Points on the floor (…, 2) as (x, z), brought to a place."""
    x, z, turn = place
    sine, cosine = np.sin(turn), np.cos(turn)
    return np.stack(
        [cosine * points[..., 0] + sine * points[..., 1] + x, cosine * points[..., 1] - sine * points[..., 0] + z], -1
    )


# ------------------------------------------------------------------------------------------------------------------ plan


def plan_steps(
    duration_s: float,
    seed: int,
    pauses_s: Sequence[tuple[float, float]] = (),
    style: str = "NATURAL",
    travel: bool = True,
    strength: float = 1.0,
    blocked_s: Sequence[tuple[float, float]] = (),
    feet: np.ndarray | None = None,
    rate_hz: float = 30.0,
) -> tuple[Step, ...]:
    """When which foot goes where from 0 to duration_s, in order of time; the beginning does not depend on the length.

    pauses_s: (from, to) of silences, which steps prefer. travel: False keeps the steps on the spot. strength: scales their ways.
    blocked_s: (from, to) in which nothing may happen. feet: ankle and ball of both feet on the floor over time at rate_hz,
    (T, 2, 2, 2) as (x, z), to see that they do not cross; without it those of an average adult.
    """
    rng = np.random.default_rng((seed, 0x57E9))
    hold = HOLD_S[style]
    size = float(np.clip(strength, 0.0, 1.5))
    spread = (SPREAD_M[style] if travel else _SPOT_M) * size
    time_s, here, steps = float(rng.uniform(0.35, 0.8)) * hold[0] * 0.8, (0.0, 0.0, 0.0), []
    blocked = sorted(blocked_s)
    end_s = 0.0
    while time_s < duration_s:
        wish = max(_near_pause(time_s, pauses_s), end_s + 0.6)
        draws = np.random.default_rng(rng.integers(2**62))  # so that tries more or less do not change what comes later
        rest = float(rng.uniform(*hold))
        at = min(int(wish * rate_hz), len(feet) - 1) if feet is not None else 0
        ways = _steps_to(draws, here, spread, size, travel, feet[at] if feet is not None else _FEET)
        if ways:
            few, lengths = ways
            start = _free(wish, sum(lengths) + _BOTH_S * (len(few) - 1) + _FIRST_S + _LAST_S, blocked)
            lift = start + _FIRST_S
            if start > wish + _NEAR_S:  # no room: later
                few = []
            done = []
            for index, ((foot, origin, goal), length) in enumerate(zip(few, lengths)):
                done.append(
                    Step(
                        foot,
                        lift,
                        lift + length,
                        origin,
                        goal,
                        float(draws.uniform(*_LIFT_M)),
                        _ahead(origin, goal),
                        index == 0,
                        index == len(few) - 1,
                    )
                )
                lift += length + _BOTH_S
            if done and done[-1].land_s + _LAST_S > duration_s:
                break
            if done:
                steps += done
                here, end_s = done[-1].end, done[-1].land_s + _LAST_S
        time_s = max(time_s, end_s) + rest
    return tuple(steps)


def _near_pause(time_s: float, pauses_s: Sequence[tuple[float, float]]) -> float:
    """When to begin: with a pause that is near, so that the first foot lifts as the phrase ends or the next one begins."""
    near = [start - 0.3 for start, _ in pauses_s if start - _NEAR_S < time_s + 0.3 < start + _NEAR_S and start > 0.8]
    return min(near, key=lambda moment: abs(moment - time_s)) if near else time_s


def _free(start: float, length: float, blocked: Sequence[tuple[float, float]]) -> float:
    """The first moment from `start` on after which nothing is blocked for `length`."""
    for low, high in blocked:
        if low < start + length and high > start:
            start = high
    return start


def _ahead(start: Place, end: Place) -> float:
    way = np.array([end[0] - start[0], end[1] - start[1]])
    turn = 0.5 * (start[2] + end[2])
    length = float(np.linalg.norm(way))
    return float(way @ [np.sin(turn), np.cos(turn)]) / length if length > 0.05 else 0.5


def _steps_to(
    rng: np.random.Generator, here: Place, spread: float, size: float, travel: bool, feet: np.ndarray
) -> tuple[list[tuple[int, Place, Place]], list[float]] | None:
    """A few steps to a new place that no leg has to cross another for, and how long each takes; None if none was found."""
    for _ in range(12):
        spot, turn = (
            rng.normal(size=2) * spread,
            float(rng.normal()) * (_SPREAD_RAD if travel else _SPOT_RAD) * min(size, 1.0),
        )
        keen = rng.random()
        if travel:
            away = np.linalg.norm(spot)
            spot *= min(1.0, RADIUS_M / max(away, 1e-9))
            way = spot - here[:2]
            far = float(np.linalg.norm(way))
            if far < _SHORTEST_M * size:
                continue
            way *= min(1.0, 0.55 * max(size, 0.3) / far)
            # who goes somewhere likes to turn a little that way
            angle = float(np.arctan2(way[0], way[1]))
            turn += 0.25 * float(np.clip(angle, -1.0, 1.0)) if abs(angle) < 2.0 else 0.0
        else:
            way = spot - here[:2]
            if abs(turn - here[2]) < 0.06:
                turn = here[2] + float(np.copysign(rng.uniform(0.06, 0.16), -here[2] if abs(here[2]) > 0.03 else turn))
        limit = TURN_RAD if travel else 0.3
        turn = float(np.clip(np.clip(turn, -limit, limit), here[2] - limit, here[2] + limit))
        goal = (float(here[0] + way[0]), float(here[1] + way[1]), turn)
        aside = float(way @ [np.cos(here[2]), -np.sin(here[2])])
        ahead = float(way @ [np.sin(here[2]), np.cos(here[2])])
        half = tuple(0.5 * (a + b) for a, b in zip(here, goal))
        lead = (
            [0, 1]
            if (turn - here[2] + 1.5 * aside > 0.0 if abs(aside) > 0.04 or abs(turn - here[2]) > 0.1 else keen < 0.5)
            else [1, 0]
        )
        for foot in lead:
            other = 1 - foot
            if abs(aside) <= _ASIDE_M and abs(ahead) <= _AHEAD_M:
                few = [(foot, here, goal), (other, here, goal)]
            elif abs(aside) <= _ASIDE_M:
                few = [(foot, here, half), (other, here, goal), (foot, half, goal)]
            else:
                few = [(foot, here, half), (other, here, half), (foot, half, goal), (other, half, goal)]
            if _clear(few, here, feet):
                ways = [
                    np.linalg.norm(_put(end, feet[foot, 0]) - _put(start, feet[foot, 0])) for foot, start, end in few
                ]
                lengths = [float(np.interp(way, [0.0, 0.5], _STEP_S) * rng.uniform(0.95, 1.05)) for way in ways]
                return few, lengths
    return None


def _clear(few: Sequence[tuple[int, Place, Place]], here: Place, feet: np.ndarray) -> bool:
    """Whether the feet stay apart, each on its own side, and are not twisted against each other on all the way."""
    places = [np.array(here), np.array(here)]
    own = float(np.min(feet[0, :, 0] - feet[1, :, 0]))
    heading = np.arctan2(feet[:, 1, 0] - feet[:, 0, 0], feet[:, 1, 1] - feet[:, 0, 1])
    for foot, start, end in few:
        for share in np.linspace(0.0, 1.0, 6):
            places[foot] = np.array(start) + share * (np.array(end) - start)
            turn = 0.5 * (places[0][2] + places[1][2])
            apart = (_put(places[0], feet[0]) - _put(places[1], feet[1])) @ [np.cos(turn), -np.sin(turn)]
            twist = places[0][2] + heading[0] - places[1][2] - heading[1]
            if (
                apart.min() < min(_APART_M, own - 0.02)
                or not min(_TOE_IN, heading[0] - heading[1] - 0.05) < twist < _TOE_OUT
            ):
                return False
    return True


# ---------------------------------------------------------------------------------------------------------------- motion


def _sum_of(
    moves: Sequence[tuple[float, float, Sequence[float]]], frames: int, columns: int, rate_hz: float
) -> np.ndarray:
    """Ways of least jerk, (from_s, to_s, by what (columns,)) each, added up: (frames, columns). Linear in frames."""
    result, jumps = np.zeros((frames, columns)), np.zeros((frames + 1, columns))
    for start, end, way in moves:
        first, last = (int(np.clip(np.ceil(time * rate_hz), 0, frames)) for time in (start, end))
        at = np.arange(first, last) / rate_hz
        result[first:last] += minimum_jerk((at - start) / (end - start))[:, None] * np.asarray(way)
        jumps[last] += way
    return result + np.cumsum(jumps[:-1], axis=0)


def _turns(angles: np.ndarray) -> np.ndarray:
    """(T,) about Y → (T, 4)."""
    return from_axis_angle(angles[:, None] * _UP)


def walk_about(
    clip: Clip,
    skeleton: Skeleton,
    seed: int = 0,
    pauses_s: Sequence[tuple[float, float]] = (),
    style: str = "NATURAL",
    travel: bool = True,
    strength: float = 1.0,
    blocked_s: Sequence[tuple[float, float]] = (),
) -> Clip:
    """The clip of someone who stands (feet planted: call it after `lock_feet`), with a few steps now and then.

    pauses_s: silences in seconds, as the clip's times. style: CALM, NATURAL or LIVELY, how often. travel: False steps on the
    spot. strength: of the ways. blocked_s: (from, to) without steps. Where the clip has steps of its own there are no others.
    Feet that stand do not slide; `contacts` of the result are 0 in the swings, the heel's also while it is raised.
    """
    if len(clip) < 2 or strength <= 0.0:
        return clip
    rate, frames = clip.rate_hz, len(clip)
    lower = LowerBody.of(clip, skeleton)
    ankles, balls = lower.both("ankle"), lower.both("foot")
    contacts = np.array(clip.contacts, np.float32)
    own = ~((contacts[:, :2] > 0.5) | (contacts[:, 2:] > 0.5)).all(1)
    shifted = [[(start - clip.start_s, end - clip.start_s) for start, end in times] for times in (pauses_s, blocked_s)]
    busy = shifted[1] + [(start / rate - 0.1, end / rate + 0.1) for start, end in spans(own)]
    feet = np.stack([ankles, balls], 2)[..., [0, 2]]
    steps = plan_steps((frames - 1) / rate, seed, shifted[0], style, travel, strength, busy, feet, rate)
    if not steps:
        return clip
    swings = [
        _sum_of(
            [(step.lift_s, step.land_s, np.subtract(step.end, step.start)) for step in steps if step.foot == foot],
            frames,
            3,
            rate,
        )
        for foot in range(2)
    ]
    base = _sum_of(
        [(step.lift_s - 0.15, step.land_s + 0.2, 0.5 * np.subtract(step.end, step.start)) for step in steps],
        frames,
        3,
        rate,
    )
    lean = _sum_of(_leans(steps, feet, rate), frames, 4, rate)
    body = _turns(base[:, 2])
    root, pelvis = np.asarray(clip.root_translation_m, np.float64), lower.rest["pelvis"]
    placed = rotate(body, root + pelvis) - pelvis
    placed[:, [0, 2]] += base[:, :2] + lean[:, :2]
    rotations = np.array(clip.rotations, np.float32)
    rotations[:, 0] = continuous(normalised(multiply(body, np.asarray(clip["pelvis"], np.float64))))
    moved = replace(
        clip, rotations=rotations, root_translation_m=placed.astype(np.float32), driven=clip.driven | {"pelvis"}
    )
    roll = (_ROLL_RAD * lean[:, 2])[:, None] * rotate(body, np.array([0.0, 0.0, 1.0]))
    moved = replace(moved, rotations=turned_trunk(moved, skeleton, roll, np.zeros((frames, 3))))
    now = LowerBody.of(moved, skeleton)
    goals, soles, toes = [], [], []
    for foot, side in enumerate(SIDES):
        mine = [step for step in steps if step.foot == foot]
        lift, pitch = _lift(mine, frames, rate), _pitch(mine, frames, rate)
        turn = _turns(swings[foot][:, 2])
        axis = rotate(turn, np.cross(_UP, _floor_way(balls[:, foot] - ankles[:, foot])))
        tilt = from_axis_angle(pitch[:, None] * axis)
        ball = rotate(turn, balls[:, foot]) + lift[:, None] * _UP
        ball[:, [0, 2]] += swings[foot][:, :2]
        goals.append(ball - rotate(multiply(tilt, turn), balls[:, foot] - ankles[:, foot]))
        soles.append(
            multiply(
                multiply(tilt, multiply(turn, lower.turned[f"{side}_ankle"])), inverse(now.turned[f"{side}_ankle"])
            )
        )
        toes.append(multiply(multiply(turn, lower.turned[f"{side}_foot"]), inverse(now.turned[f"{side}_foot"])))
        for step in mine:
            early, late = _heel_times(step)
            for column, start, end in ((foot, early, late), (2 + foot, step.lift_s, step.land_s)):
                contacts[int(np.floor(start * rate)) + 1 : int(np.ceil(end * rate)), column] = 0.0
    drop = _drop(legs_of(now), goals, lean[:, 3], rate)
    legs, now = _bent_ahead(now, [goal + drop[:, None] * _UP for goal in goals], swings, base[:, 2], lean[:, 3])
    plan = FeetPlan(-drop[:, None] * _UP, tuple(goals), tuple(soles), tuple(toes))
    return with_legs(moved, skeleton, legs, now, plan, np.asarray(moved.root_translation_m, np.float64), contacts)


def _drop(legs: Sequence[Leg], goals: Sequence[np.ndarray], share: np.ndarray, rate_hz: float) -> np.ndarray:
    """How far the pelvis comes down so that no leg is stretched while steps are going on (`share`), (T,) metres, smooth: the knee
    of a leg near full stretch would jerk."""
    need = np.zeros(len(share))
    for leg, goal in zip(legs, goals):
        apart = leg.hip - goal
        length = np.linalg.norm(leg.knee - leg.hip, axis=-1) + np.linalg.norm(leg.ankle - leg.knee, axis=-1)
        longest = _STRETCH * length
        height = np.sqrt(np.maximum(longest**2 - apart[:, 0] ** 2 - apart[:, 2] ** 2, (0.3 * length) ** 2))
        need = np.maximum(need, share * np.clip(apart[:, 1] - height, 0.0, 0.15))
    return smooth_upper_envelope(need, int(round(0.12 * rate_hz)))


def _bent_ahead(
    lower: LowerBody, goals: Sequence[np.ndarray], swings: Sequence[np.ndarray], heading: np.ndarray, share: np.ndarray
) -> tuple[list[Leg], LowerBody]:
    """The legs with knees already bent towards where hips and feet point, as far as the ankles' goals ask for; `share` (T,) of it.

    A leg that stands nearly straight is often bowed a little to the side, and would bend farther that way.
    """
    legs, turned = legs_of(lower), dict(lower.turned)
    for foot, side in enumerate(SIDES):
        leg = legs[foot]
        upper, under = leg.knee - leg.hip, leg.ankle - leg.knee
        a, b = np.linalg.norm(upper, axis=-1), np.linalg.norm(under, axis=-1)
        distance = np.linalg.norm(goals[foot] - leg.hip, axis=-1)
        axis = rotate(_turns(0.5 * (heading + swings[foot][:, 2])), np.array([1.0, 0.0, 0.0]))
        axis = axis - (axis * upper).sum(-1, keepdims=True) * upper / (a * a)[:, None]
        axis /= np.maximum(np.linalg.norm(axis, axis=-1, keepdims=True), 1e-9)
        along = (upper * axis).sum(-1) * (under * axis).sum(-1)
        cosine, sine = (upper * under).sum(-1) - along, (np.cross(upper, under) * axis).sum(-1)
        needed = ((np.minimum(distance, 0.998 * (a + b)) ** 2 - a * a - b * b) / 2.0 - along) / np.maximum(
            np.hypot(cosine, sine), 1e-12
        )
        angle = np.arccos(np.clip(needed, -1.0, 1.0)) - np.arctan2(sine, cosine)
        bend = from_axis_angle(axis * (share * np.maximum(angle, 0.0))[:, None])
        legs[foot] = replace(leg, ankle=leg.knee + rotate(bend, under))
        turned[f"{side}_knee"] = multiply(bend, turned[f"{side}_knee"])
    return legs, replace(lower, turned=turned)


def _floor_way(vectors: np.ndarray) -> np.ndarray:
    flat = vectors * [1.0, 0.0, 1.0]
    return flat / np.maximum(np.linalg.norm(flat, axis=-1, keepdims=True), 1e-9)


def _leans(steps: Sequence[Step], feet: np.ndarray, rate_hz: float) -> list[tuple[float, float, np.ndarray]]:
    """The pelvis' ways over the standing foot: x, z, side (1 left, −1 right) and whether steps are going on (0 or 1)."""
    moves, before, land = [], np.zeros(4), 0.0
    for index, step in enumerate(steps):
        at = min(int(step.lift_s * rate_hz), len(feet) - 1)
        other = 1 - step.foot
        stand = _put(_place_of(other, step, steps[max(0, index - 4) : index]), feet[at, other].mean(0))
        ways = [_put(place, feet[at, step.foot].mean(0)) for place in (step.start, step.end)]
        over = _LEAN * 0.5 * (stand - 0.5 * (ways[0] + ways[1]))
        over *= min(1.0, _LEAN_MOST_M / max(float(np.linalg.norm(over)), 1e-9))
        goal = np.array([*over, 1.0 if other == 0 else -1.0, 1.0])
        start = step.lift_s - _FIRST_S if step.first else land - 0.2
        moves.append((start, step.lift_s + 0.12, goal - before))
        before, land = goal, step.land_s
        if step.last:
            moves.append((land - 0.15, land + _LAST_S, -before))
            before = np.zeros(4)
    return moves


def _place_of(foot: int, step: Step, before: Sequence[Step]) -> Place:
    """Where a foot stands while the other one takes a step; before: the last few steps."""
    for earlier in reversed(before):
        if earlier.foot == foot:
            return earlier.end
    return step.start  # all stand at one place before the first of a few steps


def _lift(steps: Sequence[Step], frames: int, rate_hz: float) -> np.ndarray:
    """How high the ball of a foot is, (T,) metres; acceleration begins and ends at nothing."""
    result = np.zeros(frames)
    for step in steps:
        first, last = int(np.ceil(step.lift_s * rate_hz)), int(np.floor(step.land_s * rate_hz)) + 1
        u = np.clip((np.arange(first, last) / rate_hz - step.lift_s) / (step.land_s - step.lift_s), 0.0, 1.0)
        result[first:last] = step.lift_m * (4.0 * u * (1.0 - u)) ** 3
    return result


def _heel_times(step: Step) -> tuple[float, float]:
    """From when to when the heel is raised."""
    return step.lift_s - (_HEEL_S if step.ahead > -0.3 else 0.0), step.land_s + (_HEEL_S if step.ahead < -0.3 else 0.0)


def _pitch(steps: Sequence[Step], frames: int, rate_hz: float) -> np.ndarray:
    """How far a foot is tilted toes down, (T,) radians: the heel leaves first; going backwards it comes down last."""
    moves = []
    for step in steps:
        far = float(np.hypot(step.end[0] - step.start[0], step.end[1] - step.start[1]))
        size = np.radians(9.0 + 14.0 * min(far / 0.35, 1.0))
        early, late = _heel_times(step)
        if step.ahead > -0.3:
            top = step.lift_s + 0.14
            moves += [(early, top, [size]), (top, step.land_s - 0.06, [-size])]
        else:
            top = step.land_s - 0.14
            moves += [(step.lift_s + 0.04, top, [size]), (top, late, [-size])]
    return _sum_of(moves, frames, 1, rate_hz)[:, 0]
