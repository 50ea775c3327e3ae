# SPDX-License-Identifier: GPL-3.0-or-later
"""Fewer keys: piecewise cubics through some of the samples that stay within a stated error of all of them.

A segment between two keys is a cubic in time (cubic Hermite), which Blender's Bézier segment equals when its handles lie a
third of the way: so the tolerance holds for what Blender evaluates at every frame. For given keys the two slopes that fit
the samples best are a linear least-squares problem; whether a block of samples needs a key inside is then one matrix
product for all curves at once. Blocks of 4, 8 … frames are tried first, then neighbours are joined where one cubic will
do, and last the slopes on both sides of a key are made equal where the tolerance leaves room for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .easing import cubic_hermite

SHAPE_TOLERANCE = 0.005
ROTATION_TOLERANCE_DEG = 0.3
LOCATION_TOLERANCE_M = 0.0005
_SAFETY = 0.97  # of the tolerance: keys are stored as float32, and Blender solves its cubics in float32
_BLOCKS = (4, 8, 16, 32, 64, 128)
_JOINS = 6  # rounds


@dataclass(frozen=True)
class Keys:
    """Keys of one curve, or of several that share them (the four of a quaternion).

    times: float64 (K,), in the unit of the samples' times. values: float32 (K,) or (K, C).
    slope_in, slope_out: like values, per unit of time, just before and just after each key.
    """

    times: np.ndarray
    values: np.ndarray
    slope_in: np.ndarray
    slope_out: np.ndarray

    def __len__(self) -> int:
        return len(self.times)

    def handles(self, channel: int | None = None) -> tuple[np.ndarray, np.ndarray]:
        """The left and right Bézier handles as (time, value), float32 (K, 2) each; `channel` where values are (K, C)."""
        values, slope_in, slope_out = (
            array if channel is None else array[:, channel] for array in (self.values, self.slope_in, self.slope_out)
        )
        third = np.diff(self.times) / 3.0
        outer = third[:1] if len(third) else np.ones(1)
        before = np.concatenate([outer, third])
        after = np.concatenate([third, third[-1:] if len(third) else outer])
        left = np.stack([self.times - before, values - slope_in * before], -1)
        right = np.stack([self.times + after, values + slope_out * after], -1)
        return left.astype(np.float32), right.astype(np.float32)

    def evaluate(self, times: np.ndarray) -> np.ndarray:
        """The curve's values at these times, float64, shaped like values; constant before the first and after the last."""
        times = np.asarray(times, np.float64)
        if len(self.times) == 1:
            return np.repeat(self.values.astype(np.float64), len(times), 0)
        at = np.clip(np.searchsorted(self.times, times, side="right") - 1, 0, len(self.times) - 2)
        length = self.times[at + 1] - self.times[at]
        shape = (-1,) + (1,) * (self.values.ndim - 1)
        u = np.clip((times - self.times[at]) / length, 0.0, 1.0).reshape(shape)
        length = length.reshape(shape)
        first, last = self.values[at].astype(np.float64), self.values[at + 1].astype(np.float64)
        return cubic_hermite(u, first, last, length * self.slope_out[at], length * self.slope_in[at + 1])


def simplify(times: np.ndarray, values: np.ndarray, tolerance: float, pinned: np.ndarray | None = None) -> Keys:
    """Keys for one curve.

    times: (T,) evenly spaced, ascending. values: (T,), or (T, C) for channels that share their keys. tolerance: the largest
    distance (for channels: Euclidean) at any of the times; 0 keeps a key at every sample. pinned: bool (T,), samples that
    must become keys. For unit quaternions call `simplify_rotations`.
    """
    values = np.asarray(values, np.float32)
    stacked = values.reshape(1, len(values), -1)
    return _simplify(
        np.asarray(times, np.float64),
        np.ascontiguousarray(stacked.transpose(0, 2, 1)),
        tolerance,
        None if pinned is None else np.asarray(pinned, bool)[None],
        values.ndim == 1,
    )[0]


def simplify_many(
    times: np.ndarray, values: np.ndarray, tolerance: float, pinned: np.ndarray | None = None
) -> list[Keys]:
    """Keys for many curves at once: values (T, N), pinned bool (T, N) or None. Much faster than one by one."""
    values = np.asarray(values, np.float32)
    return _simplify(
        np.asarray(times, np.float64),
        np.ascontiguousarray(values.T)[:, None],
        tolerance,
        None if pinned is None else np.ascontiguousarray(np.asarray(pinned, bool).T),
        True,
    )


def simplify_rotations(
    times: np.ndarray,
    quaternions: np.ndarray,
    tolerance_deg: float = ROTATION_TOLERANCE_DEG,
    pinned: np.ndarray | None = None,
) -> list[Keys]:
    """Keys for the rotations of many joints: unit quaternions (T, J, 4), sign-continuous; pinned bool (T, J) or None.

    The four channels of a joint share their keys. Their interpolation, normalised, is within tolerance_deg of the
    samples: an error of length e in the quaternion turns by at most 2 asin(e).
    """
    quaternions = np.asarray(quaternions, np.float32)
    tolerance = float(np.sin(np.radians(tolerance_deg) / 2.0))
    return _simplify(
        np.asarray(times, np.float64),
        np.ascontiguousarray(quaternions.transpose(1, 2, 0)),
        tolerance,
        None if pinned is None else np.ascontiguousarray(np.asarray(pinned, bool).T),
        False,
    )


@lru_cache(maxsize=64)
def _residual_matrix(length: int) -> np.ndarray:
    """float32 (length + 1, length + 1): samples of a block → their distance from the best cubic through its ends."""
    u = np.arange(length + 1) / length
    line = np.zeros((length + 1, length + 1))
    line[:, 0], line[:, -1] = 1 - u, u
    from_line = np.eye(length + 1) - line
    basis = np.stack([u * (1 - u) ** 2, -(u**2) * (1 - u)], -1)
    return ((np.eye(length + 1) - basis @ np.linalg.pinv(basis)) @ from_line).T.astype(np.float32).copy()


def _simplify(
    times: np.ndarray, values: np.ndarray, tolerance: float, pinned: np.ndarray | None, scalar: bool
) -> list[Keys]:
    """values: float32 (N, C, T), pinned: bool (N, T)."""
    curves, channels, samples = values.shape
    if len(times) != samples:
        raise ValueError(f"{len(times)} times for {samples} samples")
    if samples == 0:
        raise ValueError("a curve needs at least one sample")
    step = (times[-1] - times[0]) / max(samples - 1, 1) or 1.0
    if samples > 1 and not np.allclose(np.diff(times), step, rtol=1e-4, atol=1e-6 * abs(step)):
        raise ValueError("times must be evenly spaced and ascending")
    limit = tolerance * _SAFETY
    # without a pinned key a curve that hardly moves needs one key only
    moving = np.sqrt(np.square(values - values[..., :1]).sum(1).max(1)) > limit
    if pinned is not None:
        moving |= pinned.any(1)
    active = np.flatnonzero(moving) if samples > 1 else np.zeros(0, int)
    result: list[Keys | None] = [None] * curves
    for index in np.flatnonzero(~moving) if samples > 1 else range(curves):
        value = values[index, :, :1].T.copy()
        result[index] = _keys(times[:1], value, np.zeros_like(value), np.zeros_like(value), scalar)
    if len(active):
        chosen = np.ascontiguousarray(values[active])
        keep = _blocks(chosen, limit, None if pinned is None else pinned[active])
        keys = np.flatnonzero(keep.ravel())
        flat = np.ascontiguousarray(chosen.transpose(1, 0, 2)).reshape(channels, -1)
        fixed = np.zeros(len(active) * samples, bool) if pinned is None else pinned[active].ravel().copy()
        fixed[::samples] = True
        fixed[samples - 1 :: samples] = True
        keys = _join(flat, keys, fixed, limit)
        slope_in, slope_out = _slopes(flat, keys, samples, limit)
        borders = np.searchsorted(keys, np.arange(len(active) + 1) * samples)
        for index, first, last in zip(active, borders[:-1], borders[1:]):
            at = keys[first:last]
            result[index] = _keys(
                times[at % samples], flat[:, at].T, slope_in[first:last] / step, slope_out[first:last] / step, scalar
            )
    return result


def _keys(times: np.ndarray, values: np.ndarray, slope_in: np.ndarray, slope_out: np.ndarray, scalar: bool) -> Keys:
    arrays = (
        np.ascontiguousarray(array[:, 0] if scalar else array, np.float32) for array in (values, slope_in, slope_out)
    )
    return Keys(times.copy(), *arrays)


def _blocks(values: np.ndarray, limit: float, pinned: np.ndarray | None) -> np.ndarray:
    """bool (N, T): a key at both ends of the longest aligned blocks that one cubic each can follow."""
    curves, channels, samples = values.shape
    keep = np.zeros((curves, samples), bool)
    if limit <= 0.0:
        keep[:] = True
        return keep
    keep[:, ::2] = True  # a block of two frames has one sample inside, which a cubic always meets
    keep[:, -1] = True
    stride = values.strides
    whole = None  # which blocks of half the length passed: only where two did is the next length tried
    for length in _BLOCKS:
        count = (samples - 1) // length
        if count == 0:
            break
        windows = np.lib.stride_tricks.as_strided(
            values,
            (curves, channels, count, length + 1),
            (stride[0], stride[1], stride[2] * length, stride[2]),
            writeable=False,
        )
        passed = np.zeros((curves, count), bool)
        tried = (
            np.ones((curves, count), bool) if whole is None else whole[:, : 2 * count : 2] & whole[:, 1 : 2 * count : 2]
        )
        if not tried.any():
            break
        samples_of = windows.transpose(0, 2, 1, 3)[tried]  # (blocks, C, length + 1)
        error = np.square(samples_of.reshape(-1, length + 1) @ _residual_matrix(length))
        error = error.reshape(-1, channels, length + 1).sum(1) if channels > 1 else error
        passed[tried] = error.max(1) <= limit * limit
        inside = keep[:, : count * length].reshape(curves, count, length)
        inside[:, :, 1:] &= ~passed[:, :, None]
        whole = passed
    if pinned is not None:
        keep |= pinned
    return keep


def _inside(first: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For segments of samples: the index of every sample in them (ends included), its place 0..1, each segment's begin."""
    lengths = last - first + 1
    begins = np.cumsum(lengths) - lengths
    offset = np.arange(int(lengths.sum())) - np.repeat(begins, lengths)
    return np.repeat(first, lengths) + offset, (offset / np.repeat(last - first, lengths)).astype(np.float32), begins


def _fit(flat: np.ndarray, first: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Best slopes of one cubic a segment: slopes (S, C) per sample at begin and end, largest error (S,)."""
    index, u, begins = _inside(first, last)
    segment = np.repeat(np.arange(len(first)), last - first + 1)
    start, end = u * (1 - u) ** 2, -(u**2) * (1 - u)
    aa, ab, bb = (np.add.reduceat(x, begins).astype(np.float64) for x in (start * start, start * end, end * end))
    # one sample inside leaves the slopes open: the parabola is meant, which a little weight on both gives
    aa, bb = aa + 1e-9, bb + 1e-9
    determinant = aa * bb - ab * ab
    slopes = np.empty((2, len(first), len(flat)), np.float32)
    square = np.zeros(len(u), np.float32)
    for channel, samples in enumerate(flat):
        rise = samples[last] - samples[first]
        off = samples[index] - (samples[first][segment] + rise[segment] * u)
        a, b = np.add.reduceat(off * start, begins), np.add.reduceat(off * end, begins)
        d0, d1 = (
            ((a * bb - b * ab) / determinant).astype(np.float32),
            ((b * aa - a * ab) / determinant).astype(np.float32),
        )
        off -= d0[segment] * start + d1[segment] * end
        square += off * off
        slopes[0, :, channel], slopes[1, :, channel] = rise + d0, rise + d1
    slopes /= (last - first)[None, :, None]
    return slopes[0], slopes[1], np.sqrt(np.maximum.reduceat(square, begins))


def _join(flat: np.ndarray, keys: np.ndarray, fixed: np.ndarray, limit: float) -> np.ndarray:
    """Drop keys whose two neighbouring segments one cubic can follow."""
    if limit <= 0.0:
        return keys
    # a key's chance is over once it failed and nothing beside it changed
    open_ = ~fixed[keys]
    for turn in range(_JOINS):
        candidates = np.flatnonzero(open_)
        # no two neighbours at once
        candidates = candidates[(candidates + turn) % 2 == 0]
        if len(candidates) == 0:
            continue
        *_, error = _fit(flat, keys[candidates - 1], keys[candidates + 1])
        dropped = candidates[error <= limit]
        open_[candidates] = False
        for beside in (-1, 1):
            neighbour = np.clip(dropped + beside, 0, len(keys) - 1)
            open_[neighbour] = ~fixed[keys[neighbour]]
        stay = np.ones(len(keys), bool)
        stay[dropped] = False
        keys, open_ = keys[stay], open_[stay]
    return keys


def _slopes(flat: np.ndarray, keys: np.ndarray, samples: int, limit: float) -> tuple[np.ndarray, np.ndarray]:
    """Slopes (K, C) before and after each key, per sample: equal, so that the curve is smooth, wherever the limit allows.

    Of the keys with an even number first, then of the others, each gets the one slope that fits both of its segments best
    while the far ends stay; it is taken where both segments keep within the limit.
    """
    first, last = keys[:-1], keys[1:]
    real = np.flatnonzero(first // samples == last // samples)
    slope_in = np.zeros((len(keys), len(flat)), np.float32)
    slope_out = np.zeros_like(slope_in)
    slope_out[real], slope_in[real + 1], _ = _fit(flat, first[real], last[real])
    inner = real[1:][np.diff(real) == 1]  # keys with a segment on either side
    for parity in (0, 1):
        chosen = inner[inner % 2 == parity]
        if len(chosen) == 0:
            continue
        sides = []
        for near, far, far_slope in (
            (chosen, chosen - 1, slope_out[chosen - 1]),
            (chosen, chosen + 1, slope_in[chosen + 1]),
        ):
            # seen from the key: distance grows from 0 at the key to 1 at the far end, slopes turn with the direction
            direction = np.sign(far - near).astype(np.float32)
            span = np.abs(keys[far] - keys[near])
            begins = np.cumsum(span + 1) - (span + 1)
            segment = np.repeat(np.arange(len(chosen)), span + 1)
            offset = np.arange(len(segment)) - begins[segment]
            index = keys[near][segment] + (offset * direction[segment]).astype(np.int64)
            u = (offset / span[segment]).astype(np.float32)
            lever = (direction * span)[segment] * u * (1 - u) ** 2  # how far one unit of slope moves each sample
            rests = []
            for channel, values in enumerate(flat):
                start, rise = values[keys[near]], values[keys[far]] - values[keys[near]]
                pull = direction * span * far_slope[:, channel]
                rests.append(
                    values[index]
                    - start[segment]
                    - rise[segment] * u * u * (3 - 2 * u)
                    + pull[segment] * u * u * (1 - u)
                )
            sides.append((begins, segment, lever, rests))
        weight = sum(np.add.reduceat(lever * lever, begins) for begins, _, lever, _ in sides)
        best = (
            np.stack(
                [
                    sum(np.add.reduceat(lever * rests[channel], begins) for begins, _, lever, rests in sides)
                    for channel in range(len(flat))
                ],
                -1,
            )
            / np.maximum(weight, 1e-12)[:, None]
        )
        fine = np.ones(len(chosen), bool)
        for begins, segment, lever, rests in sides:
            square = sum((rest - lever * best[segment, channel]) ** 2 for channel, rest in enumerate(rests))
            fine &= np.maximum.reduceat(square, begins) <= limit * limit
        slope_in[chosen[fine]] = slope_out[chosen[fine]] = best[fine]
    return slope_in, slope_out
