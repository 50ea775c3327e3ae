# SPDX-License-Identifier: GPL-3.0-or-later
"""Moving about while talking: now and then someone who stands takes a few steps, turns a little, and stands again.

`step_plan` draws when, where to and with which foot; here a standing clip moves so. Each foot keeps one placement while
it stands and goes to the next in a swing; the pelvis, and the upper body on it, follows what both feet have in common,
and leans over the standing foot before the other one lifts. All ways are of minimum jerk. So the clip's own gestures,
sway and small steps stay, seen from the place where the character is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ..clip import Clip
from ..easing import minimum_jerk
from ..joints import SIDES
from ..rotations import continuous, from_axis_angle, inverse, multiply, normalised, rotate
from ..smoothing import smooth_upper_envelope
from ..spans import spans
from ..vectors import cross, norm, unit
from .legs import FootPlan, Leg, LowerBody, pelvis_drop, with_feet
from .step_plan import FIRST_S, LAST_S, Placement, Step, StepOptions, placed, plan_steps
from .weight_shift import counter_rotated_spine

if TYPE_CHECKING:
    from ..skeleton import Skeleton

# By eye.
_LEAN = 0.6  # of the way from the middle to the standing foot that the pelvis goes
_LEAN_MOST_M = 0.09
_STRETCH = 0.985  # of a leg's length, at most, while steps are going on
_DROP_M, _DROP_S = 0.15, 0.12  # the pelvis comes down so far at most, and begins so long before
_ROLL_RAD = np.radians(2.0)
_HEEL_S = 0.14  # the heel leaves that much before the ball, or comes down after it (backwards)
_BACKWARDS = -0.3  # a step that goes less ahead than this (`Step.ahead`) lands on the ball
_PITCH_RAD = np.radians(9.0), np.radians(14.0)  # of a foot in a swing: on the spot, and more over 35 cm
_UP = np.array([0.0, 1.0, 0.0])
_AHEAD = np.array([0.0, 0.0, 1.0])
_LEFT = np.array([1.0, 0.0, 0.0])

Move = tuple[float, float, Sequence[float] | np.ndarray]  # from_s, to_s, by what (columns,)


def walk_about(clip: Clip, skeleton: Skeleton, seed: int = 0, options: StepOptions | None = None) -> Clip:
    """The clip of someone who stands, with a few steps now and then.

    Feet that stand do not slide; `contacts` of the result are 0 in the swings, the heel's also while it is raised.
    Where the clip has steps of its own there are no others.

    Args:
        clip: feet planted already.
        skeleton: on which it is.
        seed: another one draws other steps.
        options: times in seconds as the clip's.
    """
    options = options or StepOptions()
    if len(clip) < 2 or options.strength <= 0.0:
        return clip
    rate_hz = clip.rate_hz
    lower = LowerBody.of(clip, skeleton)
    feet = np.stack([lower.both("ankle"), lower.both("foot")], 2)[..., [0, 2]]
    pauses_s, blocked_s = (
        [(start - clip.start_s, end - clip.start_s) for start, end in times]
        for times in (options.pauses_s, options.blocked_s)
    )
    blocked_s += _own_steps(clip)
    options = replace(options, pauses_s=pauses_s, blocked_s=blocked_s)
    steps = plan_steps((len(clip) - 1) / rate_hz, seed, options, feet, rate_hz)
    return _stepped(clip, skeleton, lower, steps) if steps else clip


def _own_steps(clip: Clip) -> list[tuple[float, float]]:
    """(from, to) in seconds from the first frame on: where not both feet stand anyway."""
    contacts = np.asarray(clip.contacts) > 0.5
    lifted = ~(contacts[:, :2] | contacts[:, 2:]).all(1)
    return [(start / clip.rate_hz - 0.1, end / clip.rate_hz + 0.1) for start, end in spans(lifted)]


def _stepped(clip: Clip, skeleton: Skeleton, lower: LowerBody, steps: Sequence[Step]) -> Clip:
    """The clip with these steps."""
    frames, rate_hz = len(clip), clip.rate_hz
    swings = [  # x, z, turn of each foot's placement over time
        _sum_of(
            [(step.lift_s, step.land_s, np.subtract(step.end, step.start)) for step in steps if step.foot == foot],
            frames,
            3,
            rate_hz,
        )
        for foot in range(2)
    ]
    halves = [(step.lift_s - 0.15, step.land_s + 0.2, 0.5 * np.subtract(step.end, step.start)) for step in steps]
    body = _sum_of(halves, frames, 3, rate_hz)
    feet = np.stack([lower.both("ankle"), lower.both("foot")], 2)[..., [0, 2]]
    lean = _sum_of(_leans(steps, feet, rate_hz), frames, 4, rate_hz)
    moved = _with_body(clip, lower, body, lean)
    now = LowerBody.of(moved, skeleton)
    contacts = np.array(clip.contacts, np.float32)
    ankles, soles, toes = [], [], []
    for foot, side in enumerate(SIDES):
        own = [step for step in steps if step.foot == foot]
        ankle, sole, turn = _swung(lower, side, own, swings[foot], rate_hz)
        ankles.append(ankle)
        soles.append(multiply(sole, inverse(now.rotations[f"{side}_ankle"])))
        toe = multiply(turn, lower.rotations[f"{side}_foot"])
        toes.append(multiply(toe, inverse(now.rotations[f"{side}_foot"])))
        for step in own:
            heel_s = _heel_times(step)
            for column, start, end in ((foot, *heel_s), (2 + foot, step.lift_s, step.land_s)):
                contacts[int(np.floor(start * rate_hz)) + 1 : int(np.ceil(end * rate_hz)), column] = 0.0
    drop = _drop(now.legs(), ankles, lean[:, 3], rate_hz)[:, None] * _UP
    knees_to = [0.5 * (body[:, 2] + swing[:, 2]) for swing in swings]
    legs, now = _bent_ahead(now, [ankle + drop for ankle in ankles], knees_to, lean[:, 3])
    plan = FootPlan(-drop, tuple(ankles), tuple(soles), tuple(toes))
    return replace(with_feet(moved, skeleton, now, legs, plan), contacts=contacts)


def _sum_of(moves: Sequence[Move], frames: int, columns: int, rate_hz: float) -> np.ndarray:
    """Ways of minimum jerk added up: (frames, columns). Linear in frames."""
    result, jumps = np.zeros((frames, columns)), np.zeros((frames + 1, columns))
    for start, end, way in moves:
        first, last = (int(np.clip(np.ceil(time * rate_hz), 0, frames)) for time in (start, end))
        at = np.arange(first, last) / rate_hz
        result[first:last] += minimum_jerk((at - start) / (end - start))[:, None] * np.asarray(way)
        jumps[last] += way
    return result + np.cumsum(jumps[:-1], axis=0)


def _about_up(angles: np.ndarray) -> np.ndarray:
    """(T,) radians about Y → (T, 4)."""
    return from_axis_angle(angles[:, None] * _UP)


def _with_body(clip: Clip, lower: LowerBody, body: np.ndarray, lean: np.ndarray) -> Clip:
    """The clip with its pelvis, and what is above it, at the placements (T, 3) and leaning (T, 4) over the standing
    foot."""
    turn = _about_up(body[:, 2])
    root, pelvis = np.asarray(clip.root_translation_m, np.float64), lower.rest_positions["pelvis"]
    translation = rotate(turn, root + pelvis) - pelvis
    translation[:, [0, 2]] += body[:, :2] + lean[:, :2]
    rotations = np.array(clip.rotations, np.float32)
    rotations[:, 0] = continuous(normalised(multiply(turn, np.asarray(clip["pelvis"], np.float64))))
    moved = replace(
        clip, rotations=rotations, root_translation_m=translation.astype(np.float32), driven=clip.driven | {"pelvis"}
    )
    roll = (_ROLL_RAD * lean[:, 2])[:, None] * rotate(turn, _AHEAD)
    return replace(moved, rotations=counter_rotated_spine(moved, roll, np.zeros((len(clip), 3))))


def _swung(
    lower: LowerBody, side: str, steps: Sequence[Step], swing: np.ndarray, rate_hz: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One foot that takes its steps: where its ankle goes (T, 3), the foot's world rotation and the placement's turn
    (T, 4)."""
    ankle, ball = lower.positions[f"{side}_ankle"], lower.positions[f"{side}_foot"]
    frames = len(ankle)
    turn = _about_up(swing[:, 2])
    axis = rotate(turn, cross(_UP, _floor_direction(ball - ankle)))
    tilt = from_axis_angle(_pitch(steps, frames, rate_hz)[:, None] * axis)
    place = rotate(turn, ball) + _lift(steps, frames, rate_hz)[:, None] * _UP
    place[:, [0, 2]] += swing[:, :2]
    target = place - rotate(multiply(tilt, turn), ball - ankle)
    return target, multiply(tilt, multiply(turn, lower.rotations[f"{side}_ankle"])), turn


def _drop(legs: Sequence[Leg], ankles: Sequence[np.ndarray], share: np.ndarray, rate_hz: float) -> np.ndarray:
    """How far the pelvis comes down so that no leg is stretched while steps are going on (`share`), (T,) metres,
    smooth: the knee of a leg near full stretch would jerk."""
    need = np.zeros(len(share))
    for drop in pelvis_drop(legs, ankles, [_STRETCH * leg.length for leg in legs]):
        need = np.maximum(need, share * np.clip(drop, 0.0, _DROP_M))
    return smooth_upper_envelope(need, int(round(_DROP_S * rate_hz)))


def _bent_ahead(
    lower: LowerBody, ankles: Sequence[np.ndarray], headings: Sequence[np.ndarray], share: np.ndarray
) -> tuple[list[Leg], LowerBody]:
    """The legs with knees already bent towards where hips and feet point, as far as the ankles' targets ask for.

    A leg that stands nearly straight is often bowed a little to the side, and would bend farther that way. headings:
    radians about Y (T,), one a leg. share: of the bend (T,).
    """
    legs, rotations = lower.legs(), dict(lower.rotations)
    for foot, side in enumerate(SIDES):
        leg = legs[foot]
        thigh, shin = leg.knee - leg.hip, leg.ankle - leg.knee
        a, b = norm(thigh), norm(shin)
        distance = norm(ankles[foot] - leg.hip)
        axis = rotate(_about_up(headings[foot]), _LEFT)
        axis = unit(axis - (axis * thigh).sum(-1, keepdims=True) * thigh / (a * a)[:, None], 1e-9)
        along = (thigh * axis).sum(-1) * (shin * axis).sum(-1)
        cosine, sine = (thigh * shin).sum(-1) - along, (cross(thigh, shin) * axis).sum(-1)
        needed = ((np.minimum(distance, 0.998 * (a + b)) ** 2 - a * a - b * b) / 2.0 - along) / np.maximum(
            np.hypot(cosine, sine), 1e-12
        )
        angle = np.arccos(np.clip(needed, -1.0, 1.0)) - np.arctan2(sine, cosine)
        bend = from_axis_angle(axis * (share * np.maximum(angle, 0.0))[:, None])
        legs[foot] = replace(leg, ankle=leg.knee + rotate(bend, shin))
        rotations[f"{side}_knee"] = multiply(bend, rotations[f"{side}_knee"])
    return legs, replace(lower, rotations=rotations)


def _floor_direction(vectors: np.ndarray) -> np.ndarray:
    return unit(vectors * [1.0, 0.0, 1.0], 1e-9)


def _leans(steps: Sequence[Step], feet: np.ndarray, rate_hz: float) -> list[Move]:
    """The pelvis' ways over the standing foot: x, z, side (1 left, −1 right) and whether steps are going on (0 or
    1)."""
    moves, before, land_s = [], np.zeros(4), 0.0
    for index, step in enumerate(steps):
        at = min(int(step.lift_s * rate_hz), len(feet) - 1)
        other = 1 - step.foot
        stand = placed(_placement_of(other, step, steps[max(0, index - 4) : index]), feet[at, other].mean(0))
        ways = [placed(placement, feet[at, step.foot].mean(0)) for placement in (step.start, step.end)]
        over = _LEAN * 0.5 * (stand - 0.5 * (ways[0] + ways[1]))
        over *= min(1.0, _LEAN_MOST_M / max(float(np.linalg.norm(over)), 1e-9))
        goal = np.array([*over, 1.0 if other == 0 else -1.0, 1.0])
        start_s = step.lift_s - FIRST_S if step.first else land_s - 0.2
        moves.append((start_s, step.lift_s + 0.12, goal - before))
        before, land_s = goal, step.land_s
        if step.last:
            moves.append((land_s - 0.15, land_s + LAST_S, -before))
            before = np.zeros(4)
    return moves


def _placement_of(foot: int, step: Step, before: Sequence[Step]) -> Placement:
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
    early_s = _HEEL_S if step.ahead > _BACKWARDS else 0.0
    late_s = _HEEL_S if step.ahead < _BACKWARDS else 0.0
    return step.lift_s - early_s, step.land_s + late_s


def _pitch(steps: Sequence[Step], frames: int, rate_hz: float) -> np.ndarray:
    """How far a foot is tilted toes down, (T,) radians: the heel leaves first; going backwards it comes down last."""
    moves: list[Move] = []
    for step in steps:
        far = float(np.hypot(step.end[0] - step.start[0], step.end[1] - step.start[1]))
        size = _PITCH_RAD[0] + _PITCH_RAD[1] * min(far / 0.35, 1.0)
        early, late = _heel_times(step)
        if step.ahead > _BACKWARDS:
            top = step.lift_s + 0.14
            moves += [(early, top, [size]), (top, step.land_s - 0.06, [-size])]
        else:
            top = step.land_s - 0.14
            moves += [(step.lift_s + 0.04, top, [size]), (top, late, [-size])]
    return _sum_of(moves, frames, 1, rate_hz)[:, 0]
