# SPDX-License-Identifier: GPL-3.0-or-later
"""Footplants: where ankles, soles, toes and pelvis go so that feet stand still on the floor while they are in contact.

As in foot-skate clean-up by Kovar, Schreiner and Gleicher 2002 ("Footskate Cleanup for Motion Capture Editing"), each
stance gets one place and corrections are blended in and out around it; soles and toes are laid on the floor besides,
and no leg is lengthened. It is geometry alone, for any legs: `foot_planting` uses it on the canonical skeleton and
`core.rigs.retargeting.foot_planting` on a character's own bones. The steps:

1. The sole: in spans where heel and ball stand it lies flat and keeps one heading.
2. The footplant: in a stance (a chain of heel, flat and ball spans) each point that stands keeps one place on the
   floor.
3. Between spans the corrections run on with the speed they had, fade out over BLEND_S and fade in again, so neither
   place nor speed jumps. The foot's own roll from heel to toe and its swing stay as they were.
4. The pelvis goes up or down with both feet, and comes down where a leg is too short.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ..easing import smooth_step
from ..kinematics import two_bone_ik
from ..rotations import from_axis_angle, inverse, multiply, rotate, to_axis_angle
from ..smoothing import gaussian_smooth, smooth_upper_envelope
from ..spans import ramp_away_from, spans
from ..vectors import norm
from .corrections import bridge_corrections
from .legs import FootPlan, Leg, pelvis_drop

# By eye, on recorded and generated talkers and walkers.
BLEND_S = 0.25  # over which a correction fades out after a contact and in before the next
_FLAT = np.radians(35.0)  # a sole that is tilted more is not laid flat
_STEEP = np.radians(75.0)  # toes that are tilted more are not laid flat
_STEP_M, _STEP_S = 0.05, 1.2  # height of a small step where a foot only slid, and how long such a slide may take
_STEP_SHARE, _STEP_LEAST_M = 0.3, 0.006  # that height as a share of the way; lower ones are not worth it
_DROP_M = 0.15  # the pelvis comes down by no more than this
_DROP_S = 0.06  # and begins that long before it has to
_LIFT_M = 0.1  # a swinging foot is lifted out of the floor by no more than this
_LIFT_S, _LIFT_RAMP_S = 0.04, 0.1
_PELVIS_S = 0.2  # smoothing of the pelvis' way up and down

_UP = np.array([0.0, 1.0, 0.0])
_FORWARD = np.array([0.0, 0.0, 1.0])


def plan_feet(legs: Sequence[Leg], contacts: np.ndarray, rate_hz: float, floor: float = 0.0) -> FootPlan:
    """Where ankles, soles, toes and pelvis go so that feet stand still on the floor.

    Args:
        legs: the left and the right one.
        contacts: (T, 4) as `Clip.contacts`, above 0.5 stands.
        rate_hz: frames a second.
        floor: its height, metres.

    Returns:
        The plan; its pelvis moves up and down only.
    """
    contacts = np.asarray(contacts) > 0.5
    frames = len(contacts)
    blend = max(2, int(round(BLEND_S * rate_hz)))
    feet, toes, moves, stances = [], [], [], []
    for side, leg in enumerate(legs):
        heel, ball = contacts[:, side], contacts[:, 2 + side]
        feet.append(_level_soles(leg, heel & ball, blend))
        foot = multiply(feet[-1], leg.foot_rotation)
        toes.append(_level_toes(leg, feet[-1], foot, ball, blend))
        move = _to_footplants(leg, foot, (heel, ball), floor, blend // 2 + 1)
        moves.append(bridge_corrections(move, heel | ball, blend))
        stances.append(heel | ball)
    pelvis = _common_height(moves, stances, rate_hz)[:, None] * _UP
    ankles = []
    for side, leg in enumerate(legs):
        # what the pelvis does, feet in the air do too; those that stand do not
        share = bridge_corrections(np.zeros((frames, 3)) - pelvis, stances[side], blend)
        ankle = leg.ankle + moves[side] + share + pelvis
        ankle = _stepping_over(ankle, stances[side], leg.ankle_height + floor, rate_hz)
        foot = multiply(feet[side], leg.foot_rotation)
        ankles.append(_above_floor(leg, ankle, foot, stances[side], floor, rate_hz))
    drop = drop_to_reach([leg.moved(pelvis) for leg in legs], ankles, stances, rate_hz)
    return FootPlan(pelvis - drop[:, None] * _UP, tuple(ankles), tuple(feet), tuple(toes))


def drop_to_reach(
    legs: Sequence[Leg], ankles: Sequence[np.ndarray], stances: Sequence[np.ndarray], rate_hz: float
) -> np.ndarray:
    """How far the pelvis has to come down for the standing feet to be in reach.

    Args:
        legs: the left and the right one.
        ankles: IK targets (T, 3) metres, one a leg.
        stances: bool (T,), one a leg: where it stands.
        rate_hz: frames a second.

    Returns:
        (T,) metres, smooth, at most 15 cm.
    """
    longest = [two_bone_ik.exact_reach(leg.length, norm(leg.ankle - leg.hip)) for leg in legs]
    need = np.zeros(len(stances[0]))
    for drop, stance in zip(pelvis_drop(legs, ankles, longest), stances):
        need = np.maximum(need, np.where(stance, drop, 0.0))
    if need.max(initial=0.0) <= 0.0:
        return need
    return smooth_upper_envelope(np.clip(need, 0.0, _DROP_M), int(round(_DROP_S * rate_hz)))


def shared_part(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """What two values (...) have in common: the smaller if they point the same way, else nothing."""
    return (np.sign(first) == np.sign(second)) * np.sign(first) * np.minimum(np.abs(first), np.abs(second))


def _heading(rotations: np.ndarray, rest_direction: np.ndarray) -> np.ndarray:
    """The angle about Y (T,) from the resting direction to where it points now, seen from above; continuous."""
    now = rotate(rotations, rest_direction)
    return np.unwrap(np.arctan2(now[:, 0], now[:, 2]) - np.arctan2(rest_direction[0], rest_direction[2]))


def _about_up(angle: float) -> np.ndarray:
    return np.array([np.cos(angle / 2), 0.0, np.sin(angle / 2), 0.0])


def _tilt(rotations: np.ndarray) -> np.ndarray:
    """Angle between the sole and the floor, (T,) radians."""
    x, z = rotations[:, 1], rotations[:, 3]
    return np.arccos(np.clip(1.0 - 2.0 * (x * x + z * z), -1.0, 1.0))


def _level_soles(leg: Leg, flat: np.ndarray, blend: int) -> np.ndarray:
    """Rotations that lay the sole flat and keep its heading where heel and ball stand, (T, 4)."""
    heading, tilt = _heading(leg.foot_rotation, leg.ball_offset * [1.0, 0.0, 1.0]), _tilt(leg.foot_rotation)
    target, known = np.tile([1.0, 0.0, 0.0, 0.0], (len(flat), 1)), np.zeros(len(flat), bool)
    for start, end in spans(flat):
        if np.median(tilt[start:end]) <= _FLAT:
            target[start:end] = _about_up(heading[start:end].mean())
            known[start:end] = True
    correction = to_axis_angle(multiply(target, inverse(leg.foot_rotation)))
    return from_axis_angle(bridge_corrections(correction, known, blend))


def _level_toes(leg: Leg, foot_turn: np.ndarray, foot: np.ndarray, ball: np.ndarray, blend: int) -> np.ndarray:
    """Rotations that keep the toes on the floor while the ball stands, (T, 4)."""
    toe = multiply(foot_turn, leg.toe_rotation)
    heading, tilt, sole = _heading(toe, _FORWARD), _tilt(toe), _tilt(foot)
    target, known = np.tile([1.0, 0.0, 0.0, 0.0], (len(ball), 1)), np.zeros(len(ball), bool)
    for start, end in spans(ball):
        good = tilt[start:end] < _STEEP
        if good.mean() >= 0.5 and np.median(sole[start:end]) <= _STEEP:
            target[start:end] = _about_up(heading[start:end][good].mean())
            known[start:end] = True
    correction = to_axis_angle(multiply(target, inverse(toe)))
    return multiply(from_axis_angle(bridge_corrections(correction, known, blend)), foot_turn)


def _stance_chains(heel: np.ndarray, ball: np.ndarray) -> Iterator[list[tuple[int, int, bool, bool]]]:
    """Chains of segments [from, to) in which heel and ball stand or not, from first touch to take-off."""
    for start, end in spans(heel | ball):
        state = heel[start:end].astype(int) + 2 * ball[start:end]
        edges = [0, *(np.flatnonzero(np.diff(state)) + 1).tolist(), end - start]
        yield [(start + a, start + b, bool(state[a] & 1), bool(state[a] & 2)) for a, b in zip(edges, edges[1:])]


def _to_footplants(
    leg: Leg, foot: np.ndarray, contacts: tuple[np.ndarray, np.ndarray], floor: float, settle_frames: int
) -> np.ndarray:
    """How far the foot has to move so that what stands keeps its place, (T, 3); only frames that stand are filled.

    contacts: of heel and ball, (T,) each. settle_frames: over which a point comes to its height that did not stand
    before.
    """
    points = (leg.ankle, leg.ankle + rotate(foot, leg.ball_offset))
    heights = (floor + leg.ankle_height, floor + leg.ball_height)
    move = np.zeros((len(foot), 3))
    for chain in _stance_chains(*contacts):
        # from the segment with both (else the longest) outwards, so that neighbours agree where they meet
        first = max(range(len(chain)), key=lambda at: (chain[at][2] and chain[at][3], chain[at][1] - chain[at][0]))
        start, end, _, front = chain[first]
        place = points[front][start:end].mean(0)
        place[1] = heights[front]
        move[start:end] = place - points[front][start:end]
        for order in (range(first + 1, len(chain)), range(first - 1, -1, -1)):
            for index in order:
                later = index > first
                start, end, heel, ball = chain[index]
                neighbour = chain[index - 1 if later else index + 1]
                front = ball and (neighbour[3] or not heel)  # which point keeps its place: the ball or the ankle
                edge = start - 1 if later else end  # the neighbour's frame at the border
                place = points[front][edge] + move[edge]
                move[start:end] = place - points[front][start:end]
                # what did not stand before comes down (or up) to its height without haste
                away = np.arange(1, end - start + 1) if later else np.arange(end - start, 0, -1)
                move[start:end, 1] += (heights[front] - place[1]) * smooth_step(away, 0.0, float(settle_frames))
    return move


def _common_height(moves: Sequence[np.ndarray], stances: Sequence[np.ndarray], rate_hz: float) -> np.ndarray:
    """How far up or down all standing feet have to go together, smooth, (T,)."""
    first, second = (move[:, 1] for move in moves)
    shared = shared_part(first, second)
    one = np.where(stances[0], first, np.where(stances[1], second, shared))
    return gaussian_smooth(np.where(stances[0] & stances[1], shared, one), _PELVIS_S * rate_hz)


def _stepping_over(ankle: np.ndarray, stance: np.ndarray, low: float, rate_hz: float) -> np.ndarray:
    """Lift a foot that gets from one place to the next without leaving the floor: a small step instead of a slide."""
    result = ankle.copy()
    for start, end in spans(~stance):
        if start == 0 or end == len(stance) or end - start > _STEP_S * rate_hz:
            continue
        wanted = min(_STEP_SHARE * float(np.linalg.norm((ankle[end] - ankle[start - 1])[[0, 2]])), _STEP_M)
        missing = wanted - max(float(ankle[start:end, 1].max()) - low, 0.0)
        if wanted > _STEP_LEAST_M and missing > 0.0:
            u = np.arange(1, end - start + 1) / (end - start + 1)
            result[start:end, 1] += missing * np.sin(np.pi * u) ** 2
    return result


def _above_floor(
    leg: Leg, ankle: np.ndarray, foot: np.ndarray, stance: np.ndarray, floor: float, rate_hz: float
) -> np.ndarray:
    """Lift a swinging foot that would go through the floor."""
    ball = ankle + rotate(foot, leg.ball_offset)
    lowest = np.minimum(ball[:, 1] - leg.ball_height, ankle[:, 1] - leg.ankle_height) - floor
    below = np.where(stance, 0.0, np.maximum(-lowest, 0.0))
    if below.max(initial=0.0) <= 0.0:
        return ankle
    ramp = ramp_away_from(stance, max(1, int(round(_LIFT_RAMP_S * rate_hz))))
    lift = smooth_upper_envelope(below, int(round(_LIFT_S * rate_hz))) * ramp
    return ankle + np.minimum(lift, _LIFT_M)[:, None] * _UP
