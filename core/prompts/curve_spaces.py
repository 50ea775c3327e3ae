# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs between blending rotations and blending vectors, and curves of either as samples in time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from ..motion import rotations as rot
from ..motion.resampling import curves_at
from ..motion.vectors import norm

_MEASURE_HZ = 30.0  # accelerations are measured over steps of about this length, at any frame rate


class CurveSpace(Protocol):
    """Where a curve's values lie: how far apart two of them are, and how one is moved towards another."""

    def difference(self, start: np.ndarray, end: np.ndarray) -> np.ndarray:
        """The offset (…, 3 or C) that leads from start to end, (…, C) each, the short way."""
        ...

    def path(self, start: np.ndarray, end: np.ndarray, anchor: int) -> np.ndarray:
        """Like `difference` along time, without a jump from one side of a half turn to the other; the short way at row
        `anchor`."""
        ...

    def moved(self, values: np.ndarray, offsets: np.ndarray) -> np.ndarray:
        """values (…, C) by offsets (…, 3 or C)."""
        ...

    def nearest(self, offset: np.ndarray, before: np.ndarray) -> np.ndarray:
        """The same offset (3,), the other way round if that is nearer to the one before."""
        ...

    def aligned(self, values: np.ndarray, reference: np.ndarray) -> np.ndarray:
        """The same values (T, C), each written as is nearest to the reference (T, C)."""
        ...

    def normalised(self, values: np.ndarray) -> np.ndarray:
        """The nearest values (…, C) that lie in this space."""
        ...

    def continuous(self, values: np.ndarray) -> np.ndarray:
        """The same values (T, C), each written as is nearest to the one before."""
        ...


@dataclass(frozen=True)
class Rotations:
    """Unit quaternions wxyz; offsets are rotation vectors in the body's own axes, radians."""

    def difference(self, start: np.ndarray, end: np.ndarray) -> np.ndarray:
        return rot.to_axis_angle(rot.multiply(rot.inverse(start), end))

    def path(self, start: np.ndarray, end: np.ndarray, anchor: int) -> np.ndarray:
        turn = rot.continuous(rot.multiply(rot.inverse(start), end))
        turn = turn * (-1.0 if turn[anchor, 0] < 0 else 1.0)
        sine = np.linalg.norm(turn[:, 1:], axis=1, keepdims=True)
        angle = 2.0 * np.arctan2(sine, turn[:, :1])
        return turn[:, 1:] * np.where(sine > 1e-9, angle / np.maximum(sine, 1e-9), 2.0)

    def moved(self, values: np.ndarray, offsets: np.ndarray) -> np.ndarray:
        return rot.multiply(values, rot.from_axis_angle(offsets))

    def nearest(self, offset: np.ndarray, before: np.ndarray) -> np.ndarray:
        angle = np.linalg.norm(offset)
        other = offset * (1.0 - 2.0 * np.pi / angle) if angle > 1e-6 else offset
        return other if np.linalg.norm(other - before) < np.linalg.norm(offset - before) else offset

    def aligned(self, values: np.ndarray, reference: np.ndarray) -> np.ndarray:
        return values * np.where((values * reference).sum(1, keepdims=True) < 0, -1.0, 1.0)

    def normalised(self, values: np.ndarray) -> np.ndarray:
        return rot.normalised(values)

    def continuous(self, values: np.ndarray) -> np.ndarray:
        return rot.continuous(values)


@dataclass(frozen=True)
class Vectors:
    """Places, angles or strengths, in any unit."""

    def difference(self, start: np.ndarray, end: np.ndarray) -> np.ndarray:
        return end - start

    def path(self, start: np.ndarray, end: np.ndarray, anchor: int) -> np.ndarray:
        return end - start

    def moved(self, values: np.ndarray, offsets: np.ndarray) -> np.ndarray:
        return values + offsets

    def nearest(self, offset: np.ndarray, before: np.ndarray) -> np.ndarray:
        return offset

    def aligned(self, values: np.ndarray, reference: np.ndarray) -> np.ndarray:
        return values

    def normalised(self, values: np.ndarray) -> np.ndarray:
        return values

    def continuous(self, values: np.ndarray) -> np.ndarray:
        return values


ROTATIONS, VECTORS = Rotations(), Vectors()


@dataclass(frozen=True)
class SampledCurve:
    """A curve at even times. times_s: float64 (T,). values: float64 (T, C), continuous in their space."""

    space: CurveSpace
    times_s: np.ndarray
    values: np.ndarray
    rate_hz: float

    @classmethod
    def of(cls, space: CurveSpace, times_s: np.ndarray, values: np.ndarray) -> SampledCurve:
        """The curve through values (T, C) of any type at times_s (T,)."""
        times_s = np.asarray(times_s, np.float64)
        rate_hz = float((len(times_s) - 1) / (times_s[-1] - times_s[0])) if len(times_s) > 1 else 1.0
        return cls(space, times_s, space.continuous(np.asarray(values, np.float64)), rate_hz)

    def __len__(self) -> int:
        return len(self.times_s)

    def rows_between(self, first_s: float, last_s: float) -> slice:
        """The samples at these times."""
        rows = np.searchsorted(self.times_s, first_s, "left"), np.searchsorted(self.times_s, last_s, "right")
        return slice(int(rows[0]), int(rows[1]))

    def part(self, rows: slice) -> SampledCurve:
        """Only these samples."""
        return replace(self, times_s=self.times_s[rows], values=self.values[rows])

    def replaced(self, rows: slice, values: np.ndarray) -> SampledCurve:
        """With other values (N, C) in these samples."""
        changed = self.values.copy()
        changed[rows] = values
        return replace(self, values=changed)

    def at(self, times_s: np.ndarray) -> np.ndarray:
        """The values (N, C) at any times (N,)."""
        values = self.space.continuous(self.values)
        return self.space.normalised(curves_at(values, self.rate_hz, float(self.times_s[0]), times_s))

    def acceleration(self) -> np.ndarray:
        """float64 (T,), see `acceleration`."""
        return acceleration(self.space, self.values, self.rate_hz)


def acceleration(space: CurveSpace, values: np.ndarray, rate_hz: float) -> np.ndarray:
    """How fast a curve's velocity changes, over steps of about 1/30 s.

    Args:
        space: what the values are.
        values: (T, …, C), at rate_hz.
        rate_hz: samples a second.

    Returns:
        float64 (T, …), offsets of the space per s²; 0 at the ends, where it cannot be told.
    """
    result = np.zeros(values.shape[:-1])
    step = max(1, round(rate_hz / _MEASURE_HZ))
    if len(values) > 2 * step:
        values = np.asarray(values, np.float64)
        velocity = space.difference(values[:-step], values[step:]) * (rate_hz / step)
        result[step:-step] = norm(velocity[step:] - velocity[:-step]) * (rate_hz / step)
    return result


def angular_acceleration(quaternions: np.ndarray, rate_hz: float) -> np.ndarray:
    """Unit quaternions wxyz (T, …, 4) → float64 (T, …) radians/s² in the body's own axes, see `acceleration`."""
    return acceleration(ROTATIONS, quaternions, rate_hz)


def linear_acceleration(positions: np.ndarray, rate_hz: float) -> np.ndarray:
    """Vectors (T, …, C) → float64 (T, …) per s², see `acceleration`."""
    return acceleration(VECTORS, positions, rate_hz)
