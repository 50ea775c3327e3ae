# SPDX-License-Identifier: GPL-3.0-or-later
"""Feet that stand where they stand: contacts found, slides and floating taken out, weight shifts put in.

Works on whole clips, in time linear in their length. `plan_feet` is the geometry alone, for any legs: `lock_feet` uses it on
the canonical skeleton and `core.rigs.retargeting.foot_planting` on a character's own bones. Its steps:

1. The sole: in spans where heel and ball stand it lies flat and keeps one heading.
2. The anchor: in a stance (a chain of heel, flat and ball spans) each point that stands keeps one place on the floor.
3. Between spans the corrections run on with the speed they had, fade out over BLEND_S and fade in again, so neither place
   nor speed jumps. The foot's own roll from heel to toe and its swing stay as they were.
4. The pelvis goes up or down with both feet, and comes down where a leg is too short.
5. The legs reach for the ankles by `two_bone`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ..clip import Clip
from ..easing import smooth_step
from ..joints import LEG_JOINTS, SIDES
from ..kinematics import two_bone_ik
from ..kinematics.forward import forward
from ..rotations import continuous, from_axis_angle, inverse, multiply, normalised, rotate, to_axis_angle
from ..smoothing import gaussian_smooth, smooth_upper_envelope

if TYPE_CHECKING:  # the skeleton is made of tensors; here it is only read
    from ..skeleton import Skeleton

BLEND_S = 0.25  # over which a correction fades out after a contact and in before the next
_ENTER_MPS, _EXIT_MPS = 0.22, 0.45  # a foot comes to stand below the first speed and leaves above the second
_ENTER_M, _EXIT_M = 0.035, 0.06  # the same for its height above the floor
_HEEL_M = 0.045  # a heel that is lifted more than this against the ball does not stand
_SHORTEST_S = 0.12  # contacts and gaps shorter than this are none
_WIDEST_M = 0.12  # a foot that moves farther than this did not stand
_FLAT = np.radians(35.0)  # a sole that is tilted more is not laid flat
_STEEP = np.radians(75.0)  # toes that are tilted more are not laid flat
_STEP_M, _STEP_S = 0.05, 1.2  # height of a small step where a foot only slid, and how long such a slide may take
_PART_S = 0.17  # before and after the fastest moment of a "stance" that wanders
_LOWEST_M = 0.15  # the pelvis comes down by no more than this
_SWAY_M = 0.03  # gliding of both feet up to this is sway of the pelvis
_GLIDE_S = 0.2  # over which the speed of gliding is measured
_FOLLOW_S = 0.1  # smoothing of what the pelvis follows
_UP = np.array([0.0, 1.0, 0.0])
_FORWARD = np.array([0.0, 0.0, 1.0])
_HINGE = np.array([1.0, 0.0, 0.0])  # knees bend about the left-right axis


@dataclass(frozen=True)
class Leg:
    """One leg's motion, canonical space (Y up), T frames, metres.

    hip, knee, ankle: (T, 3). foot, toe: global turns of foot and toes from their rest (standing flat), wxyz (T, 4).
    ball: from the ankle to the ball of the foot in rest (3,). ankle_height, ball_height: in rest above the floor.
    hinge: the direction about which the knee bends when the leg is straight (T, 3).
    """

    hip: np.ndarray
    knee: np.ndarray
    ankle: np.ndarray
    foot: np.ndarray
    toe: np.ndarray
    ball: np.ndarray
    ankle_height: float
    ball_height: float
    hinge: np.ndarray

    @property
    def ball_place(self) -> np.ndarray:
        """(T, 3)."""
        return self.ankle + rotate(self.foot, self.ball)


@dataclass(frozen=True)
class FeetPlan:
    """What `plan_feet` found. pelvis: offset of the whole body (T, 3). ankles: where they go, per leg (T, 3). feet, toes:
    global turns to put before those of foot and toes, per leg (T, 4)."""

    pelvis: np.ndarray
    ankles: tuple[np.ndarray, ...]
    feet: tuple[np.ndarray, ...]
    toes: tuple[np.ndarray, ...]


# -------------------------------------------------------------------------------------------------------------- contacts


def spans(mask: np.ndarray) -> list[tuple[int, int]]:
    """Runs of True in (T,) as [from, to)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], np.asarray(mask, bool), [False]]).astype(np.int8)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist()))


def _hysteresis(enter: np.ndarray, stay: np.ndarray) -> np.ndarray:
    """Runs of `stay` that hold at least one frame of `enter`, (T,)."""
    count = np.concatenate([[0], np.cumsum(enter & stay)])
    result = np.zeros(len(enter), bool)
    for start, end in spans(stay):
        result[start:end] = count[end] > count[start]
    return result


def velocities(positions: np.ndarray, rate_hz: float) -> np.ndarray:
    """Central differences along the first axis, per second."""
    return np.gradient(positions, axis=0) * rate_hz if len(positions) > 1 else np.zeros_like(positions)


def _steady(positions: np.ndarray, rate_hz: float) -> tuple[np.ndarray, np.ndarray]:
    """Positions (T, …, 3) without the sensor's trembling, and their speed (T, …). The more they tremble, the smoother."""
    tremble = 0.0
    if len(positions) > 8:
        # third differences of white noise are sqrt(20) times as large; a low percentile looks at the frames in which feet rest
        tremble = float(np.percentile(np.abs(np.diff(positions, 3, axis=0)), 30)) / (0.385 * np.sqrt(20.0))
    smooth = gaussian_smooth(positions, 0.03 * float(np.clip(tremble / 0.002, 1.0, 3.0)) * rate_hz)
    return smooth, np.linalg.norm(velocities(smooth, rate_hz), axis=-1)


def floor_heights(ankles: np.ndarray, balls: np.ndarray, rate_hz: float) -> tuple[float, float]:
    """How high ankles and balls of feet, (T, legs, 3) each, are when they stand: medians over the frames in which they are low
    and slow; one pair for both feet."""
    found = []
    for places in (ankles, balls):
        smooth, speed = _steady(places, rate_hz)
        height = smooth[..., 1]
        low = height < np.percentile(height, 5) + 0.08
        still = low & (speed < _ENTER_MPS)
        found.append(float(np.median(height[still])) if still.mean() > 0.03 else float(np.percentile(height, 5)))
    return found[0], found[1]


def floor_drift(ankles: np.ndarray, balls: np.ndarray, rate_hz: float) -> np.ndarray:
    """How the floor under the feet, (T, 2, 3) each, slowly rises and falls about its middle, (T,): captured and generated bodies may
    drift up and down as they travel. From the lowest points within a second and a half; at most 15 cm."""
    if len(ankles) < 2:
        return np.zeros(len(ankles))
    levels = floor_heights(ankles, balls, rate_hz)
    low = np.minimum((ankles[..., 1] - levels[0]).min(1), (balls[..., 1] - levels[1]).min(1))
    reach = max(1, int(round(0.75 * rate_hz)))
    lowest = -smooth_upper_envelope(-gaussian_smooth(low, 0.03 * rate_hz), reach)
    return np.clip(gaussian_smooth(lowest - np.median(lowest), 0.3 * rate_hz), -_LOWEST_M, _LOWEST_M)


def contacts_of(ankles: np.ndarray, balls: np.ndarray, rate_hz: float, widest_m: float = _WIDEST_M) -> np.ndarray:
    """Which frames the points stand in: ankles and balls (T, 2, 3) metres, Y up → bool (T, 4), columns as in `Clip.contacts`.

    A point comes to stand when slow and near its own floor level, and leaves when clearly faster or higher (hysteresis); gaps
    and spans shorter than 0.12 s do not count; a "stance" that wanders farther than `widest_m` is parted where it is fastest.
    """
    frames = len(ankles)
    result = np.zeros((frames, 4), bool)
    if not frames:
        return result
    drift = floor_drift(ankles, balls, rate_hz)[:, None, None] * _UP
    ankles, balls = ankles - drift, balls - drift
    levels = floor_heights(ankles, balls, rate_hz)
    least = max(2, int(round(_SHORTEST_S * rate_hz)))
    for kind, (places, level) in enumerate(((ankles, levels[0]), (balls, levels[1]))):
        smooth, speed = _steady(places, rate_hz)
        height = smooth[..., 1] - level
        for side in range(2):
            enter = (speed[:, side] < _ENTER_MPS) & (height[:, side] < _ENTER_M)
            stay = (speed[:, side] < _EXIT_MPS) & (height[:, side] < _EXIT_M)
            mask = _hysteresis(enter, stay)
            for start, end in spans(~mask):  # a flicker, not a step
                if (
                    start > 0
                    and end < frames
                    and end - start < least
                    and np.linalg.norm(smooth[end, side] - smooth[start - 1, side]) < 0.03
                ):
                    mask[start:end] = True
            for start, end in spans(mask):
                _part(mask, smooth[:, side], speed[:, side], start, end, max(least, round(_PART_S * rate_hz)), widest_m)
            _drop_short(mask, least)
            result[:, 2 * kind + side] = mask
    raised = (ankles - balls)[..., 1] - (levels[0] - levels[1])
    for side in range(2):
        result[:, side] &= raised[:, side] <= _HEEL_M  # higher than that it stands on the ball alone
        _drop_short(result[:, side], least)
        # a heel that stands no lower than the ball does not stand alone
        result[:, 2 + side] |= result[:, side] & (raised[:, side] > -0.01)
    return result


def _drop_short(mask: np.ndarray, least: int) -> None:
    for start, end in spans(mask):
        if end - start < min(least, len(mask)):
            mask[start:end] = False


def _part(
    mask: np.ndarray, places: np.ndarray, speed: np.ndarray, start: int, end: int, least: int, widest: float
) -> None:
    """Take frames out of a span that wanders too far, where it is fastest, until each part stands."""
    todo = [(start, end)]
    while todo:
        start, end = todo.pop()
        if end - start <= 2 * least:
            continue
        extent = places[start:end, [0, 2]].max(0) - places[start:end, [0, 2]].min(0)
        if np.linalg.norm(extent) <= widest:
            continue
        at = start + least // 2 + int(np.argmax(speed[start + least // 2 : end - least // 2]))
        low, high = max(start, at - least), min(end, at + least + 1)
        mask[low:high] = False
        todo += [(start, low), (high, end)]


def _chain(skeleton: Skeleton) -> dict[str, int]:
    """The joints that the legs need, from the root, in order: name → index in the skeleton."""
    wanted: set[int] = set()
    for name in LEG_JOINTS:
        joint = skeleton.index(name)
        while joint >= 0 and joint not in wanted:
            wanted.add(joint)
            joint = skeleton.parents[joint]
    return {skeleton.names[joint]: joint for joint in sorted(wanted)}


@dataclass(frozen=True)
class LowerBody:
    """The lower body of a clip: places (T, 3) and global turns (T, 4) by joint name, and where joints rest (3,)."""

    places: dict[str, np.ndarray]
    turned: dict[str, np.ndarray]
    rest: dict[str, np.ndarray]

    @classmethod
    def of(cls, clip: Clip, skeleton: Skeleton) -> LowerBody:
        chain = _chain(skeleton)
        indices = list(chain.values())
        offsets = np.asarray(skeleton.offsets_m, np.float64)[indices]
        parents = [indices.index(skeleton.parents[joint]) if skeleton.parents[joint] >= 0 else -1 for joint in indices]
        places, turned = forward(clip.rotations[:, indices], clip.root_translation_m, offsets, parents)
        still = np.tile([1.0, 0.0, 0.0, 0.0], (1, len(indices), 1))
        rest, _ = forward(still, np.zeros((1, 3)), offsets, parents)
        return cls(
            {name: places[:, at] for at, name in enumerate(chain)},
            {name: turned[:, at] for at, name in enumerate(chain)},
            {name: rest[0, at] for at, name in enumerate(chain)},
        )

    def both(self, joint: str) -> np.ndarray:
        """Left and right, (T, 2, 3)."""
        return np.stack([self.places[f"{side}_{joint}"] for side in SIDES], 1)


def estimate_contacts(clip: Clip, skeleton: Skeleton) -> np.ndarray:
    """Which frames the feet stand in: float32 (T, 4), 0 or 1, left and right ankle, left and right ball of the foot.

    From speed and height with hysteresis, at any rate; the height of the floor is the clip's own.
    """
    lower = LowerBody.of(clip, skeleton)
    return contacts_of(lower.both("ankle"), lower.both("foot"), clip.rate_hz).astype(np.float32)


# -------------------------------------------------------------------------------------------------------------- geometry


def bridge(values: np.ndarray, known: np.ndarray, blend: int) -> np.ndarray:
    """Corrections (T, k), given where `known` (T,), for all frames: between two known stretches a cubic with matched speed at
    both ends if they lie at most 2 `blend` frames apart, else a cubic to nothing over `blend` frames on either side."""
    result = np.where(known[:, None], values, 0.0)
    frames = len(values)

    def slope(at: int, step: int) -> np.ndarray:
        """Per frame, at the edge `at` of a known stretch that lies behind it in direction −step."""
        back = at - 2 * step
        if 0 <= back < frames and known[back] and known[at - step]:
            return (values[at] - values[back]) / (2.0 * step)
        back = at - step
        return (values[at] - values[back]) / step if 0 <= back < frames and known[back] else np.zeros(values.shape[1])

    def hermite(u: np.ndarray, first, first_slope, last, last_slope) -> np.ndarray:
        u = u[:, None]
        return (
            (1 + 2 * u) * (1 - u) ** 2 * first
            + u * (1 - u) ** 2 * first_slope
            + u * u * (3 - 2 * u) * last
            - u * u * (1 - u) * last_slope
        )

    nothing = np.zeros(values.shape[1])
    for start, end in spans(~known):
        before, after = start - 1, end  # known frames on either side
        if before >= 0 and after < frames and after - before <= 2 * blend:
            length = after - before
            result[start:end] = hermite(
                np.arange(1, length) / length,
                values[before],
                slope(before, 1) * length,
                values[after],
                slope(after, -1) * length,
            )
            continue
        if before >= 0:
            u = np.arange(1, blend) / blend
            u = u[: end - start]
            result[start : start + len(u)] += hermite(u, values[before], slope(before, 1) * blend, nothing, nothing)
        if after < frames:
            u = np.arange(1, blend) / blend
            u = u[: end - start]
            result[end - len(u) : end] += hermite(u, values[after], -slope(after, -1) * blend, nothing, nothing)[::-1]
    return result


def _heading(turns: np.ndarray, rest_way: np.ndarray) -> np.ndarray:
    """The angle about Y (T,) from the resting direction to where it points now, seen from above; continuous."""
    way = rotate(turns, rest_way)
    return np.unwrap(np.arctan2(way[:, 0], way[:, 2]) - np.arctan2(rest_way[0], rest_way[2]))


def _about_up(angle: float) -> np.ndarray:
    return np.array([np.cos(angle / 2), 0.0, np.sin(angle / 2), 0.0])


def _tilt(turns: np.ndarray) -> np.ndarray:
    """Angle between the sole and the floor, (T,) radians."""
    x, z = turns[:, 1], turns[:, 3]
    return np.arccos(np.clip(1.0 - 2.0 * (x * x + z * z), -1.0, 1.0))


def _stances(ankle: np.ndarray, ball: np.ndarray) -> Iterator[list[tuple[int, int, bool, bool]]]:
    """Chains of segments [from, to) in which heel and ball stand or not, from first touch to take-off."""
    for start, end in spans(ankle | ball):
        state = ankle[start:end].astype(int) + 2 * ball[start:end]
        edges = [0, *(np.flatnonzero(np.diff(state)) + 1).tolist(), end - start]
        yield [(start + a, start + b, bool(state[a] & 1), bool(state[a] & 2)) for a, b in zip(edges, edges[1:])]


def plan_feet(legs: Sequence[Leg], contacts: np.ndarray, rate_hz: float, floor: float = 0.0) -> FeetPlan:
    """Where ankles, soles, toes and pelvis go so that feet stand still on the floor.

    contacts: (T, 4) as `Clip.contacts`, above 0.5 stands. floor: its height. The pelvis moves up and down only.
    """
    contacts = np.asarray(contacts) > 0.5
    frames = len(contacts)
    blend = max(2, int(round(BLEND_S * rate_hz)))
    feet, toes, moves, stands = [], [], [], []
    for side, leg in enumerate(legs):
        ankle, ball = contacts[:, side], contacts[:, 2 + side]
        feet.append(_level_soles(leg, ankle & ball, blend))
        foot = multiply(feet[-1], leg.foot)
        toes.append(_level_toes(leg, feet[-1], foot, ball, blend))
        move = _anchor(leg, foot, ankle, ball, floor, blend // 2 + 1)
        moves.append(bridge(move, ankle | ball, blend))
        stands.append(ankle | ball)
    pelvis = _common(moves, stands, rate_hz)[:, None] * _UP
    ankles = []
    for side, leg in enumerate(legs):
        # what the pelvis does, feet in the air do too; those that stand do not
        share = bridge(np.zeros((frames, 3)) - pelvis, stands[side], blend)
        ankle = leg.ankle + moves[side] + share + pelvis
        ankle = _step_over(ankle, stands[side], leg.ankle_height + floor, rate_hz)
        ankles.append(_above_floor(leg, ankle, multiply(feet[side], leg.foot), stands[side], floor, rate_hz))
    drop = lowering(legs, ankles, stands, pelvis, rate_hz)
    pelvis = pelvis - drop[:, None] * _UP
    return FeetPlan(pelvis, tuple(ankles), tuple(feet), tuple(toes))


def _level_soles(leg: Leg, flat: np.ndarray, blend: int) -> np.ndarray:
    """Turns that lay the sole flat and keep its heading where heel and ball stand, (T, 4)."""
    heading, tilt = _heading(leg.foot, leg.ball * [1.0, 0.0, 1.0]), _tilt(leg.foot)
    goal, known = np.tile([1.0, 0.0, 0.0, 0.0], (len(flat), 1)), np.zeros(len(flat), bool)
    for start, end in spans(flat):
        if np.median(tilt[start:end]) <= _FLAT:
            goal[start:end] = _about_up(heading[start:end].mean())
            known[start:end] = True
    correction = to_axis_angle(multiply(goal, inverse(leg.foot)))
    return from_axis_angle(bridge(correction, known, blend))


def _level_toes(leg: Leg, turn: np.ndarray, foot: np.ndarray, ball: np.ndarray, blend: int) -> np.ndarray:
    """Turns that keep the toes on the floor while the ball stands, (T, 4)."""
    toe = multiply(turn, leg.toe)
    heading, tilt, sole = _heading(toe, _FORWARD), _tilt(toe), _tilt(foot)
    goal, known = np.tile([1.0, 0.0, 0.0, 0.0], (len(ball), 1)), np.zeros(len(ball), bool)
    for start, end in spans(ball):
        good = tilt[start:end] < _STEEP
        if good.mean() >= 0.5 and np.median(sole[start:end]) <= _STEEP:
            goal[start:end] = _about_up(heading[start:end][good].mean())
            known[start:end] = True
    correction = to_axis_angle(multiply(goal, inverse(toe)))
    return multiply(from_axis_angle(bridge(correction, known, blend)), turn)


def _anchor(leg: Leg, foot: np.ndarray, ankle: np.ndarray, ball: np.ndarray, floor: float, settle: int) -> np.ndarray:
    """How far the foot has to move so that what stands keeps its place, (T, 3); only frames that stand are filled."""
    lever = rotate(foot, leg.ball)
    ball_place = leg.ankle + lever
    move = np.zeros((len(ankle), 3))
    for chain in _stances(ankle, ball):
        # from the segment with both (else the longest) outwards, so that neighbours agree where they meet
        first = max(
            range(len(chain)),
            key=lambda index: (chain[index][2] and chain[index][3], chain[index][1] - chain[index][0]),
        )
        start, end, heel, front = chain[first]
        place = (ball_place if front else leg.ankle)[start:end].mean(0)
        place[1] = floor + (leg.ball_height if front else leg.ankle_height)
        _fill(move, start, end, place, front, leg.ankle, ball_place)
        for order in (range(first + 1, len(chain)), range(first - 1, -1, -1)):
            for index in order:
                neighbour = index - 1 if index > first else index + 1
                start, end, heel, front = chain[index]
                edge = start - 1 if index > first else end  # the neighbour's frame at the border
                use_ball = front and (chain[neighbour][3] or not heel)
                place = (ball_place if use_ball else leg.ankle)[edge] + move[edge]
                goal = floor + (leg.ball_height if use_ball else leg.ankle_height)
                _fill(move, start, end, place, use_ball, leg.ankle, ball_place)
                # what did not stand before comes down (or up) to its height without haste
                away = np.arange(1, end - start + 1) if index > first else np.arange(end - start, 0, -1)
                move[start:end, 1] += (goal - place[1]) * smooth_step(away, 0.0, float(settle))
    return move


def _fill(
    move: np.ndarray, start: int, end: int, place: np.ndarray, front: bool, ankle: np.ndarray, ball: np.ndarray
) -> None:
    move[start:end] = place - (ball if front else ankle)[start:end]


def _common(moves: Sequence[np.ndarray], stands: Sequence[np.ndarray], rate_hz: float) -> np.ndarray:
    """How far up or down all standing feet have to go together, smooth, (T,)."""
    first, second = (move[:, 1] for move in moves)
    wanted = np.where(
        stands[0] & stands[1],
        _shared(first, second),
        np.where(stands[0], first, np.where(stands[1], second, _shared(first, second))),
    )
    return gaussian_smooth(wanted, 0.2 * rate_hz)


def _shared(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """What two values have in common: the smaller if they point the same way, else nothing."""
    return (np.sign(first) == np.sign(second)) * np.sign(first) * np.minimum(np.abs(first), np.abs(second))


def _ramp(stand: np.ndarray, frames: int) -> np.ndarray:
    """0 where the foot stands, rising smoothly to 1 over `frames` frames away from it, (T,)."""
    index = np.arange(len(stand), dtype=float)
    before = np.maximum.accumulate(np.where(stand, index, -np.inf))
    after = np.minimum.accumulate(np.where(stand, index, np.inf)[::-1])[::-1]
    return smooth_step(np.minimum(index - before, after - index), 0.0, float(frames))


def _step_over(ankle: np.ndarray, stand: np.ndarray, low: float, rate_hz: float) -> np.ndarray:
    """Lift a foot that gets from one place to the next without leaving the floor: a small step instead of a slide."""
    result = ankle.copy()
    for start, end in spans(~stand):
        if start == 0 or end == len(stand) or end - start > _STEP_S * rate_hz:
            continue
        wanted = min(0.3 * float(np.linalg.norm((ankle[end] - ankle[start - 1])[[0, 2]])), _STEP_M)
        missing = wanted - max(float(ankle[start:end, 1].max()) - low, 0.0)
        if wanted > 0.006 and missing > 0.0:
            u = np.arange(1, end - start + 1) / (end - start + 1)
            result[start:end, 1] += missing * np.sin(np.pi * u) ** 2
    return result


def _above_floor(
    leg: Leg, ankle: np.ndarray, foot: np.ndarray, stand: np.ndarray, floor: float, rate_hz: float
) -> np.ndarray:
    """Lift a swinging foot that would go through the floor."""
    lowest = (
        np.minimum((ankle + rotate(foot, leg.ball))[:, 1] - leg.ball_height, ankle[:, 1] - leg.ankle_height) - floor
    )
    below = np.where(stand, 0.0, np.maximum(-lowest, 0.0))
    if below.max(initial=0.0) <= 0.0:
        return ankle
    lift = smooth_upper_envelope(below, int(round(0.04 * rate_hz))) * _ramp(stand, max(1, int(round(0.1 * rate_hz))))
    return ankle + np.minimum(lift, 0.1)[:, None] * _UP


def lowering(
    legs: Sequence[Leg], ankles: Sequence[np.ndarray], stands: Sequence[np.ndarray], pelvis: np.ndarray, rate_hz: float
) -> np.ndarray:
    """How far the pelvis has to come down for the standing feet to be in reach, smooth, (T,) metres."""
    need = np.zeros(len(pelvis))
    for leg, ankle, stand in zip(legs, ankles, stands):
        length = np.linalg.norm(leg.knee - leg.hip, axis=-1) + np.linalg.norm(leg.ankle - leg.knee, axis=-1)
        own = np.linalg.norm(leg.ankle - leg.hip, axis=-1)
        limit = two_bone_ik.exact_reach(length, own)
        apart = leg.hip + pelvis - ankle
        flat = (apart[:, [0, 2]] ** 2).sum(-1)
        height = np.sqrt(np.maximum(limit**2 - flat, (0.3 * length) ** 2))
        need = np.maximum(need, np.where(stand, apart[:, 1] - height, 0.0))
    if need.max(initial=0.0) <= 0.0:
        return need
    return smooth_upper_envelope(np.clip(need, 0.0, _LOWEST_M), int(round(0.06 * rate_hz)))


def shared_slide(legs: Sequence[Leg], contacts: np.ndarray, rate_hz: float) -> np.ndarray:
    """How far the ground seems to run under the body: the horizontal path (T, 3) that standing feet have in common.

    Feet that stand and glide together are a fault of the root, not of the legs; so is the gliding of the only one that stands.
    Up to 3 cm to and fro is left to the legs: a pelvis may sway over its feet.
    """
    contacts = np.asarray(contacts) > 0.5
    speeds, stands = [], []
    for side, leg in enumerate(legs):
        ankle, ball = contacts[:, side], contacts[:, 2 + side]
        stand = (ball | ankle)[:, None].astype(float)
        speed = np.where(ball[:, None], velocities(leg.ball_place, rate_hz), velocities(leg.ankle, rate_hz)) * stand
        # the mean over standing frames nearby: trembling must not add up
        weight = gaussian_smooth(stand, _GLIDE_S * rate_hz)
        speeds.append(gaussian_smooth(speed, _GLIDE_S * rate_hz) / np.maximum(weight, 1e-6))
        stands.append(stand > 0.5)
    (first, second), (left, right) = speeds, stands
    speed = np.where(left & right, _shared(first, second), np.where(left, first, np.where(right, second, 0.0)))
    speed[:, 1] = 0.0
    path = np.cumsum(gaussian_smooth(speed, _FOLLOW_S * rate_hz), 0) / rate_hz
    path = 0.5 * (_leash(path, _SWAY_M) + _leash(path[::-1], _SWAY_M)[::-1])
    path = gaussian_smooth(path, _FOLLOW_S * rate_hz)
    return path - path[:1]


# -------------------------------------------------------------------------------------------------------------- the clip


def legs_of(lower: LowerBody) -> list[Leg]:
    legs = []
    for side in SIDES:
        hip, knee, ankle, foot = (lower.places[f"{side}_{joint}"] for joint in ("hip", "knee", "ankle", "foot"))
        thigh = lower.turned[f"{side}_hip"]
        hinge = two_bone_ik.hinge_axis(knee - hip, ankle - knee, thigh, _HINGE)
        heel, ball = lower.rest[f"{side}_ankle"], lower.rest[f"{side}_foot"]
        legs.append(
            Leg(
                hip,
                knee,
                ankle,
                lower.turned[f"{side}_ankle"],
                lower.turned[f"{side}_foot"],
                ball - heel,
                float(heel[1]),
                float(ball[1]),
                rotate(thigh, hinge),
            )
        )
    return legs


def _shifted(legs: Sequence[Leg], offset: np.ndarray) -> list[Leg]:
    return [replace(leg, hip=leg.hip + offset, knee=leg.knee + offset, ankle=leg.ankle + offset) for leg in legs]


def lock_feet(clip: Clip, skeleton: Skeleton, contacts: np.ndarray | None = None, follow: bool = True) -> Clip:
    """The clip with feet that stand still on the floor y = 0 while they stand, at the height of the resting soles.

    contacts: (T, 4) of the caller's; None: estimated. follow: the root goes along where standing feet slide together (a body that
    glides over the floor glides less); False keeps its horizontal path as it was. Pelvis translation and the rotations of hips,
    knees, ankles and feet change, nothing else; contacts of the result are those used.
    """
    if not len(clip):
        return clip
    lower = LowerBody.of(clip, skeleton)
    legs, ankles, balls = legs_of(lower), lower.both("ankle"), lower.both("foot")
    root = np.asarray(clip.root_translation_m, np.float64)
    # the clip's own floor to y = 0
    shift = np.zeros((len(clip), 3))
    shift[:, 1] = -floor_drift(ankles, balls, clip.rate_hz)
    levels = floor_heights(ankles + shift[:, None], balls + shift[:, None], clip.rate_hz)
    shift[:, 1] -= np.mean(
        [
            levels[0] - np.mean([leg.ankle_height for leg in legs]),
            levels[1] - np.mean([leg.ball_height for leg in legs]),
        ]
    )
    if follow:
        slack = contacts_of(ankles, balls, clip.rate_hz, widest_m=np.inf) if contacts is None else contacts
        shift -= shared_slide(legs, slack, clip.rate_hz)
    legs = _shifted(legs, shift)
    if contacts is None:
        contacts = contacts_of(ankles + shift[:, None], balls + shift[:, None], clip.rate_hz)
    plan = plan_feet(legs, contacts, clip.rate_hz)
    return with_legs(clip, skeleton, legs, lower, plan, root + shift, np.asarray(contacts, np.float32))


def with_legs(
    clip: Clip,
    skeleton: Skeleton,
    legs: Sequence[Leg],
    lower: LowerBody,
    plan: FeetPlan,
    root: np.ndarray,
    contacts: np.ndarray,
) -> Clip:
    """The clip with its legs brought to what the plan says."""
    rotations = np.array(clip.rotations, np.float32)
    for at, side in enumerate(SIDES):
        leg = legs[at]
        thigh, shin, _ = two_bone_ik.solve(
            leg.hip + plan.pelvis, leg.knee + plan.pelvis, leg.ankle + plan.pelvis, plan.ankles[at], leg.hinge
        )
        above = skeleton.names[skeleton.parents[skeleton.index(f"{side}_hip")]]
        carrier = lower.turned[above]
        for joint, turn in (("hip", thigh), ("knee", shin), ("ankle", plan.feet[at]), ("foot", plan.toes[at])):
            stand = multiply(turn, lower.turned[f"{side}_{joint}"])
            rotations[:, skeleton.index(f"{side}_{joint}")] = continuous(normalised(multiply(inverse(carrier), stand)))
            carrier = stand
    return replace(
        clip,
        rotations=rotations,
        root_translation_m=(root + plan.pelvis).astype(np.float32),
        contacts=contacts,
        driven=clip.driven | LEG_JOINTS | {"pelvis"},
    )


def in_place(clip: Clip, radius_m: float = 0.08) -> Clip:
    """The clip without travelling: the pelvis stays near its resting place and keeps its sway and its height.

    Sway within `radius_m` sideways is kept wholly. What goes farther is followed by a leash of that length, forwards and backwards
    in time so that it neither lags nor leads, smoothed; this path is taken out. Feet slide where they travelled: call `lock_feet`
    before it, and after it with `follow=False`.
    """
    if not len(clip):
        return clip
    root = np.asarray(clip.root_translation_m, np.float64)
    ground = root[:, [0, 2]]
    path = 0.5 * (_leash(ground, radius_m) + _leash(ground[::-1], radius_m)[::-1])
    path = gaussian_smooth(path, 0.4 * clip.rate_hz)
    result = root.copy()
    result[:, [0, 2]] -= path
    return replace(clip, root_translation_m=result.astype(np.float32))


def _leash(places: np.ndarray, radius: float) -> np.ndarray:
    """A path (T, k) pulled along at a leash behind (T, k), beginning where that is on average near the start."""
    result = np.empty_like(places)
    at = np.median(places[: max(1, min(len(places), 90))], axis=0)
    if np.linalg.norm(places[0] - at) > radius:
        at = places[0].copy()
    for index, place in enumerate(places):
        away = place - at
        distance = float(np.sqrt(away @ away))
        if distance > radius:
            at = at + away * (1.0 - radius / distance)
        result[index] = at
    return result
