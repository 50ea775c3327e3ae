# SPDX-License-Identifier: GPL-3.0-or-later
"""Fewer keys: piecewise cubics through some of the samples that stay within a stated error of all of them.

A segment between two keys is a cubic in time (cubic Hermite), which Blender's Bézier segment equals when its handles
lie a third of the way: so the tolerance holds for what Blender evaluates at every frame. Blocks of 4, 8 … frames are
tried first, then neighbours are joined where one cubic will do, and last the slopes on both sides of a key are made
equal where the tolerance leaves room for it.

Schneider 1990 ("An Algorithm for Automatically Fitting Digitized Curves", Graphics Gems) fits outlines from above: one
cubic for all, halved where it is farthest off, its parameter improved by Newton's method. Animation curves are
functions of time, so nothing is to be parametrised, and the fit goes from below, in blocks of one grid, for all curves
of a character at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .cubic_fitting import joined, keys_by_blocks, smooth_slopes
from .easing import cubic_hermite

# By eye: no difference is seen in a close-up (shapes), in a still of the hands (rotations) or in the feet (locations).
SHAPE_TOLERANCE = 0.005
ROTATION_TOLERANCE_DEG = 0.3
LOCATION_TOLERANCE_M = 0.0005
_SAFETY = 0.97  # of the tolerance: keys are stored as float32, and Blender solves its cubics in float32


@dataclass(frozen=True)
class HermiteKeys:
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
        """The left and right Bézier handles as (time, value), float32 (K, 2) each; `channel` where values are (K,
        C)."""
        values, slope_in, slope_out = (
            array if channel is None else array[:, channel] for array in (self.values, self.slope_in, self.slope_out)
        )
        third = np.diff(self.times) / 3.0
        outer = third[:1] if len(third) else np.ones(1)
        before = np.concatenate([outer, third])
        after = np.concatenate([third, third[-1:] if len(third) else outer])
        left, right = np.empty((2, len(self.times), 2), np.float32)
        left[:, 0], left[:, 1] = self.times - before, values - slope_in * before
        right[:, 0], right[:, 1] = self.times + after, values + slope_out * after
        return left, right

    def evaluate(self, times: np.ndarray) -> np.ndarray:
        """The curve's values at these times, float64, shaped like values; constant before the first and after the
        last."""
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


def simplify_curves(
    times: np.ndarray, values: np.ndarray, tolerance: float, pinned: np.ndarray | None = None
) -> list[HermiteKeys]:
    """Keys for many curves at once.

    Args:
        times: (T,) evenly spaced, ascending, in any unit.
        values: (T, N).
        tolerance: the largest distance at any of the times; 0 keeps a key at every sample.
        pinned: bool (T, N), samples that must become keys.

    Raises:
        ValueError: the times are not evenly spaced, or not as many as the samples.
    """
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
) -> list[HermiteKeys]:
    """Keys for the rotations of many joints; the four channels of a joint share theirs.

    Args:
        times: (T,) evenly spaced, ascending, in any unit.
        quaternions: (T, J, 4) unit, signs continuous (`rotations.continuous`).
        tolerance_deg: how far the interpolation, normalised, may turn away from the samples: an error of length e in
            the quaternion turns by at most 2 asin(e).
        pinned: bool (T, J), samples that must become keys.

    Raises:
        ValueError: the times are not evenly spaced, or not as many as the samples.
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


def _simplify(
    times: np.ndarray, values: np.ndarray, tolerance: float, pinned: np.ndarray | None, scalar: bool
) -> list[HermiteKeys]:
    """values: float32 (N, C, T), pinned: bool (N, T). scalar: keys without the axis of channels."""
    samples = values.shape[2]
    step = _step(times, samples)
    limit = tolerance * _SAFETY
    # without a pinned key a curve that hardly moves needs one key only
    moving = np.sqrt(np.square(values - values[..., :1]).sum(1).max(1)) > limit
    if pinned is not None:
        moving |= pinned.any(1)
    if samples == 1:
        moving[:] = False
    active = np.flatnonzero(moving)
    found = iter(_fitted(times, values[active], None if pinned is None else pinned[active], limit, step, scalar))
    still = values[..., :1].transpose(0, 2, 1)
    none = np.zeros_like(still[0])
    return [
        next(found) if moves else _keys(times[:1], still[index].copy(), none, none, scalar)
        for index, moves in enumerate(moving)
    ]


def _step(times: np.ndarray, samples: int) -> float:
    if len(times) != samples:
        raise ValueError(f"{len(times)} times for {samples} samples")
    if samples == 0:
        raise ValueError("a curve needs at least one sample")
    step = (times[-1] - times[0]) / max(samples - 1, 1) or 1.0
    if samples > 1 and not np.allclose(np.diff(times), step, rtol=1e-4, atol=1e-6 * abs(step)):
        raise ValueError("times must be evenly spaced and ascending")
    return step


def _fitted(
    times: np.ndarray, values: np.ndarray, pinned: np.ndarray | None, limit: float, step: float, scalar: bool
) -> list[HermiteKeys]:
    """Keys of curves that move, values (N, C, T)."""
    curves, channels, samples = values.shape
    if not curves:
        return []
    keys = np.flatnonzero(keys_by_blocks(values, limit, pinned).ravel())
    flat = np.ascontiguousarray(values.transpose(1, 0, 2)).reshape(channels, -1)
    fixed = np.zeros(curves * samples, bool) if pinned is None else pinned.ravel().copy()
    fixed[::samples] = True
    fixed[samples - 1 :: samples] = True
    keys = joined(flat, keys, fixed, limit)
    slope_in, slope_out = smooth_slopes(flat, keys, samples, limit)
    borders = np.searchsorted(keys, np.arange(curves + 1) * samples)
    result = []
    for first, last in zip(borders[:-1], borders[1:]):
        at = keys[first:last]
        slopes = slope_in[first:last] / step, slope_out[first:last] / step
        result.append(_keys(times[at % samples], flat[:, at].T, *slopes, scalar))
    return result


def _keys(
    times: np.ndarray, values: np.ndarray, slope_in: np.ndarray, slope_out: np.ndarray, scalar: bool
) -> HermiteKeys:
    arrays = (
        np.ascontiguousarray(array[:, 0] if scalar else array, np.float32) for array in (values, slope_in, slope_out)
    )
    return HermiteKeys(times.copy(), *arrays)
