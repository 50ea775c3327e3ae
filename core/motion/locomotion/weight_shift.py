# SPDX-License-Identifier: GPL-3.0-or-later
"""Standing that lives: the pelvis shifts over one leg and back, and nobody stands quite still; the feet stay where they
are.

In a shift the pelvis goes towards one foot, the hip of the loaded leg rises and the other knee gives way; the
spine turns against it, so that the head stays upright. Some go so far that the other foot is unloaded: its hip sinks, its
knee bends and its heel comes off the floor, while the ball stays. Shifts are some seconds apart and prefer pauses. Below them lies
the sway of quiet standing, some millimetres, more to and fro than sideways, and breathing. All is drawn from a seed, in
order of time, so that the beginning does not depend on the length.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ..clip import Clip
from ..easing import minimum_jerk, smooth_step
from ..joints import JOINT_INDEX, LEG_JOINTS, SIDES
from ..kinematics.forward import with_chain_turned
from ..kinematics.heel_lift import heel_axis
from ..rotations import continuous, from_axis_angle, multiply, normalised, rotate
from ..smoothing import gaussian_smooth, smooth_noise
from ..spans import ramp_away_from
from ..vectors import cross, unit
from .foot_plan import drop_to_reach
from .legs import LowerBody, feet_of, with_feet

if TYPE_CHECKING:
    from ..skeleton import Skeleton

_FEET_SHARE = 0.85  # of half the distance between the feet: it never goes farther; by eye, the other foot is unloaded
_ROLL_RAD = np.radians(3.0)  # of the pelvis, up on the loaded side; by eye
# Shifts that unload a foot: how far, how often in pauses and elsewhere; from where to where it counts; how much farther
# the pelvis rolls then, and how far the free foot turns about its ball. By eye.
_UNLOADS, _OFTEN_IN_PAUSES, _OFTEN = (0.9, 1.15), 0.6, 0.25
_UNLOADED = (0.6, 0.75)
_FREE_ROLL_RAD, _HEEL_RAD = np.radians(3.5), np.radians(12.0)
_HOLD_S = (5.0, 14.0)  # between shifts; by eye, beside recorded people who talk standing
_NEAR_S = 3.0  # a pause that near is waited for, or used early
_LIFTED = 0.02  # of the way up from which on a heel no longer stands
_GATE_S = 0.6  # after both feet came to stand, and before one leaves: far shifts would jolt the head in less
# Quiet standing: some millimetres, more to and fro than aside (Winter 1995, "Human balance and posture control"); ours
# by eye.
_SWAY_M = np.array([0.0025, 0.0, 0.005])  # standard deviations: aside, up, to and fro
_KNOT_S = 1.2  # between the random knots of the sway
_BREATH_S = 4.2  # a breath at rest: 14 a minute
_BREATH_RAD = np.radians(0.5)
_SPINE_SHARE = {
    "pelvis": 1.0,
    "spine1": 0.5,
    "spine2": 0.05,
    "spine3": -0.2,
    "neck": -0.1,
    "head": 0.0,
}  # of the pelvis' turn


@dataclass(frozen=True)
class Shift:
    """The weight goes to `side` (−1 right, 0 both, 1 left; sizes between) from start_s to end_s."""

    start_s: float
    end_s: float
    side: float


@dataclass(frozen=True)
class ShiftManner:
    """How weight is shifted, measured on recordings. far: from the middle, share of half the distance between the feet, low
    to high. takes_s: low to high. yaw_deg: of the pelvis for the whole way to one foot, positive to the loaded side. often:
    factor of how often."""

    far: tuple[float, float] = (0.3, 0.6)
    takes_s: tuple[float, float] = (1.1, 1.9)
    yaw_deg: float = -7.1
    often: float = 1.0


def plan_shifts(
    duration_s: float, seed: int, pauses_s: Sequence[tuple[float, float]] = (), manner: ShiftManner = ShiftManner()
) -> tuple[Shift, ...]:
    """When the weight goes where.

    Args:
        duration_s: seconds to fill, from 0 on.
        seed: another one draws other shifts.
        pauses_s: (from, to) of silences, that shifts prefer.
        manner: how far, how long, how often.
    """
    rng = np.random.default_rng((seed, 0x5417))
    shifts: list[Shift] = []
    time_s, side = float(rng.uniform(1.5, 6.0)), 0.0
    while True:
        length = float(rng.uniform(*manner.takes_s))
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
        size, full, unloads = float(rng.uniform(*manner.far)), float(rng.uniform(*_UNLOADS)), rng.random()
        size = full if unloads < (_OFTEN_IN_PAUSES if near else _OFTEN) * min(manner.often, 1.3) else size
        if side == 0.0:
            side = size * (1.0 if rng.random() < 0.5 else -1.0)
        else:  # more often to the other leg than to both
            side = -np.sign(side) * size if rng.random() < 0.65 else 0.0
        shifts.append(Shift(start, start + length, float(side)))
        held_s = float(rng.uniform(*_HOLD_S)) * (0.6 if side == 0.0 else 1.0)
        time_s = start + length + held_s / manner.often


def shift_curve(shifts: Sequence[Shift], times_s: np.ndarray) -> np.ndarray:
    """The side over times_s (T,): (T,), from one to the next with minimum jerk."""
    curve, before = np.zeros(len(times_s)), 0.0
    for shift in shifts:
        curve += (shift.side - before) * minimum_jerk((times_s - shift.start_s) / (shift.end_s - shift.start_s))
        before = shift.side
    return curve


def add_postural_sway(
    clip: Clip,
    skeleton: Skeleton,
    seed: int = 0,
    pauses_s: Sequence[tuple[float, float]] = (),
    shifts: bool = True,
    strength: float = 1.0,
    manner: ShiftManner = ShiftManner(),
) -> Clip:
    """The clip with weight shifts and the sway of quiet standing; ankles, soles and toes stay exactly where they were.

    Args:
        clip: feet planted already; only while both stand by its contacts does anything move.
        skeleton: on which it is.
        seed: another one draws other shifts and other sway.
        pauses_s: silences of the sound in seconds, as the clip's times.
        shifts: False leaves only the quiet sway and the breath.
        strength: of all of it, 1 as people do.
        manner: of the shifts.
    """
    if not len(clip) or strength <= 0.0:
        return clip
    times_s = np.arange(len(clip)) / clip.rate_hz
    rng = np.random.default_rng((seed, 0x5E4A))
    lower = LowerBody.of(clip, skeleton)
    aside, ahead = _directions(lower, clip.rate_hz)
    gate = ramp_away_from(~_both_stand(clip.contacts), max(1, round(_GATE_S * clip.rate_hz)))
    side = np.zeros(len(clip))
    if shifts:
        pauses_s = [(start - clip.start_s, end - clip.start_s) for start, end in pauses_s]
        side = gate * strength * shift_curve(plan_shifts(times_s[-1], seed, pauses_s, manner), times_s)
        side = _FEET_SHARE * np.tanh(side / _FEET_SHARE)
    apart = np.abs(((lower.positions["left_ankle"] - lower.positions["right_ankle"]) * aside).sum(-1))
    shift_m = 0.5 * gaussian_smooth(apart, 0.5 * clip.rate_hz)
    quiet = smooth_noise(rng, times_s, 3, _KNOT_S) * _SWAY_M * (strength * gate)[:, None]
    phase = 2 * np.pi * times_s / _BREATH_S + rng.uniform(0, 6.28)
    breath = strength * np.sin(phase + 0.6 * smooth_noise(rng, times_s, 1, _KNOT_S)[:, 0])
    offset = (shift_m * side + quiet[:, 0])[:, None] * aside + quiet[:, 2:] * ahead
    free = smooth_step(np.abs(side), *_UNLOADED) * np.sign(side) * min(strength, 1.0)
    turn = (_ROLL_RAD * side + _FREE_ROLL_RAD * free)[:, None] * ahead + (np.radians(manner.yaw_deg) * side)[
        :, None
    ] * np.array([0.0, 1.0, 0.0])
    moved = replace(
        clip,
        rotations=counter_rotated_spine(clip, turn, breath[:, None] * _BREATH_RAD * aside),
        root_translation_m=(clip.root_translation_m + offset).astype(np.float32),
        driven=clip.driven | LEG_JOINTS | set(_SPINE_SHARE),
    )
    return _with_feet_of(lower, moved, skeleton, np.stack([np.maximum(-free, 0.0), np.maximum(free, 0.0)], axis=1))


def _both_stand(contacts: np.ndarray) -> np.ndarray:
    stands = np.asarray(contacts) > 0.5
    return (stands[:, :2] | stands[:, 2:]).all(1)


def _directions(lower: LowerBody, rate_hz: float) -> tuple[np.ndarray, np.ndarray]:
    """The body's left and front on the floor, unit, slow, (T, 3) each."""
    front = rotate(lower.rotations["pelvis"], np.array([0.0, 0.0, 1.0])) * [1.0, 0.0, 1.0]
    ahead = unit(gaussian_smooth(front, 0.4 * rate_hz), 1e-9)
    return cross(np.array([0.0, 1.0, 0.0]), ahead), ahead


def counter_rotated_spine(clip: Clip, turn: np.ndarray, breath: np.ndarray) -> np.ndarray:
    """Rotations with the pelvis turned in world space and the spine against it, so that the head stays upright.

    Args:
        clip: the motion.
        turn: (T, 3) rotation vectors of the pelvis, radians.
        breath: (T, 3) rotation vectors that the chest leans back by.

    Returns:
        float32 (T, J, 4), as `Clip.rotations`.
    """
    rotations = np.array(clip.rotations, np.float32)
    indices = [JOINT_INDEX[name] for name in _SPINE_SHARE]
    turns = {
        name: share * turn - (breath if name in ("spine2", "spine3") else 0.0) for name, share in _SPINE_SHARE.items()
    }
    rotations[:, indices] = continuous(normalised(with_chain_turned(clip.rotations, turns)))
    return rotations


def _with_feet_of(source: LowerBody, moved: Clip, skeleton: Skeleton, free: np.ndarray) -> Clip:
    """The moved clip with ankles, soles and toes where they were, but for heels that come off the floor; the pelvis comes
    down where a leg is too short. free: (T, 2) 0..1, whether the left and the right foot is unloaded."""
    lower = LowerBody.of(moved, skeleton)
    legs = lower.legs()
    contacts = np.array(moved.contacts)
    stances = [contacts[:, at] + contacts[:, 2 + at] > 0.5 for at in range(2)]
    ankles, turns = zip(*(_on_the_ball(source, side, free[:, at]) for at, side in enumerate(SIDES)), strict=True)
    drop = drop_to_reach(legs, ankles, stances, moved.rate_hz)
    plan = feet_of(source, lower, -drop[:, None] * np.array([0.0, 1.0, 0.0]))
    plan = replace(plan, ankles=ankles, feet=tuple(multiply(turn, foot) for turn, foot in zip(turns, plan.feet)))
    contacts[:, :2][free > _LIFTED] = 0.0
    return replace(with_feet(moved, skeleton, lower, legs, plan), contacts=contacts)


def _on_the_ball(source: LowerBody, side: str, free: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where an ankle is whose foot turns about its ball as far as it is free (T,), (T, 3), and the foot's turn (T, 4)."""
    ankle, ball = source.positions[f"{side}_ankle"], source.positions[f"{side}_foot"]
    along = ball - ankle
    turn = from_axis_angle(heel_axis(along) * (_HEEL_RAD * free)[:, None])
    return ball - rotate(turn, along), turn
