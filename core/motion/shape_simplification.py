# SPDX-License-Identifier: GPL-3.0-or-later
"""Fewer keys for shapes, as an animator would set them: at the extremes, never beyond what the slider allows, four for a blink.

What `simplification` fits is bent to that: slopes are level at extremes, so that Blender's automatic clamped handles give the same curve,
and no handle leaves the limits. Where that takes the curve beyond the tolerance, further keys are set.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from .simplification import HermiteKeys, simplify_curves
from .smoothing import extrema

PROMINENCE = 0.04  # shape value: an extreme that stands out by so much becomes a key; as for lips (`resampling`)
_NO_BLINKS = np.zeros((0, 4), np.int64)
_ROUNDS = 8  # of setting further keys, at the most; the last one sets them at every sample


@dataclass(frozen=True)
class ShapeKeys:
    """keys: of one curve. clamped: bool (K,), keys whose handles are those that Blender's Auto Clamped gives."""

    keys: HermiteKeys
    clamped: np.ndarray


@dataclass(frozen=True)
class _Samples:
    """What keys are held against: values (T,) at times (T,); count: bool (T,), those that count."""

    times: np.ndarray
    values: np.ndarray
    count: np.ndarray
    tolerance: float

    def off(self, keys: HermiteKeys) -> np.ndarray:
        """(T,): how far keys are off."""
        return np.abs(keys.evaluate(self.times) - self.values) * self.count

    def segments_off(self, keys: HermiteKeys) -> np.ndarray:
        """bool (K - 1,): between which keys the curve is off by more than the tolerance."""
        bad = self.times[self.off(keys) > self.tolerance]
        found = np.zeros(len(keys) - 1, bool)
        found[np.clip(np.searchsorted(keys.times, bad) - 1, 0, len(found) - 1)] = True
        return found


def simplify_shapes(
    times: np.ndarray,
    values: np.ndarray,
    tolerance: float,
    limits: np.ndarray,
    pinned: np.ndarray | None = None,
    blinks: Mapping[int, np.ndarray] | None = None,
) -> list[ShapeKeys]:
    """Keys for many shapes at once.

    Args:
        times: (T,) evenly spaced, ascending, in any unit.
        values: float32 (T, N).
        tolerance: the largest distance at any of the times, but for those inside a blink; 0 keeps a key at every sample.
        limits: (2, N), the lowest and the highest value of each, which hold its samples.
        pinned: bool (T, N), samples that must become keys.
        blinks: curve → int (n, 4), rows of its blinks: open, first and last shut, open again.
    """
    blinks = blinks or {}
    pins = np.zeros(values.shape, bool) if pinned is None else pinned.copy()
    if tolerance > 0.0:
        for column in range(values.shape[1]):
            pins[extrema(values[:, column], PROMINENCE), column] = True
            pins[blinks.get(column, np.empty(0, np.int64)).ravel(), column] = True
    result: dict[int, ShapeKeys] = {}
    waiting = list(range(values.shape[1]))
    for turn in range(_ROUNDS):
        again: list[int] = []
        for column, found in zip(waiting, simplify_curves(times, values[:, waiting], tolerance, pins[:, waiting])):
            rows = blinks.get(column, _NO_BLINKS) if tolerance > 0.0 else _NO_BLINKS
            inside = _inside(rows, len(times))
            samples = _Samples(times, values[:, column], ~inside, tolerance + 1e-6)
            shaped = _shaped(_with_four(found, times, rows, inside), limits[:, column], samples, tolerance > 0.0)
            off = samples.off(shaped.keys)
            result[column] = shaped
            if (off > samples.tolerance).any():
                again.append(column)
                pins[
                    _worst(off, samples.tolerance) if turn < _ROUNDS - 2 else _around(off > samples.tolerance), column
                ] = True
        waiting = again
        if not waiting:
            break
    return [result[column] for column in range(values.shape[1])]


def _inside(blinks: np.ndarray, count: int) -> np.ndarray:
    """bool (T,): the samples in blinks that are no keys of theirs."""
    inside = np.zeros(count, bool)
    for begin, first, last, end in blinks:
        inside[begin + 1 : end] = True
        inside[[first, last]] = False
    return inside


def _worst(off: np.ndarray, tolerance: float) -> np.ndarray:
    """int (n,): of every run of samples that are too far off, (T,), the one that is farthest off."""
    bad = off > tolerance
    runs = np.flatnonzero(np.diff(bad, prepend=False, append=False)).reshape(-1, 2)
    return np.array([first + off[first:last].argmax() for first, last in runs], np.int64)


def _around(rows: np.ndarray) -> np.ndarray:
    """bool (T,): these samples and some on either side."""
    return np.convolve(rows, np.ones(9), "same") > 0.5


def _with_four(keys: HermiteKeys, times: np.ndarray, blinks: np.ndarray, inside: np.ndarray) -> HermiteKeys:
    """The keys with four for every blink, into and out of which the lid moves without a jolt."""
    if not len(blinks):
        return keys
    keep = ~np.isin(keys.times, times[inside])
    times_left, values = keys.times[keep], keys.values[keep]
    slope_in = np.where(np.isin(times_left, times[blinks[:, 1:]]), 0.0, keys.slope_in[keep])
    slope_out = np.where(np.isin(times_left, times[blinks[:, :3]]), 0.0, keys.slope_out[keep])
    return HermiteKeys(times_left, values, slope_in.astype(np.float32), slope_out.astype(np.float32))


def _shaped(keys: HermiteKeys, limits: np.ndarray, samples: _Samples, levels: bool) -> ShapeKeys:
    """Keys (K,) that are level at extremes where that keeps to the samples, with handles inside the limits (2,)."""
    if len(keys) < 2:
        return ShapeKeys(keys, np.zeros(len(keys), bool))
    third = np.diff(keys.times) / 3.0
    before, after = np.append(third[:1], third), np.append(third, third[-1:])
    low, high = limits[0] - keys.values, limits[1] - keys.values
    slope_in = np.clip(keys.slope_in, -high / before, -low / before).astype(np.float32)
    slope_out = np.clip(keys.slope_out, low / after, high / after).astype(np.float32)
    rise = np.diff(keys.values)
    level = np.zeros(len(keys), bool)
    level[1:-1] = levels & (rise[:-1] * rise[1:] <= 0.0)
    while True:
        bent = replace(keys, slope_in=np.where(level, 0.0, slope_in), slope_out=np.where(level, 0.0, slope_out))
        segments = samples.segments_off(bent)
        spoilt = level & (np.append(segments, False) | np.append(False, segments))
        spoilt &= (np.abs(slope_in) > 0.0) | (np.abs(slope_out) > 0.0)
        if not spoilt.any():
            return ShapeKeys(bent, level)
        level &= ~spoilt
