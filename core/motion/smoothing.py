# SPDX-License-Identifier: GPL-3.0-or-later
"""Smoothing without delay, an envelope over a curve's peaks, and the extrema that stand out."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d, maximum_filter1d, uniform_filter1d


def gaussian_smooth(values: np.ndarray, sigma_frames: float) -> np.ndarray:
    """Smooth curves by a Gaussian that reaches three deviations, the ends repeated: zero phase, so nothing comes later.

    Args:
        values: (T, ...) floats, smoothed along the first axis.
        sigma_frames: the Gaussian's standard deviation; 0 or less leaves the values as they are.

    Returns:
        (T, ...) of the same dtype, never the array given.
    """
    if sigma_frames <= 0.0 or len(values) < 2:
        return values.copy()
    return gaussian_filter1d(values, sigma_frames, axis=0, mode="nearest", radius=int(np.ceil(3.0 * sigma_frames)))


def smooth_upper_envelope(values: np.ndarray, radius: int) -> np.ndarray:
    """A smooth curve that is nowhere below the given one: a running maximum, then two running means that it has room
    for.

    Args:
        values: (T,) floats.
        radius: frames; each mean is over ± radius, the maximum over ± 2 radius. Below 1 nothing is done.

    Returns:
        (T,) float64.
    """
    if radius < 1 or not len(values):
        return values.copy()
    highest = maximum_filter1d(values.astype(np.float64), 4 * radius + 1, mode="nearest")
    once = uniform_filter1d(highest, 2 * radius + 1, mode="nearest")
    return uniform_filter1d(once, 2 * radius + 1, mode="nearest")


def extrema(curve: np.ndarray, prominence: float) -> np.ndarray:
    """The maxima and minima of a curve between which it moves by at least some amount.

    Args:
        curve: (T,).
        prominence: that amount, in the curve's unit.

    Returns:
        int (n,), their frames in order.
    """
    if len(curve) < 3 or float(curve.max()) - float(curve.min()) < prominence:
        return np.zeros(0, int)
    found: list[int] = []
    frames = _turns(curve)
    values: list[float] = curve[frames].tolist()  # numbers of Python's own are many times as quick one by one
    low = high = direction = 0
    for index, value in enumerate(values):
        if value > values[high]:
            high = index
        if value < values[low]:
            low = index
        if direction >= 0 and values[high] - value >= prominence:
            if high > 0:
                found.append(high)
            direction, low, high = -1, index, index
        elif direction <= 0 and value - values[low] >= prominence:
            if low > 0:
                found.append(low)
            direction, low, high = 1, index, index
    return frames[np.array(found, int)]


def _turns(curve: np.ndarray) -> np.ndarray:
    """int (n,): the first frame, those at which a curve (T,) has gone up or down as far as it goes, and where it stops."""
    ways = np.sign(np.diff(curve))
    moves = np.flatnonzero(ways)
    ends = moves[np.append(np.diff(ways[moves]) != 0, True)] if len(moves) else moves
    return np.append(0, ends + 1)


def smooth_noise(random: np.random.Generator, times_s: np.ndarray, columns: int, knot_s: float) -> np.ndarray:
    """Smooth noise of unit deviation: cubic B-splines over random knots, drawn in order of time.

    Args:
        random: another one gives other noise.
        times_s: (T,) ascending, from 0.
        columns: how many curves.
        knot_s: between the knots.

    Returns:
        float64 (T, columns).
    """
    count = int(np.floor(times_s[-1] / knot_s)) + 5
    knots = random.normal(size=(count, columns)) * 1.45
    place = times_s / knot_s
    at = place.astype(int)
    u = (place - at)[:, None]
    weights = ((1 - u) ** 3 / 6, (3 * u**3 - 6 * u * u + 4) / 6, (-3 * u**3 + 3 * u * u + 3 * u + 1) / 6, u**3 / 6)
    return np.sum([weight * knots[at + step] for step, weight in enumerate(weights)], axis=0)
