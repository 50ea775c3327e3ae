# SPDX-License-Identifier: GPL-3.0-or-later
"""Ease into prompts as fast as people move: how bodies meet them, without a pop and without losing their own movement.

What a prompt asks for beyond the motion is its residual: a rotation vector in the tangent space of the motion at that
moment (for places, a vector). The residual is interpolated in time by quintics with the least jerk (Flash and Hogan
1985), twice continuously differentiable through prompts that lie close together, and rests at nothing at both ends, so
that the blended motion leaves and meets the other with its velocity and acceleration, and at a single prompt keeps the
motion's own speed. How long it takes grows with the root of the angle, for a quintic of angle A over L seconds
accelerates by up to 6.7 A / L². Two prompts that ask for the same hold still between them: there the motion eases to
the pose itself. Holds that lie so close that their ways out and in would overlap are left straight for the next.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..motion.easing import minimum_jerk
from ..motion.vectors import norm
from .curve_spaces import CurveSpace, SampledCurve, acceleration
from .minimum_jerk_spline import MinimumJerkSpline, evaluated, minimum_jerk_spline
from .pacing import SAME, HeldPrompts, Paces, held

SHORTEST_S, LONGEST_S = 0.2, 2.0  # of easing in or out, by eye
_PEAK = 6.7  # acceleration of the minimum-jerk bump of height and length 1
_SHARE = 0.6  # of the permitted acceleration for the residual to begin with: the motion has its own
_GROWTH, _ROUNDS = 1.3, 8  # longer windows while the acceleration is too high
_OWN = 1.02  # times the motion's own acceleration is not counted as too much
_AROUND_S = 0.07  # beyond its window, where too much acceleration is put down to an ease: two steps of measuring
_REST_S = (
    0.3  # between the ways out of one hold and into the next: less is no rest, and the body goes straight on; by eye
)
_AS_USUAL = np.zeros(2), np.zeros(2, bool)  # the least length of the ways in and out, and whether it is exact
_EVERY_FRAME_S = (
    0.055  # between prompts, below which nothing is to be generated between them: a frame of film and some more
)
_TURN_S = 0.2  # a motion that turns is as still as a hold for less than this, by eye
_MARGIN_S = 0.5  # of the motion around an ease that is looked at: more than it can change or measure


@dataclass(frozen=True)
class AccelerationLimit:
    """Easing that takes the longer the further a prompt is away. limit: radians/s² for rotations, units/s² for vectors,
    to keep to where the prompts leave a choice."""

    limit: float

    def in_order(self, blend_range: Callable, blend_through: Callable) -> tuple[Callable, Callable]:
        """What is done first to a range that is generated anew: its ends are met, then the prompts inside move it."""
        return blend_range, blend_through

    def held(
        self, space: CurveSpace, times_s: np.ndarray, prompts: np.ndarray, paces: Paces, until_s: float = np.inf
    ) -> HeldPrompts:
        """See `blending.held`: holds leave a body the time that it needs from pose to pose."""
        prompts = space.normalised(np.asarray(prompts, np.float64))
        apart = norm(space.difference(prompts[:-1], prompts[1:]))
        return held(space, times_s, prompts, paces, _window_s(apart, self.limit), until_s)

    def blend_through(
        self,
        space: CurveSpace,
        times_s: np.ndarray,
        values: np.ndarray,
        prompt_times_s: np.ndarray,
        prompts: np.ndarray,
        free_s: tuple[float, float],
        paces: Paces | None = None,
    ) -> np.ndarray:
        """See `blending.blend_through`."""
        curve = SampledCurve.of(space, times_s, values)
        prompt_times_s = np.asarray(prompt_times_s, np.float64)
        near = curve.rows_between(prompt_times_s[0] - 2 * LONGEST_S, prompt_times_s[-1] + 2 * LONGEST_S)
        if near.start < near.stop:
            anchors = _anchors(space, prompt_times_s, space.normalised(np.asarray(prompts, np.float64)), paces)
            part = _through_holds(curve.part(near), anchors, self.limit, free_s)
            curve = curve.replaced(near, _through_poses(part, anchors, self.limit, free_s))
        return space.continuous(space.normalised(curve.values)).astype(values.dtype)

    def blend_range(
        self,
        space: CurveSpace,
        times_s: np.ndarray,
        new: np.ndarray,
        old: np.ndarray,
        ends_s: tuple[float | None, float | None],
        prompt_times_s: np.ndarray | Sequence[float],
    ) -> np.ndarray:
        """See `blending.blend_range`. prompt_times_s does not count: prompts are met later."""
        curve = SampledCurve.of(space, times_s, new)
        target = space.continuous(np.asarray(old, np.float64))
        first_s, last_s = ends_s
        span_s = (curve.times_s[-1] if last_s is None else last_s) - (curve.times_s[0] if first_s is None else first_s)
        room_s = max(span_s, 1e-6) / (2.0 if first_s is not None and last_s is not None else 1.0)
        if first_s is not None:
            curve = replace(curve, values=_eased(curve, target, (-np.inf, first_s), (0.0, room_s), self.limit))
        if last_s is not None:
            curve = replace(curve, values=_eased(curve, target, (last_s, np.inf), (room_s, 0.0), self.limit))
        return curve.values.astype(new.dtype)


def _window_s(size: np.ndarray, limit: float) -> np.ndarray:
    """How many seconds residuals of this size take, like size."""
    return np.clip(np.sqrt(_PEAK * size / (_SHARE * limit)), SHORTEST_S, LONGEST_S)


def _too_fast(curve: SampledCurve, values: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    """The times (N,) at which values (T, C) in place of the curve's own accelerate by more than is allowed, (T,)."""
    return curve.times_s[acceleration(curve.space, values, curve.rate_hz) > allowed]


def _grown(lengths_s: np.ndarray, first_s: np.ndarray, last_s: np.ndarray, too_fast_s: np.ndarray) -> np.ndarray:
    """Longer windows in and out (K, 2) of eases around first_s to last_s (K,), where it is too fast, at ascending times
    (N,)."""
    begin = np.stack([first_s - lengths_s[:, 0], last_s], 1) - _AROUND_S
    end = np.stack([first_s, last_s + lengths_s[:, 1]], 1) + _AROUND_S
    inside = np.searchsorted(too_fast_s, begin, "left") < np.searchsorted(too_fast_s, end, "right")
    return np.where(inside, np.minimum(lengths_s * _GROWTH, LONGEST_S), lengths_s)


# ---------------------------------------------------------------------------------------------------------------- holds


def _toward(curve: SampledCurve, target: np.ndarray, weight: np.ndarray, anchor: int) -> np.ndarray:
    """The curve moved by the share `weight` (T,) of the way to target (T, C), where there is any."""
    rows = np.flatnonzero(weight > 0.0)
    if len(rows) == 0:
        return curve.values
    part = slice(int(rows[0]), int(rows[-1]) + 1)
    anchor = int(np.clip(anchor - part.start, 0, part.stop - part.start - 1))
    way = curve.space.path(curve.values[part], target[part], anchor)
    result = curve.values.copy()
    result[part] = curve.space.moved(curve.values[part], way * weight[part, None])
    return result


def _eased(
    curve: SampledCurve,
    target: np.ndarray,
    span_s: tuple[float, float],
    room_s: tuple[float, float],
    limit: float,
    pace: tuple[np.ndarray, np.ndarray] = _AS_USUAL,
) -> np.ndarray:
    """The curve's values, which are the target's, (C,) or (T, C), within span_s, and ease in before and out after in at
    most room_s seconds. pace: how many seconds that takes at least, (2,), or exactly where that is so, bool (2,)."""
    times_s, own = curve.times_s, curve.acceleration()
    if target.ndim > 1:
        own = np.maximum(own, acceleration(curve.space, target, curve.rate_hz))
    target = np.broadcast_to(target, curve.values.shape)
    allowed = np.maximum(limit, _OWN * own)
    rows = np.clip(np.searchsorted(times_s, np.array(span_s) - 1e-9), 0, len(curve) - 1)
    apart = norm(curve.space.difference(curve.values[rows], target[rows]))
    least_s, exact = pace
    lengths_s = np.minimum(np.where(exact, least_s, np.maximum(_window_s(apart, limit), least_s)), room_s)
    first_s, last_s = span_s
    result = curve.values
    for _ in range(_ROUNDS):
        weight = np.ones(len(curve))
        if np.isfinite(first_s):
            weight = minimum_jerk((times_s - first_s) / max(lengths_s[0], 1e-9) + 1.0)
        if np.isfinite(last_s):
            weight = np.minimum(weight, minimum_jerk((last_s - times_s) / max(lengths_s[1], 1e-9) + 1.0))
        result = _toward(curve, target, weight, int(rows.sum()) // 2)
        too_fast_s = _too_fast(curve, result, allowed)
        grown_s = _grown(lengths_s[None], np.array([first_s]), np.array([last_s]), too_fast_s)[0]
        grown_s = np.where((grown_s > lengths_s) & ~exact, np.minimum(grown_s, room_s), lengths_s)
        if np.allclose(grown_s, lengths_s):
            break
        lengths_s = grown_s
    return result


@dataclass(frozen=True)
class _Anchors:
    """Prompts and holds, K of them: from first_s to last_s, float64 (K,), the motion is at values, float64 (K, C).

    ease_s float64 (K, 2): how long the way in and the way out take at least; exact bool (K, 2): or exactly.
    """

    first_s: np.ndarray
    last_s: np.ndarray
    values: np.ndarray
    ease_s: np.ndarray
    exact: np.ndarray

    @property
    def hold(self) -> np.ndarray:
        """bool (K,)."""
        return self.last_s > self.first_s


def _anchors(space: CurveSpace, times_s: np.ndarray, prompts: np.ndarray, paces: Paces | None) -> _Anchors:
    starts = _without_turns(_starts(space, prompts), times_s)
    sides = np.stack([starts, np.append(starts[1:] - 1, len(prompts) - 1)], 1)
    ease_s = np.zeros(sides.shape) if paces is None else paces.ease_s[sides]
    exact = np.zeros(sides.shape, bool) if paces is None else paces.exact[sides]
    return _Anchors(times_s[starts], times_s[sides[:, 1]], prompts[starts], ease_s, exact)


def _starts(space: CurveSpace, prompts: np.ndarray) -> np.ndarray:
    """The prompts int64 (K,), of (P, C), that ask for something else than those before them."""
    differs = norm(space.difference(prompts[:-1], prompts[1:])) >= SAME
    starts = [0]
    while starts[-1] + 1 < len(prompts):
        start = starts[-1]
        if differs[start]:
            starts.append(start + 1)
            continue
        away = norm(space.difference(prompts[start], prompts[start + 1 :])) >= SAME
        if not away.any():
            break
        starts.append(start + 1 + int(away.argmax()))
    return np.array(starts)


def _without_turns(starts: np.ndarray, times_s: np.ndarray) -> np.ndarray:
    """The first prompts int64 (K,) of what holds, but for the moments in which a motion turns that has a prompt on every frame: those
    prompts, at times_s (P,), are each one of its poses."""
    ends = np.append(starts[1:], len(times_s)) - 1
    is_next = np.diff(times_s, prepend=-np.inf, append=np.inf) < _EVERY_FRAME_S
    turns = (times_s[ends] - times_s[starts] < _TURN_S) & is_next[starts] & is_next[ends + 1]
    poses = np.repeat(turns, ends - starts + 1)
    poses[starts] = True
    return np.flatnonzero(poses)


def _through_holds(curve: SampledCurve, anchors: _Anchors, limit: float, free_s: tuple[float, float]) -> SampledCurve:
    """The curve with the holds; it leaves one before it comes to the next, or goes straight on to it."""
    runs = _runs(curve, anchors, limit)
    for number, run in enumerate(runs):
        first_s, last_s = float(anchors.first_s[run[0]]), float(anchors.last_s[run[-1]])
        before = runs[number - 1][-1] if number else -1
        after = runs[number + 1][0] if number + 1 < len(runs) else -1
        before_s = anchors.last_s[before] if number and before == run[0] - 1 else -np.inf
        after_s = anchors.first_s[after] if after == run[-1] + 1 else np.inf
        room_s = first_s - max(before_s, free_s[0]), min(after_s, free_s[1]) - last_s
        rows = curve.rows_between(first_s - LONGEST_S - _MARGIN_S, last_s + LONGEST_S + _MARGIN_S)
        if rows.start < rows.stop:
            part = curve.part(rows)
            ends = [run[0], run[-1]]
            pace = anchors.ease_s[ends, [0, 1]], anchors.exact[ends, [0, 1]]
            eased = _eased(part, _along(part, anchors, run), (first_s, last_s), room_s, limit, pace)
            curve = curve.replaced(rows, eased)
    return curve


def _runs(curve: SampledCurve, anchors: _Anchors, limit: float) -> list[list[int]]:
    """The holds, those together that lie closer than the ways out of one and into the next take."""
    hold = np.flatnonzero(anchors.hold)
    if len(hold) == 0:
        return []
    lengths_s = np.zeros((len(hold), 2))
    for side, at_s in enumerate((anchors.first_s[hold], anchors.last_s[hold])):
        apart = norm(curve.space.difference(curve.at(at_s), anchors.values[hold]))
        least_s, exact = anchors.ease_s[hold, side], anchors.exact[hold, side]
        lengths_s[:, side] = np.where(exact, least_s, np.maximum(_window_s(apart, limit), least_s))
    gaps_s = anchors.first_s[hold[1:]] - anchors.last_s[hold[:-1]]
    joined = (np.diff(hold) == 1) & (gaps_s < lengths_s[:-1, 1] + _REST_S + lengths_s[1:, 0])
    return [run.tolist() for run in np.split(hold, np.flatnonzero(~joined) + 1)]


def _along(curve: SampledCurve, anchors: _Anchors, run: list[int]) -> np.ndarray:
    """What a run of holds asks for, (C,), or at every time, (T, C): with minimum jerk from each to the next."""
    if len(run) == 1:
        return anchors.values[run[0]]
    target = np.broadcast_to(anchors.values[run[0]], curve.values.shape).copy()
    for before, after in zip(run, run[1:]):
        first_s, last_s = anchors.last_s[before], anchors.first_s[after]
        share = minimum_jerk((curve.times_s - first_s) / max(last_s - first_s, 1e-9))
        way = curve.space.difference(anchors.values[before], anchors.values[after])
        on = curve.times_s >= first_s
        start = np.broadcast_to(anchors.values[before], (int(on.sum()), target.shape[1]))
        target[on] = curve.space.moved(start, way * share[on, None])
    return curve.space.continuous(target)


# ---------------------------------------------------------------------------------------------------------------- poses


@dataclass(frozen=True)
class _Moments:
    """N single prompts at at_s float64 (N,), which may be eased into after before_s and out of until after_s, float64 (N,). beside: bool
    (N - 1,), whether nothing is held between one and the next."""

    at_s: np.ndarray
    before_s: np.ndarray
    after_s: np.ndarray
    beside: np.ndarray

    @classmethod
    def of(cls, anchors: _Anchors, single: np.ndarray, free_s: tuple[float, float]) -> _Moments:
        """Of the anchors int64 (N,)."""
        before_s = np.maximum(np.append(-np.inf, anchors.last_s)[single], free_s[0])
        after_s = np.minimum(np.append(anchors.first_s, np.inf)[single + 1], free_s[1])
        return cls(anchors.first_s[single], before_s, after_s, np.diff(single) == 1)

    def joined(self, lengths_s: np.ndarray) -> np.ndarray:
        """bool (N - 1,): where the way out of one prompt meets the way into the next, lengths_s (N, 2) long."""
        return self.beside & (np.diff(self.at_s) <= lengths_s[:-1, 1] + lengths_s[1:, 0])

    def without_choice(self, lengths_s: np.ndarray) -> np.ndarray:
        """bool (N, 2): the ways that go on to the prompt beside already, or fill what is free. Longer ones would change nothing."""
        fills = np.stack([self.at_s - self.before_s, self.after_s - self.at_s], 1) <= lengths_s
        joined = self.joined(lengths_s)
        fills[:-1, 1] |= joined
        fills[1:, 0] |= joined
        return fills


def _through_poses(curve: SampledCurve, anchors: _Anchors, limit: float, free_s: tuple[float, float]) -> np.ndarray:
    """The curve's values, moved by what single prompts ask for beyond them; nothing is added during holds and far from
    prompts."""
    single = np.flatnonzero(~anchors.hold)
    if len(single) == 0:
        return curve.values
    moments = _Moments.of(anchors, single, free_s)
    at_s = moments.at_s
    residuals = curve.space.difference(curve.at(at_s), anchors.values[single])
    turns_far = norm(residuals).max() > np.pi / 2.0  # else the short way is the nearest one
    for row in range(1, len(single)) if turns_far else ():
        if at_s[row] - at_s[row - 1] < LONGEST_S:
            residuals[row] = curve.space.nearest(residuals[row], residuals[row - 1])
    usual_s = _window_s(norm(residuals), limit)[:, None]
    least_s, exact = anchors.ease_s[single], anchors.exact[single]
    lengths_s = np.where(exact, least_s, np.maximum(usual_s, least_s))
    allowed = np.maximum(limit, _OWN * curve.acceleration())
    result = curve.values
    solved: dict[bytes, MinimumJerkSpline] = {}
    for _ in range(_ROUNDS):
        splines = _splines(moments, residuals, lengths_s, solved)
        offsets = evaluated(splines, curve.times_s, residuals.shape[1])
        rows = np.any(offsets != 0.0, axis=1)
        result = curve.values.copy()
        result[rows] = curve.space.moved(curve.values[rows], offsets[rows])
        stays = exact | moments.without_choice(lengths_s)
        if stays.all():
            break
        grown_s = np.where(stays, lengths_s, _grown(lengths_s, at_s, at_s, _too_fast(curve, result, allowed)))
        if np.array_equal(grown_s, lengths_s):
            break
        lengths_s = grown_s
    return result


def _splines(
    moments: _Moments, residuals: np.ndarray, lengths_s: np.ndarray, solved: dict[bytes, MinimumJerkSpline]
) -> list[MinimumJerkSpline]:
    """Splines through the residuals (N, C) of the N single prompts: one for prompts whose windows in and out, (N, 2),
    meet.

    solved: those of earlier rounds, by their knots; most chains stay as they are while a few windows grow.
    """
    nothing = np.zeros((1, residuals.shape[1]))
    begin_s = np.maximum(moments.at_s - lengths_s[:, 0], moments.before_s)
    end_s = np.minimum(moments.at_s + lengths_s[:, 1], moments.after_s)
    splines: list[MinimumJerkSpline] = []
    for chain in np.split(np.arange(len(residuals)), np.flatnonzero(~moments.joined(lengths_s)) + 1):
        first, last = chain[0], chain[-1]
        times_s, values = [moments.at_s[chain]], [residuals[chain]]
        if moments.at_s[first] - moments.before_s[first] > 1e-6:
            times_s, values = [begin_s[[first]], *times_s], [nothing, *values]
        if moments.after_s[last] - moments.at_s[last] > 1e-6:
            times_s, values = [*times_s, end_s[[last]]], [*values, nothing]
        knots_s = np.concatenate(times_s)
        if len(knots_s) > 1:
            knots = knots_s.tobytes()
            if knots not in solved:
                solved[knots] = minimum_jerk_spline(knots_s, np.concatenate(values))
            splines.append(solved[knots])
    return splines
