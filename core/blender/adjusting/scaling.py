# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys scaled and moved in time: arithmetic on arrays. Where nothing is asked for they stay what they are, bit for bit.

Near a key that the animator set the change fades out, so that the curve leads into it as before; so it does where lips meet, so that they
still do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...motion import rotations as rot
from ...motion.easing import smooth_step
from ..keying.fcurves import Keys
from ..keying.range_boundaries import free_handle, freeze_handle, split_bezier

_NEAR_PROMPT, _NEAR_CLOSURE = 10.0, 3.0  # frames over which a change fades out; by eye
_STEEPEST = 3.0  # times an offset, at least: so that no key overtakes another
_CLOSED, _OPEN = 0.03, 0.06  # of `lip_opening`: lips that meet, and lips that are apart
_WITHIN_FRAMES = 8  # lips that meet only count where they part again within so many frames
_WHOLE = 0.5  # a key this near to a frame is at it


@dataclass(frozen=True)
class Change:
    """factor: of a channel's way from rest. shift: frames. prompts: float (P,), frames that stay. closures: float (C,), frames at which
    lips meet, for channels that open them."""

    factor: float
    shift: float
    prompts: np.ndarray
    closures: np.ndarray

    def factors(self, frames: np.ndarray) -> np.ndarray:
        """float64 (K,): the factor at each frame."""
        share = _away(frames, self.prompts, _NEAR_PROMPT) * _away(frames, self.closures, _NEAR_CLOSURE)
        return 1.0 + (self.factor - 1.0) * share

    def shifts(self, frames: np.ndarray) -> np.ndarray:
        """float64 (K,): by how many frames each moves."""
        return self.shift * _away(frames, self.prompts, max(_NEAR_PROMPT, _STEEPEST * abs(self.shift)))

    @property
    def is_none(self) -> bool:
        return self.factor == 1.0 and self.shift == 0.0


def _away(frames: np.ndarray, others: np.ndarray, reach: float) -> np.ndarray:
    """float64 (K,): 0 at other frames (N,), 1 from `reach` frames beside them on."""
    if not len(others):
        return np.ones(len(frames))
    near = np.searchsorted(others, frames)
    before, behind = others[np.maximum(near - 1, 0)], others[np.minimum(near, len(others) - 1)]
    return smooth_step(np.minimum(np.abs(frames - before), np.abs(frames - behind)), 0.0, reach)


def scaled(keys: Keys, change: Change, rest: float, limits: tuple[float, float]) -> Keys:
    """The keys of a number, about rest and inside of limits, which widen to what the keys had."""
    if change.is_none:
        return keys
    moved = keys
    if change.factor != 1.0:
        factors = change.factors(keys.frames)
        low, high = (min(limits[0], float(keys.values.min())), max(limits[1], float(keys.values.max())))

        def of(values: np.ndarray) -> np.ndarray:
            return np.clip(rest + factors * (values.astype(np.float64) - rest), low, high)

        moved = _with_values(keys, of(keys.values), of(keys.left[:, 1]), of(keys.right[:, 1]))
    return _shifted(moved, change)


def scaled_turns(keys: list[Keys], change: Change, middle: np.ndarray | None) -> list[Keys]:
    """The keys of the four components of a quaternion, which share their frames, about a middle (4,); None: their mean."""
    if change.is_none:
        return keys
    if change.factor != 1.0:
        values = np.stack([part.values for part in keys], 1).astype(np.float64)
        centre = _mean_turn(keys[0].frames, values) if middle is None else middle
        factors = change.factors(keys[0].frames)
        new = _turned(values, centre, factors)
        sides = [_turned(np.stack([side(part) for part in keys], 1), centre, factors) for side in (_left, _right)]
        keys = [_with_values(part, new[:, at], sides[0][:, at], sides[1][:, at]) for at, part in enumerate(keys)]
    return [_shifted(part, change) for part in keys]


def _left(keys: Keys) -> np.ndarray:
    return keys.left[:, 1].astype(np.float64)


def _right(keys: Keys) -> np.ndarray:
    return keys.right[:, 1].astype(np.float64)


def _turned(quaternions: np.ndarray, centre: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """Quaternions (K, 4) of any length, turned away from a centre by so many times as much; lengths and signs stay."""
    lengths = np.maximum(np.linalg.norm(quaternions, axis=1, keepdims=True), 1e-9)
    unit = quaternions / lengths
    signs = np.where((unit @ centre) < 0.0, -1.0, 1.0)[:, None]
    away = rot.multiply(rot.inverse(np.broadcast_to(centre, unit.shape)), unit * signs)
    turned = rot.scaled(away, factors)
    return rot.multiply(np.broadcast_to(centre, unit.shape), turned) * signs * lengths


def _mean_turn(frames: np.ndarray, quaternions: np.ndarray) -> np.ndarray:
    """(4,): the mean of quaternions (K, 4), each for as long as it lasts."""
    return rot.normalised((_lasting(frames)[:, None] * rot.continuous(quaternions)).sum(0))


def mean(keys: Keys) -> float:
    """Of a number, each key for as long as it lasts."""
    return float(np.average(keys.values.astype(np.float64), weights=_lasting(keys.frames)))


def _lasting(frames: np.ndarray) -> np.ndarray:
    if len(frames) < 2:
        return np.ones(len(frames))
    gaps = np.diff(frames.astype(np.float64))
    return np.maximum(np.append(gaps, 0.0) + np.append(0.0, gaps), 1e-6)


def _with_values(keys: Keys, values: np.ndarray, left: np.ndarray, right: np.ndarray) -> Keys:
    return replace(
        keys,
        values=values.astype(np.float32),
        left=np.stack([keys.left[:, 0], left], 1).astype(np.float32),
        right=np.stack([keys.right[:, 0], right], 1).astype(np.float32),
    )


def _shifted(keys: Keys, change: Change) -> Keys:
    if change.shift == 0.0:
        return keys
    shifts = change.shifts(keys.frames)

    def moved(frames: np.ndarray) -> np.ndarray:
        return (frames.astype(np.float64) + shifts).astype(np.float32)

    return keys.in_time(moved)


# ------------------------------------------------------------------------------------------------------------- closed lips


def evaluated(keys: Keys, frames: np.ndarray) -> np.ndarray:
    """float64 (F,): the curve's values, its handles taken to lie a third of the way, as generated ones do."""
    if len(keys) < 2:
        return np.full(len(frames), float(keys.values[0]) if len(keys) else 0.0)
    at = np.clip(np.searchsorted(keys.frames, frames, side="right") - 1, 0, len(keys) - 2)
    first, last = keys.frames[at].astype(np.float64), keys.frames[at + 1].astype(np.float64)
    u = np.clip((frames - first) / np.maximum(last - first, 1e-6), 0.0, 1.0)
    points = keys.values[at], keys.right[at, 1], keys.left[at + 1, 1], keys.values[at + 1]
    weights = (1 - u) ** 3, 3 * u * (1 - u) ** 2, 3 * u * u * (1 - u), u**3
    return sum((weight * point.astype(np.float64) for weight, point in zip(weights, points)), np.zeros(len(frames)))


def closures(opening: np.ndarray, first_frame: float) -> np.ndarray:
    """float64 (C,): the frames at which lips meet between openings, from how far they are apart at every frame, (F,)."""
    closed = opening <= _CLOSED
    if not closed.any() or (opening < _OPEN).all():
        return np.empty(0)
    parts = np.flatnonzero(opening > _OPEN)
    rows = np.flatnonzero(closed)
    near = np.searchsorted(parts, rows)
    before, behind = parts[np.maximum(near - 1, 0)], parts[np.minimum(near, len(parts) - 1)]
    is_between = np.minimum(np.abs(rows - before), np.abs(rows - behind)) <= _WITHIN_FRAMES
    return first_frame + rows[is_between].astype(np.float64)


def with_keys_at(keys: Keys, frames: np.ndarray) -> tuple[Keys, np.ndarray]:
    """A curve with keys at the first and the last of every run of frames, of the same shape; and at which frames they were added."""
    if len(keys) < 2 or not len(frames):
        return keys, np.empty(0, np.float32)
    apart = np.diff(frames) > 1.5
    ends = np.unique(np.concatenate([frames[np.append(True, apart)], frames[np.append(apart, True)]]))
    added: list[float] = []
    for frame in ends.tolist():
        if np.abs(keys.frames - frame).min() >= _WHOLE and (split := _split(keys, frame)) is not None:
            keys = split
            added.append(frame)
    return keys, np.array(added, np.float32)


def _split(keys: Keys, frame: float) -> Keys | None:
    """The same curve with a further key at a frame; None where it is flat or ends."""
    found = split_bezier(keys, frame)
    if found is None:
        return None
    before, after = found.before, found.before + 1
    share = (frame - found.left[0]) / max(float(found.right[0] - found.left[0]), 1e-9)
    value = found.left[1] + share * (found.right[1] - found.left[1])
    keys = freeze_handle(freeze_handle(keys, before, "left"), after, "right")
    keys = free_handle(keys, before, "right", found.right_of_before)
    keys = free_handle(keys, after, "left", found.left_of_after)
    one = keys[[before]]
    made = replace(
        one,
        frames=np.array([frame], np.float32),
        values=np.array([value], np.float32),
        left=np.asarray(found.left, np.float32)[None],
        right=np.asarray(found.right, np.float32)[None],
        left_type=one.right_type,
        right_type=one.right_type,
    )
    return Keys.merged([keys, free_handle(free_handle(made, 0, "left", found.left), 0, "right", found.right)])
