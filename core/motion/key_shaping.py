# SPDX-License-Identifier: GPL-3.0-or-later
"""Level keys at extremes and handles inside limits, for many curves of one grid at once, as long as the samples are followed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .easing import cubic_hermite
from .simplification import HermiteKeys


@dataclass(frozen=True)
class ShapeKeys:
    """keys: of one curve. clamped: bool (K,), keys whose handles are those that Blender's Auto Clamped gives."""

    keys: HermiteKeys
    clamped: np.ndarray


@dataclass(frozen=True)
class Samples:
    """What keys are held against: values float32 (N, T) at times (T,); count: bool (N, T), those that count."""

    times: np.ndarray
    values: np.ndarray
    count: np.ndarray
    tolerance: float


def shaped(
    found: Sequence[HermiteKeys], limits: np.ndarray, samples: Samples, levels: bool
) -> tuple[list[ShapeKeys], np.ndarray]:
    """Keys that are level at extremes where that keeps to the samples, with handles inside the limits.

    Args:
        found: the keys of each curve, at times of the samples.
        limits: (N, 2), the lowest and the highest value of each.
        samples: of the same curves.
        levels: whether keys are made level at all.

    Returns:
        The keys of each curve, and how far they are off at each sample, float64 (N, T).
    """
    row = _Row.of(found, samples.times)
    slope_in, slope_out = row.within(limits)
    rise = np.append(row.values[1:] - row.values[:-1], np.float32(0.0))
    level = row.inner & levels
    level[1:] &= rise[:-1] * rise[1:] <= 0.0
    off = np.empty(samples.values.shape)
    waiting = np.arange(len(found))
    while len(waiting):
        bent = np.where(level, np.float32(0.0), slope_in), np.where(level, np.float32(0.0), slope_out)
        apart = np.abs(row.evaluated(waiting, *bent) - samples.values[waiting]) * samples.count[waiting]
        off[waiting] = apart
        bad = row.segments(waiting, apart > samples.tolerance)
        spoilt = level & (bad | np.append(False, bad[:-1])) & ((np.abs(slope_in) > 0.0) | (np.abs(slope_out) > 0.0))
        level &= ~spoilt
        waiting = np.unique(row.curve[spoilt])
    slope_in, slope_out = (np.where(level, np.float32(0.0), slope) for slope in (slope_in, slope_out))
    return [
        ShapeKeys(HermiteKeys(keys.times, keys.values, slope_in[part], slope_out[part]), level[part])
        for keys, part in zip(found, row.parts)
    ], off


@dataclass(frozen=True)
class _Row:
    """The keys (K,) of N curves end to end.

    first, last: int (N,), of each curve. curve: int (K,), whose each is. before: int (N, T), the key that each sample lies behind or
    at. behind: int (N, T), the key that it lies behind: a sample at a key ends a segment. place, span: (N, T), where it lies in its
    segment, 0 to 1, and how long that is.
    """

    times: np.ndarray
    values: np.ndarray
    slope_in: np.ndarray
    slope_out: np.ndarray
    first: np.ndarray
    last: np.ndarray
    curve: np.ndarray
    before: np.ndarray
    behind: np.ndarray
    place: np.ndarray
    span: np.ndarray

    @classmethod
    def of(cls, found: Sequence[HermiteKeys], grid: np.ndarray) -> _Row:
        """Of curves whose keys lie at times of the grid (T,)."""
        times, values, slope_in, slope_out = (
            np.concatenate([getattr(keys, name) for keys in found])
            for name in ("times", "values", "slope_in", "slope_out")
        )
        counts = np.array([len(keys) for keys in found])
        last = np.cumsum(counts) - 1
        first = last - counts + 1
        curve = np.repeat(np.arange(len(found)), counts)
        ended = np.zeros((len(found), len(grid)), bool)
        ended[curve, np.searchsorted(grid, times)] = True
        passed = np.cumsum(ended, 1) - 1  # of the curve's own keys
        most = np.maximum(counts - 2, 0)[:, None]
        before, behind = (first[:, None] + np.clip(keys, 0, most) for keys in (passed, passed - ended))
        after = np.minimum(before + 1, last[:, None])
        span = times[after] - times[before]
        span[counts == 1] = 1.0
        place = np.clip((grid - times[before]) / span, 0.0, 1.0)
        place[counts == 1] = 0.0  # a single key holds
        return cls(times, values, slope_in, slope_out, first, last, curve, before, behind, place, span)

    @property
    def parts(self) -> list[slice]:
        return [slice(first, last + 1) for first, last in zip(self.first.tolist(), self.last.tolist())]

    @property
    def inner(self) -> np.ndarray:
        """bool (K,), keys that are neither the first nor the last of a curve."""
        inner = np.ones(len(self.times), bool)
        inner[self.first] = inner[self.last] = False
        return inner

    def within(self, limits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Slopes before and after each key, float32 (K,), with which no handle leaves limits (N, 2)."""
        third = np.append(np.diff(self.times), 1.0) / 3.0
        third[self.last] = 1.0
        before, after = np.append(1.0, third[:-1]), third.copy()
        before[self.first], after[self.last] = third[self.first], before[self.last]
        low, high = limits[self.curve].astype(np.float32).T - self.values
        slope_in = np.clip(self.slope_in, -high / before, -low / before).astype(np.float32)
        slope_out = np.clip(self.slope_out, low / after, high / after).astype(np.float32)
        single = (self.first == self.last)[self.curve]
        return np.where(single, self.slope_in, slope_in), np.where(single, self.slope_out, slope_out)

    def evaluated(self, curves: np.ndarray, slope_in: np.ndarray, slope_out: np.ndarray) -> np.ndarray:
        """float64 (n, T): some of the curves, int (n,), with other slopes (K,), at the grid's times."""
        before, u, span = self.before[curves], self.place[curves], self.span[curves]
        after = np.minimum(before + 1, self.last[curves, None])
        start, end = self.values[before].astype(np.float64), self.values[after].astype(np.float64)
        return cubic_hermite(u, start, end, span * slope_out[before], span * slope_in[after])

    def segments(self, curves: np.ndarray, samples: np.ndarray) -> np.ndarray:
        """bool (K,): keys of some curves, int (n,), in the segments after which such samples lie, bool (n, T)."""
        found = np.zeros(len(self.times), bool)
        found[self.behind[curves][samples]] = True
        return found
