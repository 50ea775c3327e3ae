# SPDX-License-Identifier: GPL-3.0-or-later
"""Bend a motion so that it passes exactly through given poses, without a pop and without losing its own movement.

What a prompt asks for beyond the motion is its residual: a rotation vector in the tangent space of the motion at that
moment (for places, a vector). The residual is interpolated in time by quintics with the least jerk (Flash and Hogan 1985),
twice continuously differentiable through prompts that lie close together, and rests at nothing at both ends, so that
the bent motion leaves and meets the other with its velocity and acceleration, and at a single prompt keeps the motion's own
speed. How long it takes grows with the root of the angle, for a quintic of angle A over L seconds accelerates by up to
6.7 A / L². Two prompts that ask for the same hold still between them: there the motion eases to the pose itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..motion import rotations as rot
from ..motion.resampling import curves_at
from ..motion.smoothing import minimum_jerk

SHORTEST_S, LONGEST_S = 0.2, 2.0  # of easing in or out
_PEAK = 6.7  # acceleration of the least-jerk bump of height and length 1
_SHARE = 0.6  # of the permitted acceleration for the residual to begin with: the motion has its own
_GROWTH, _ROUNDS = 1.3, 8  # longer windows while the acceleration is too high
_CALMER, _CALM_S = 9, 0.12  # rounds of smoothing, and how far around a jerk the first one reaches
_MEASURE_HZ = 30.0  # accelerations are measured over steps of about this length, at any frame rate
_MANY = 40  # prompts in a row, beyond which speeds are taken from neighbours instead of solved for
SAME = 1e-3  # radians or metres: prompts nearer than this ask to hold still between them


@dataclass(frozen=True)
class _Turns:
    """Unit quaternions wxyz."""

    def difference(self, start: np.ndarray, end: np.ndarray) -> np.ndarray:
        return rot.to_axis_angle(rot.multiply(rot.inverse(start), end))

    def path(self, start: np.ndarray, end: np.ndarray, anchor: int) -> np.ndarray:
        """Differences along time without a jump from one side of a half turn to the other; the short way at `anchor`."""
        turn = rot.continuous(rot.multiply(rot.inverse(start), end))
        turn = turn * (-1.0 if turn[anchor, 0] < 0 else 1.0)
        sine = np.linalg.norm(turn[:, 1:], axis=1, keepdims=True)
        angle = 2.0 * np.arctan2(sine, turn[:, :1])
        return turn[:, 1:] * np.where(sine > 1e-9, angle / np.maximum(sine, 1e-9), 2.0)

    def moved(self, values: np.ndarray, offsets: np.ndarray) -> np.ndarray:
        return rot.multiply(values, rot.from_axis_angle(offsets))

    def near(self, offset: np.ndarray, before: np.ndarray) -> np.ndarray:
        """The same turn, the other way round if that is nearer to the one before."""
        angle = np.linalg.norm(offset)
        other = offset * (1.0 - 2.0 * np.pi / angle) if angle > 1e-6 else offset
        return other if np.linalg.norm(other - before) < np.linalg.norm(offset - before) else offset

    def sampled(self, times_s: np.ndarray, values: np.ndarray, at_s: np.ndarray) -> np.ndarray:
        return rot.normalised(_sampled(times_s, rot.continuous(values), at_s))


@dataclass(frozen=True)
class _Places:
    """Vectors."""

    def difference(self, start: np.ndarray, end: np.ndarray) -> np.ndarray:
        return end - start

    def path(self, start: np.ndarray, end: np.ndarray, anchor: int) -> np.ndarray:
        return end - start

    def moved(self, values: np.ndarray, offsets: np.ndarray) -> np.ndarray:
        return values + offsets

    def near(self, offset: np.ndarray, before: np.ndarray) -> np.ndarray:
        return offset

    def sampled(self, times_s: np.ndarray, values: np.ndarray, at_s: np.ndarray) -> np.ndarray:
        return _sampled(times_s, values, at_s)


_TURNS, _PLACES = _Turns(), _Places()


def bend_rotations(
    times_s: np.ndarray,
    quaternions: np.ndarray,
    prompt_times_s: np.ndarray,
    prompts: np.ndarray,
    limit_rad_s2: float,
    clear_s: tuple[float, float] = (-np.inf, np.inf),
) -> np.ndarray:
    """Unit quaternions wxyz (T, 4) at evenly spaced times_s (T,), bent through prompts (P, 4) at ascending times (P,).

    limit_rad_s2: the angular acceleration to keep to where the prompts leave a choice. clear_s: nothing moves outside these
    times. Prompts may lie between two samples or outside them, and have either sign. The result is sign-continuous.
    """
    if len(quaternions) == 0 or len(prompt_times_s) == 0:
        return quaternions
    bent = _bent(
        _TURNS,
        times_s,
        rot.continuous(np.asarray(quaternions, np.float64)),
        prompt_times_s,
        rot.normalised(np.asarray(prompts, np.float64)),
        limit_rad_s2,
        clear_s,
    )
    return rot.continuous(rot.normalised(bent)).astype(quaternions.dtype)


def bend_positions(
    times_s: np.ndarray,
    positions: np.ndarray,
    prompt_times_s: np.ndarray,
    prompts: np.ndarray,
    limit_m_s2: float,
    clear_s: tuple[float, float] = (-np.inf, np.inf),
) -> np.ndarray:
    """Like `bend_rotations` for vectors: positions (T, C), prompts (P, C)."""
    if len(positions) == 0 or len(prompt_times_s) == 0:
        return positions
    return _bent(
        _PLACES,
        times_s,
        np.asarray(positions, np.float64),
        prompt_times_s,
        np.asarray(prompts, np.float64),
        limit_m_s2,
        clear_s,
    ).astype(positions.dtype)


def flow_rotations(
    times_s: np.ndarray,
    new: np.ndarray,
    old: np.ndarray,
    first_s: float | None,
    last_s: float | None,
    limit_rad_s2: float,
) -> np.ndarray:
    """New quaternions (T, 4) that are the old ones (T, 4) up to first_s and from last_s on (None: there is no such end).

    Between them the old one's continuation turns into the new one: value, speed and acceleration agree at both ends.
    """
    return _flow(
        _TURNS,
        times_s,
        rot.continuous(np.asarray(new, np.float64)),
        rot.continuous(np.asarray(old, np.float64)),
        first_s,
        last_s,
        limit_rad_s2,
    ).astype(new.dtype)


def flow_positions(
    times_s: np.ndarray,
    new: np.ndarray,
    old: np.ndarray,
    first_s: float | None,
    last_s: float | None,
    limit_m_s2: float,
) -> np.ndarray:
    """Like `flow_rotations` for vectors (T, C)."""
    return _flow(
        _PLACES, times_s, np.asarray(new, np.float64), np.asarray(old, np.float64), first_s, last_s, limit_m_s2
    ).astype(new.dtype)


def calm_rotations(
    quaternions: np.ndarray, rate_hz: float, fixed: np.ndarray, near: np.ndarray, limit_rad_s2: float
) -> np.ndarray:
    """Unit quaternions (T, 4) of which jerks faster than the limit are smoothed away where `near`, bool (T,).

    fixed: bool (T,), frames that stay exactly: prompts and holds. Only stretches around a jerk change, no more than needed: the
    nearest curve whose third difference is penalised, the more so the longer it stays too fast.
    """
    result = rot.continuous(np.asarray(quaternions, np.float64))
    for turn in range(_CALMER):
        found = np.flatnonzero((angular_acceleration(result, rate_hz) > limit_rad_s2) & near)
        if len(found) == 0:
            break
        reach = int(np.ceil(_CALM_S * (1.0 + 0.5 * turn) * rate_hz))
        busy = np.zeros(len(result), bool)
        for row in found:
            busy[max(row - reach, 0) : row + reach + 1] = True
        edges = np.flatnonzero(np.diff(np.concatenate([[False], busy, [False]]).astype(int)))
        for first, last in edges.reshape(-1, 2):
            part = slice(max(first - 3, 0), min(last + 3, len(result)))
            inner = ~fixed[part]
            inner[:3] &= part.start == 0  # where the curve goes on it must meet itself
            inner[-3:] &= part.stop == len(result)
            if inner.any():
                centre = rot.normalised(result[part].sum(0))
                vectors = _TURNS.path(
                    np.broadcast_to(centre, result[part].shape), result[part], (part.stop - part.start) // 2
                )
                result[part] = rot.multiply(centre[None], rot.from_axis_angle(_smoothed(vectors, inner, 4.0**turn)))
    return rot.continuous(rot.normalised(result)).astype(quaternions.dtype)


def _smoothed(values: np.ndarray, free: np.ndarray, weight: float) -> np.ndarray:
    """values (T, C) of which the free rows (T,) follow their old ones and bend their acceleration as little as they may."""
    third = np.diff(np.eye(len(values)), 3, axis=0)
    matrix = np.eye(len(values)) + weight * third.T @ third
    result = values.copy()
    result[free] = np.linalg.solve(
        matrix[np.ix_(free, free)], values[free] - matrix[np.ix_(free, ~free)] @ values[~free]
    )
    return result


def angular_acceleration(quaternions: np.ndarray, rate_hz: float) -> np.ndarray:
    """(T, …, 4) unit quaternions → float64 (T, …) radians/s², the size of the change of the angular velocity in the body's own
    axes, over steps of about 1/30 s; the ends, where it cannot be told, are 0."""
    return _acceleration(_TURNS, quaternions, rate_hz)


def linear_acceleration(positions: np.ndarray, rate_hz: float) -> np.ndarray:
    """(T, …, C) → float64 (T, …) per s², over steps of about 1/30 s; 0 at the ends."""
    return _acceleration(_PLACES, positions, rate_hz)


# ------------------------------------------------------------------------------------------------------------- one curve


def _sampled(times_s: np.ndarray, values: np.ndarray, at_s: np.ndarray) -> np.ndarray:
    rate = (len(times_s) - 1) / (times_s[-1] - times_s[0]) if len(times_s) > 1 else 1.0
    return curves_at(values, rate, float(times_s[0]), np.atleast_1d(at_s))


def _acceleration(space, values: np.ndarray, rate_hz: float) -> np.ndarray:
    result = np.zeros(values.shape[:-1])
    step = max(1, round(rate_hz / _MEASURE_HZ))
    if len(values) > 2 * step:
        values = np.asarray(values, np.float64)
        speed = space.difference(values[:-step], values[step:]) * (rate_hz / step)
        result[step:-step] = np.linalg.norm(speed[step:] - speed[:-step], axis=-1) * (rate_hz / step)
    return result


def _window(size: np.ndarray | float, limit: float) -> np.ndarray:
    """How many seconds a residual of this size takes."""
    return np.clip(np.sqrt(_PEAK * np.asarray(size) / (_SHARE * limit)), SHORTEST_S, LONGEST_S)


def _toward(space, values: np.ndarray, target: np.ndarray, weight: np.ndarray, anchor: int) -> np.ndarray:
    """The share `weight` (T,) of the way from values to target (T, …), where there is any."""
    rows = np.flatnonzero(weight > 0.0)
    if len(rows) == 0:
        return values
    first, last = int(rows[0]), int(rows[-1]) + 1
    part = slice(first, last)
    way = space.path(
        values[part], np.broadcast_to(target, values.shape)[part], int(np.clip(anchor - first, 0, last - first - 1))
    )
    result = values.copy()
    result[part] = space.moved(values[part], way * weight[part, None])
    return result


def _eased(
    space,
    times_s: np.ndarray,
    values: np.ndarray,
    target: np.ndarray,
    first_s: float,
    last_s: float,
    limit: float,
    room: tuple[float, float],
) -> np.ndarray:
    """values (T, …) that are target (T, …) from first_s to last_s and ease in before and out after, in at most `room` seconds."""
    rate = (len(times_s) - 1) / (times_s[-1] - times_s[0]) if len(times_s) > 1 else 1.0
    own = np.maximum(
        _acceleration(space, values, rate), _acceleration(space, np.broadcast_to(target, values.shape), rate)
    )
    low, high = (int(np.clip(np.searchsorted(times_s, time - 1e-9), 0, len(times_s) - 1)) for time in (first_s, last_s))
    lengths = []
    for row, most in zip((low, high), room):
        apart = space.difference(values[row], np.broadcast_to(target, values.shape)[row])
        lengths.append(min(float(_window(np.linalg.norm(apart), limit)), most))
    anchor = (low + high) // 2
    for _ in range(_ROUNDS):
        before = (
            minimum_jerk((times_s - first_s) / max(lengths[0], 1e-9) + 1.0)
            if np.isfinite(first_s)
            else np.ones(len(times_s))
        )
        after = (
            minimum_jerk((last_s - times_s) / max(lengths[1], 1e-9) + 1.0)
            if np.isfinite(last_s)
            else np.ones(len(times_s))
        )
        result = _toward(space, values, target, np.minimum(before, after), anchor)
        too_much = _acceleration(space, result, rate) > np.maximum(limit, 1.02 * own)
        grown = [
            min(length * _GROWTH, most, LONGEST_S)
            if np.any(too_much & (times_s >= begin) & (times_s <= end))
            else length
            for length, most, (begin, end) in zip(
                lengths,
                room,
                ((first_s - lengths[0] - 0.07, first_s + 0.07), (last_s - 0.07, last_s + lengths[1] + 0.07)),
            )
        ]
        if np.allclose(grown, lengths):
            break
        lengths = grown
    return result


def _flow(space, times_s, new, old, first_s, last_s, limit) -> np.ndarray:
    times_s = np.asarray(times_s, np.float64)
    first = times_s[0] if first_s is None else first_s
    last = times_s[-1] if last_s is None else last_s
    span = max(last - first, 1e-6)
    both = first_s is not None and last_s is not None
    room = span / 2 if both else span
    if first_s is not None:
        new = _eased(space, times_s, new, old, -np.inf, first_s, limit, (0.0, room))
    if last_s is not None:
        new = _eased(space, times_s, new, old, last_s, np.inf, limit, (room, 0.0))
    return new


# --------------------------------------------------------------------------------------------------------------- prompts


@dataclass
class _Knot:
    """A prompt or a hold: from first_s to last_s the motion is at `value`. lengths: seconds of easing in and out."""

    first_s: float
    last_s: float
    value: np.ndarray
    residual: np.ndarray
    lengths: list[float]

    @property
    def holds(self) -> bool:
        return self.last_s > self.first_s


def _bent(space, times_s, values, prompt_times_s, prompts, limit: float, clear_s: tuple[float, float]) -> np.ndarray:
    times_s, prompt_times_s = np.asarray(times_s, np.float64), np.asarray(prompt_times_s, np.float64)
    reach = 2 * LONGEST_S  # frames further from any prompt stay as they are
    near = np.flatnonzero((times_s >= prompt_times_s[0] - reach) & (times_s <= prompt_times_s[-1] + reach))
    if len(near) == 0:
        return values
    part = slice(int(near[0]), int(near[-1]) + 1)
    result = values.copy()
    result[part] = _bent_part(space, times_s[part], values[part], prompt_times_s, prompts, limit, clear_s)
    return result


def _bent_part(space, times_s, values, prompt_times_s, prompts, limit, clear_s) -> np.ndarray:
    rate = (len(times_s) - 1) / (times_s[-1] - times_s[0]) if len(times_s) > 1 else 1.0
    knots = _knots(space, prompt_times_s, prompts)
    base = values
    for index, knot in enumerate(knots):
        if knot.holds:
            room = (
                knot.first_s
                - max(knots[index - 1].last_s if index and knots[index - 1].holds else -np.inf, clear_s[0]),
                min(
                    knots[index + 1].first_s if index + 1 < len(knots) and knots[index + 1].holds else np.inf,
                    clear_s[1],
                )
                - knot.last_s,
            )
            base = _eased(space, times_s, base, knot.value, knot.first_s, knot.last_s, limit, room)
    singles = [knot for knot in knots if not knot.holds]
    if not singles:
        return base
    starts = space.sampled(times_s, base, np.array([knot.first_s for knot in singles]))
    before = None
    for knot, start in zip(singles, starts):
        knot.residual = space.difference(start, knot.value)
        if before is not None and knot.first_s - before.first_s < LONGEST_S:
            knot.residual = space.near(knot.residual, before.residual)
        knot.lengths = [float(_window(np.linalg.norm(knot.residual), limit))] * 2
        before = knot
    own = _acceleration(space, base, rate)
    for _ in range(_ROUNDS):
        offsets = _residual(times_s, knots, clear_s)
        rows = np.any(offsets != 0.0, axis=1)
        result = base.copy()
        result[rows] = space.moved(base[rows], offsets[rows])
        too_much = times_s[_acceleration(space, result, rate) > np.maximum(limit, 1.02 * own)]
        grown = False
        for knot in singles if len(too_much) else ():
            for side, (begin, end) in enumerate(
                (
                    (knot.first_s - knot.lengths[0] - 0.07, knot.first_s + 0.07),
                    (knot.first_s - 0.07, knot.first_s + knot.lengths[1] + 0.07),
                )
            ):
                if knot.lengths[side] < LONGEST_S and np.any((too_much >= begin) & (too_much <= end)):
                    knot.lengths[side] = min(knot.lengths[side] * _GROWTH, LONGEST_S)
                    grown = True
        if not grown:
            break
    return result


def _knots(space, times_s: np.ndarray, prompts: np.ndarray) -> list[_Knot]:
    knots: list[_Knot] = []
    for time, value in zip(times_s, prompts):
        if knots and np.linalg.norm(space.difference(knots[-1].value, value)) < SAME:
            knots[-1].last_s = float(time)
        else:
            knots.append(_Knot(float(time), float(time), value, np.zeros(3), [0.0, 0.0]))
    return knots


def _residual(times_s: np.ndarray, knots: list[_Knot], clear_s: tuple[float, float]) -> np.ndarray:
    """What is added to the motion at each time, (T, C): through every prompt, nothing during holds and far from prompts."""
    width = len(next(knot for knot in knots if not knot.holds).residual)
    result = np.zeros((len(times_s), width))
    nothing = np.zeros(width)
    chain: list[tuple[float, np.ndarray]] = []
    for index, knot in enumerate(knots):
        before, after = (knots[index - 1] if index else None), (knots[index + 1] if index + 1 < len(knots) else None)
        if knot.holds:
            continue
        if not chain:
            wall = max(clear_s[0], before.last_s if before is not None else -np.inf)
            chain = [(max(knot.first_s - knot.lengths[0], wall), nothing)] if knot.first_s - wall > 1e-6 else []
        chain.append((knot.first_s, knot.residual))
        if after is not None and not after.holds and after.first_s - knot.first_s <= knot.lengths[1] + after.lengths[0]:
            continue
        wall = min(clear_s[1], after.first_s if after is not None else np.inf)
        if wall - knot.first_s > 1e-6:
            chain.append((min(knot.first_s + knot.lengths[1], wall), nothing))
        _add_chain(times_s, chain, result)
        chain = []
    return result


def _add_chain(times_s: np.ndarray, chain: list[tuple[float, np.ndarray]], result: np.ndarray) -> None:
    if len(chain) < 2:
        return
    knots, values = np.array([time for time, _ in chain]), np.array([value for _, value in chain])
    rows = np.flatnonzero((times_s >= knots[0] - 1e-9) & (times_s <= knots[-1] + 1e-9))
    if len(rows):
        speeds, bends = _least_jerk(knots, values)
        result[rows] = _quintic(np.clip(times_s[rows], knots[0], knots[-1]), knots, values, speeds, bends)


# Quintic Hermite basis on 0..1: columns are the coefficients of 1, u … u⁵ for start value, speed, acceleration, then the end's.
_BASIS = np.array(
    [
        [1, 0, 0, 0, 0, 0],
        [0, 1, 0, 0, 0, 0],
        [0, 0, 0.5, 0, 0, 0],
        [-10, -6, -1.5, 10, -4, 0.5],
        [15, 8, 1.5, -15, 7, -1],
        [-6, -3, -0.5, 6, -3, 0.5],
    ]
)
_THIRD = np.array(
    [[36, 72, 120], [72, 192, 360], [120, 360, 720]]
)  # ∫ of products of the third derivatives of u³, u⁴, u⁵
_JERK = _BASIS[3:].T @ _THIRD @ _BASIS[3:]


def _least_jerk(times_s: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Speeds and accelerations (K, C) at knots (K,) of the quintics through values (K, C) with the least jerk, at rest at both
    ends. Where a speed would carry the curve far beyond its knots it is held back."""
    count = len(times_s)
    speeds, bends = np.zeros_like(values), np.zeros_like(values)
    if count < 3:
        return speeds, bends
    slopes = np.diff(values, axis=0) / np.diff(times_s)[:, None]
    # as monotone cubics do (Fritsch and Carlson 1980): no speed at a peak, little where one side is much flatter
    most = np.where(slopes[:-1] * slopes[1:] > 0.0, 1.5 * np.minimum(np.abs(slopes[:-1]), np.abs(slopes[1:])), 0.0)
    if count > _MANY:
        left, right = np.diff(times_s)[:-1, None], np.diff(times_s)[1:, None]
        speeds[1:-1] = (slopes[:-1] * right + slopes[1:] * left) / (left + right)
        bends[1:-1] = 2.0 * (slopes[1:] - slopes[:-1]) / (left + right)
        return _held_back(speeds, most), bends
    free = np.zeros((3, count), bool)
    free[1:, 1:-1] = True
    speeds, bends = _solved(times_s, values, speeds, bends, free)
    slower = _held_back(speeds, most)
    # a bend at such a knot, which suits a short segment, would swing far out in a long one beside it
    bends = np.where(np.abs(slower - speeds) > 1e-9, 0.0, bends)
    return slower, bends


def _held_back(speeds: np.ndarray, most: np.ndarray) -> np.ndarray:
    result = speeds.copy()
    result[1:-1] = np.clip(speeds[1:-1], -most, most)
    return result


def _solved(times_s, values, speeds, bends, free) -> tuple[np.ndarray, np.ndarray]:
    """The speeds and accelerations that are free, bool (3, K), by the least jerk."""
    count = len(times_s)
    matrix = np.zeros((3 * count, 3 * count))
    for index, span in enumerate(np.diff(times_s)):
        scale = np.tile([1.0, span, span * span], 2)
        rows = np.concatenate([np.arange(3) * count + index, np.arange(3) * count + index + 1])
        matrix[np.ix_(rows, rows)] += _JERK * np.outer(scale, scale) / span**5
    known = np.concatenate([values, speeds, bends])
    chosen = free.ravel()
    known[chosen] = np.linalg.solve(matrix[np.ix_(chosen, chosen)], -matrix[np.ix_(chosen, ~chosen)] @ known[~chosen])
    return known[count : 2 * count], known[2 * count :]


def _quintic(at_s, times_s, values, speeds, bends) -> np.ndarray:
    segment = np.clip(np.searchsorted(times_s, at_s, side="right") - 1, 0, len(times_s) - 2)
    span = np.diff(times_s)[segment][:, None]
    u = (at_s - times_s[segment])[:, None] / span
    parts = [
        values[segment],
        speeds[segment] * span,
        bends[segment] * span**2,
        values[segment + 1],
        speeds[segment + 1] * span,
        bends[segment + 1] * span**2,
    ]
    powers = np.concatenate([u**power for power in range(6)], 1) @ _BASIS  # (N, 6)
    return sum(powers[:, [column]] * part for column, part in enumerate(parts))
