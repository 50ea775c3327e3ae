# SPDX-License-Identifier: GPL-3.0-or-later
"""Standing that lives: the pelvis shifts over one leg and back, and nobody stands quite still; the feet stay where they are.

In a shift the pelvis goes some centimetres aside, the hip of the loaded leg rises and the other knee gives way; the spine turns
against it, so that the head stays upright. Shifts are some seconds apart and prefer pauses. Below them lies the sway of quiet
standing, some millimetres, more to and fro than sideways, and breathing. All is drawn from a seed, in order of time, so that
the beginning does not depend on the length.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ..clip import Clip
from ..easing import minimum_jerk, smooth_step
from ..joints import JOINT_INDEX, LEG_JOINTS
from ..kinematics.forward import forward
from ..rotations import continuous, from_axis_angle, inverse, multiply, normalised, rotate
from ..smoothing import gaussian_smooth
from .foot_planting import FeetPlan, LowerBody, legs_of, lowering, with_legs

if TYPE_CHECKING:
    from ..skeleton import Skeleton

SHIFT_M = 0.04  # of the pelvis, aside
_FEET_SHARE = 0.6  # of half the distance between the feet: it never goes farther
_ROLL_RAD = np.radians(3.0)  # of the pelvis, up on the loaded side
_YAW_RAD = np.radians(2.0)
_HOLD_S = (5.0, 14.0)  # between shifts
_MOVE_S = (1.1, 1.9)  # a shift takes
_NEAR_S = 3.0  # a pause that near is waited for, or used early
_SWAY_M = np.array([0.0025, 0.0, 0.005])  # quiet standing: standard deviations aside and to and fro
_KNOT_S = 1.2
_BREATH_S = 4.2
_BREATH_RAD = np.radians(0.5)
# What of the pelvis' turn is left in the bones above.
_LEFT_OVER = {"pelvis": 1.0, "spine1": 0.5, "spine2": 0.05, "spine3": -0.2, "neck": -0.1, "head": 0.0}


@dataclass(frozen=True)
class Shift:
    """The weight goes to `side` (−1 right, 0 both, 1 left; sizes between) from start_s to end_s."""

    start_s: float
    end_s: float
    side: float


def plan_shifts(duration_s: float, seed: int, pauses_s: Sequence[tuple[float, float]] = ()) -> tuple[Shift, ...]:
    """When the weight goes where, from 0 to duration_s. pauses_s: (from, to) of silences, that shifts prefer."""
    rng = np.random.default_rng((seed, 0x5417))
    shifts: list[Shift] = []
    time_s, side = float(rng.uniform(1.5, 6.0)), 0.0
    while True:
        length = float(rng.uniform(*_MOVE_S))
        wish = time_s + length / 2
        # a move's middle falls into a pause if one is near
        near = [
            min(max(wish, start + 0.2), max(end - 0.2, start + 0.2))
            for start, end in pauses_s
            if start - _NEAR_S < wish < end + _NEAR_S
        ]
        if near:
            wish = min(near, key=lambda moment: abs(moment - wish))
        start = max(wish - length / 2, shifts[-1].end_s + 0.5 if shifts else 0.0)
        if start + length >= duration_s:
            return tuple(shifts)
        size = float(rng.uniform(0.7, 1.15))
        if side == 0.0:
            side = size * (1.0 if rng.random() < 0.5 else -1.0)
        else:  # more often to the other leg than to both
            side = -np.sign(side) * size if rng.random() < 0.65 else 0.0
        shifts.append(Shift(start, start + length, float(side)))
        time_s = start + length + float(rng.uniform(*_HOLD_S)) * (0.6 if side == 0.0 else 1.0)


def shift_curve(shifts: Sequence[Shift], times_s: np.ndarray) -> np.ndarray:
    """The side over time, (T,): from place to place with least jerk (Flash and Hogan 1985)."""
    curve, before = np.zeros(len(times_s)), 0.0
    for shift in shifts:
        curve += (shift.side - before) * minimum_jerk((times_s - shift.start_s) / (shift.end_s - shift.start_s))
        before = shift.side
    return curve


def _noise(rng: np.random.Generator, times_s: np.ndarray, columns: int) -> np.ndarray:
    """Smooth noise of unit deviation (T, columns): cubic B-splines over random knots, drawn in order of time."""
    count = int(np.floor(times_s[-1] / _KNOT_S)) + 5
    knots = rng.normal(size=(count, columns)) * 1.45
    place = times_s / _KNOT_S
    at = place.astype(int)
    u = (place - at)[:, None]
    weights = ((1 - u) ** 3 / 6, (3 * u**3 - 6 * u * u + 4) / 6, (-3 * u**3 + 3 * u * u + 3 * u + 1) / 6, u**3 / 6)
    return sum(weight * knots[at + step] for step, weight in enumerate(weights))


def sway(
    clip: Clip,
    skeleton: Skeleton,
    seed: int = 0,
    pauses_s: Sequence[tuple[float, float]] = (),
    shifts: bool = True,
    strength: float = 1.0,
) -> Clip:
    """The clip with weight shifts and the sway of quiet standing; ankles, soles and toes stay exactly where they were.

    pauses_s: silences of the sound in seconds, as the clip's times. shifts: False leaves only the quiet sway and the breath.
    strength: of all of it, 1 as people do. Only while both feet stand (`Clip.contacts`: call it after `lock_feet`).
    """
    if not len(clip) or strength <= 0.0:
        return clip
    rate_hz = clip.rate_hz
    times_s = np.arange(len(clip)) / rate_hz
    rng = np.random.default_rng((seed, 0x5E4A))
    lower = LowerBody.of(clip, skeleton)
    legs = legs_of(lower)
    stand = np.asarray(clip.contacts) > 0.5
    both = ((stand[:, 0] | stand[:, 2]) & (stand[:, 1] | stand[:, 3])).astype(float)
    gate = _eased(both, max(1, round(0.4 * rate_hz)))
    aside, ahead = _directions(lower, rate_hz)
    apart = np.abs(((legs[0].ankle - legs[1].ankle) * aside).sum(-1))
    side = np.zeros(len(clip))
    if shifts:
        moved = [(start - clip.start_s, end - clip.start_s) for start, end in pauses_s]
        side = gate * strength * shift_curve(plan_shifts(times_s[-1], seed, moved), times_s)
    reach = np.minimum(SHIFT_M, _FEET_SHARE * 0.5 * gaussian_smooth(apart, 0.5 * rate_hz))
    quiet = _noise(rng, times_s, 3) * _SWAY_M * (strength * gate)[:, None]
    breath = strength * np.sin(
        2 * np.pi * times_s / _BREATH_S + rng.uniform(0, 6.28) + 0.6 * _noise(rng, times_s, 1)[:, 0]
    )
    offset = (reach * side + quiet[:, 0])[:, None] * aside + quiet[:, 2:] * ahead
    turn = (_ROLL_RAD * side)[:, None] * ahead + (_YAW_RAD * side)[:, None] * np.array([0.0, 1.0, 0.0])
    rotations = turned_trunk(clip, skeleton, turn, breath[:, None] * _BREATH_RAD * aside)
    moved = replace(
        clip,
        rotations=rotations,
        root_translation_m=(clip.root_translation_m + offset).astype(np.float32),
        driven=clip.driven | LEG_JOINTS | set(_LEFT_OVER),
    )
    return _planted(moved, clip, skeleton, lower)


def _eased(mask: np.ndarray, frames: int) -> np.ndarray:
    """0 wherever the mask is, easing up to 1 inside it, (T,)."""
    index = np.arange(len(mask), dtype=float)
    off = mask < 0.5
    before = np.maximum.accumulate(np.where(off, index, -np.inf))
    after = np.minimum.accumulate(np.where(off, index, np.inf)[::-1])[::-1]
    return smooth_step(np.minimum(index - before, after - index), 0.0, float(frames))


def _directions(lower: LowerBody, rate_hz: float) -> tuple[np.ndarray, np.ndarray]:
    """The body's left and front on the floor, unit, slow, (T, 3) each."""
    ahead = gaussian_smooth(rotate(lower.turned["pelvis"], np.array([0.0, 0.0, 1.0])) * [1.0, 0.0, 1.0], 0.4 * rate_hz)
    ahead /= np.maximum(np.linalg.norm(ahead, axis=-1, keepdims=True), 1e-9)
    return np.cross(np.array([0.0, 1.0, 0.0]), ahead), ahead


def turned_trunk(clip: Clip, skeleton: Skeleton, turn: np.ndarray, breath: np.ndarray) -> np.ndarray:
    """Rotations with the pelvis turned in space by `turn` (T, 3) and the spine against it; the chest breathes."""
    names = list(_LEFT_OVER)
    rotations = np.array(clip.rotations, np.float32)
    indices = [JOINT_INDEX[name] for name in names]
    parents = [indices.index(skeleton.parents[joint]) if skeleton.parents[joint] >= 0 else -1 for joint in indices]
    _, stands = forward(clip.rotations[:, indices], np.zeros((len(clip), 3)), np.zeros((len(indices), 3)), parents)
    goals = []
    for at, name in enumerate(names):
        push = _LEFT_OVER[name] * turn - (breath if name in ("spine2", "spine3") else 0.0)
        goals.append(multiply(from_axis_angle(push), stands[:, at]))
        local = goals[at] if parents[at] < 0 else multiply(inverse(goals[parents[at]]), goals[at])
        rotations[:, indices[at]] = continuous(normalised(local))
    return rotations


def _planted(moved: Clip, source: Clip, skeleton: Skeleton, before: LowerBody) -> Clip:
    """The moved clip with ankles, soles and toes where they were in the source."""
    lower = LowerBody.of(moved, skeleton)
    legs = legs_of(lower)
    ankles = [before.places[f"{side}_ankle"] for side in ("left", "right")]
    frames = len(moved)
    stands = [np.asarray(source.contacts)[:, at] + np.asarray(source.contacts)[:, 2 + at] > 0.5 for at in range(2)]
    drop = lowering(legs, ankles, stands, np.zeros((frames, 3)), moved.rate_hz)
    pelvis = -drop[:, None] * np.array([0.0, 1.0, 0.0])
    feet = tuple(
        multiply(before.turned[f"{side}_ankle"], inverse(lower.turned[f"{side}_ankle"])) for side in ("left", "right")
    )
    toes = tuple(
        multiply(before.turned[f"{side}_foot"], inverse(lower.turned[f"{side}_foot"])) for side in ("left", "right")
    )
    return with_legs(
        moved,
        skeleton,
        legs,
        lower,
        FeetPlan(pelvis, tuple(ankles), feet, toes),
        np.asarray(moved.root_translation_m, np.float64),
        np.asarray(source.contacts, np.float32),
    )
