# SPDX-License-Identifier: GPL-3.0-or-later
"""Quintic splines with the least jerk (Flash and Hogan 1985) through given offsets, at rest at both ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scipy.interpolate import BPoly

_MANY = 40  # knots in a row, beyond which velocities follow from neighbours: that is a pose at every frame
_ON_KNOT_S = 1e-9


@dataclass(frozen=True)
class MinimumJerkSpline:
    """What a quintic spline has at its knots. times_s: float64 (K,), ascending, K > 1. The others: float64 (K, C)."""

    times_s: np.ndarray
    values: np.ndarray
    velocities: np.ndarray
    accelerations: np.ndarray


def minimum_jerk_spline(times_s: np.ndarray, values: np.ndarray) -> MinimumJerkSpline:
    """The quintics through given values with the least jerk. Where a velocity would carry the curve far beyond its
    knots it is held back.

    Args:
        times_s: float64 (K,), ascending, K > 1.
        values: float64 (K, C).
    """
    velocities, accelerations = np.zeros_like(values), np.zeros_like(values)
    if len(times_s) < 3:
        return MinimumJerkSpline(times_s, values, velocities, accelerations)
    spans = np.diff(times_s)[:, None]
    slopes = np.diff(values, axis=0) / spans
    # as monotone cubics do (Fritsch and Carlson 1980): no velocity at a peak, little where one side is much flatter
    most = np.where(slopes[:-1] * slopes[1:] > 0.0, 1.5 * np.minimum(np.abs(slopes[:-1]), np.abs(slopes[1:])), 0.0)
    if len(times_s) > _MANY:
        both = spans[:-1] + spans[1:]
        velocities[1:-1] = np.clip((slopes[:-1] * spans[1:] + slopes[1:] * spans[:-1]) / both, -most, most)
        accelerations[1:-1] = 2.0 * (slopes[1:] - slopes[:-1]) / both
        return MinimumJerkSpline(times_s, values, velocities, accelerations)
    from scipy.interpolate import make_interp_spline  # with much of SciPy: not for a first click without prompts

    rest = [(1, np.zeros(values.shape[1])), (2, np.zeros(values.shape[1]))]
    spline = make_interp_spline(times_s, values, k=5, bc_type=(rest, rest))
    inner = times_s[1:-1]
    velocities[1:-1] = np.clip(spline(inner, 1), -most, most)
    # an acceleration at a knot that is held back suits a short segment, and would swing far out in a long one beside it
    held_back = np.abs(velocities[1:-1] - spline(inner, 1)) > 1e-9
    accelerations[1:-1] = np.where(held_back, 0.0, spline(inner, 2))
    return MinimumJerkSpline(times_s, values, velocities, accelerations)


def evaluated(splines: Sequence[MinimumJerkSpline], at_s: np.ndarray, size: int) -> np.ndarray:
    """Several splines, one after the other, at some times.

    Args:
        splines: ascending in time; they do not touch.
        at_s: float64 (T,).
        size: components C of their values.

    Returns:
        float64 (T, C); 0 where there is no spline.
    """
    result = np.zeros((len(at_s), size))
    if not splines:
        return result
    first_s, last_s = (np.array([spline.times_s[end] for spline in splines]) for end in (0, -1))
    number = np.maximum(np.searchsorted(first_s - _ON_KNOT_S, at_s, side="right") - 1, 0)
    inside = (at_s >= first_s[number] - _ON_KNOT_S) & (at_s <= last_s[number] + _ON_KNOT_S)
    number = number[inside]
    result[inside] = _polynomials(splines)(np.clip(at_s[inside], first_s[number], last_s[number]))
    return result


def _polynomials(splines: Sequence[MinimumJerkSpline]) -> BPoly:
    """All segments in Bernstein form; between two splines the end of the first goes on."""
    times_s, values, velocities, accelerations = (
        np.concatenate([getattr(spline, name) for spline in splines])
        for name in ("times_s", "values", "velocities", "accelerations")
    )
    from scipy.interpolate import BPoly  # see above

    span = np.diff(times_s)[:, None]
    coefficients = np.stack(
        [
            values[:-1],
            values[:-1] + velocities[:-1] * span / 5.0,
            values[:-1] + velocities[:-1] * span * 0.4 + accelerations[:-1] * span**2 / 20.0,
            values[1:] - velocities[1:] * span * 0.4 + accelerations[1:] * span**2 / 20.0,
            values[1:] - velocities[1:] * span / 5.0,
            values[1:],
        ]
    )
    ends = np.cumsum([len(spline.times_s) for spline in splines])[:-1] - 1
    coefficients[:, ends] = values[ends]
    return BPoly(coefficients, times_s)
