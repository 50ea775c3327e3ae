# SPDX-License-Identifier: GPL-3.0-or-later
"""Smoothing that neither delays a curve nor lowers its peaks."""

from __future__ import annotations

import numpy as np


def gaussian(values: np.ndarray, sigma: float) -> np.ndarray:
    """(T, …) smoothed over the first axis by a Gaussian of `sigma` frames, ends repeated. Zero phase."""
    if sigma <= 0.0 or len(values) < 2:
        return values.copy()
    reach = int(np.ceil(3.0 * sigma))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    kernel /= kernel.sum()
    flat = values.reshape(len(values), -1)
    padded = np.pad(flat, ((reach, reach), (0, 0)), mode="edge").astype(np.float64)
    result = np.zeros(flat.shape)
    for offset, weight in enumerate(kernel):
        result += weight * padded[offset : offset + len(flat)]
    return result.reshape(values.shape).astype(values.dtype)


def peak_hull(values: np.ndarray, reach: int) -> np.ndarray:
    """A smooth curve nowhere below (T,): the highest within ± 2 `reach` frames, then twice the mean over ± `reach`."""
    if reach < 1 or not len(values):
        return values.copy()
    padded = np.pad(values.astype(np.float64), 2 * reach, mode="edge")
    high = np.lib.stride_tricks.sliding_window_view(padded, 4 * reach + 1).max(-1)
    for _ in range(2):
        total = np.cumsum(np.concatenate([[0.0], np.pad(high, reach, mode="edge")]))
        high = (total[2 * reach + 1 :] - total[: -2 * reach - 1]) / (2 * reach + 1)
    return high


def keep_peaks(values: np.ndarray, sigma: float, prominence: float = 0.05) -> np.ndarray:
    """Smooth (T, …) by a Gaussian of `sigma` frames, but reach every peak and valley that stands out by `prominence`.

    What the Gaussian takes from such an extremum is given back around it, falling off over 2 sigma: a mouth that
    closes for two frames still closes, while the trembling between goes.
    """
    smooth = gaussian(values, sigma)
    if sigma <= 0.0 or len(values) < 3:
        return smooth
    flat, result = values.reshape(len(values), -1), smooth.reshape(len(values), -1)
    distance = np.arange(-int(np.ceil(4 * sigma)), int(np.ceil(4 * sigma)) + 1)
    bump = np.exp(-0.5 * (distance / (1.2 * sigma)) ** 2)
    for channel in range(flat.shape[1]):
        at = extrema(flat[:, channel], prominence)
        if len(at) == 0:
            continue
        index = at[:, None] + distance
        inside = (index >= 0) & (index < len(flat))
        weight = np.zeros(len(flat))
        np.add.at(weight, index[inside], np.broadcast_to(bump, index.shape)[inside])
        for _ in range(12):  # extrema closer than a bump disturb each other
            missing = flat[at, channel].astype(np.float64) - result[at, channel]
            total = np.zeros(len(flat))
            np.add.at(total, index[inside], (bump * missing[:, None])[inside])
            result[:, channel] += (total / np.maximum(weight, 1.0)).astype(result.dtype)
    return np.clip(result, flat.min(0), flat.max(0)).reshape(values.shape)


def extrema(curve: np.ndarray, prominence: float) -> np.ndarray:
    """Indices of the maxima and minima of (T,) between which the curve moves by at least `prominence`, in order."""
    if len(curve) < 3:
        return np.zeros(0, int)
    found: list[int] = []
    low = high = direction = 0
    for index, value in enumerate(curve.tolist()):
        if value > curve[high]:
            high = index
        if value < curve[low]:
            low = index
        if direction >= 0 and curve[high] - value >= prominence:
            if high > 0:
                found.append(high)
            direction, low, high = -1, index, index
        elif direction <= 0 and value - curve[low] >= prominence:
            if low > 0:
                found.append(low)
            direction, low, high = 1, index, index
    return np.array(found, int)


def minimum_jerk(x: np.ndarray) -> np.ndarray:
    """0 to 1 as x goes from 0 to 1, with no speed and no acceleration at either end (Flash and Hogan 1985).

    Args:
        x: (...) share of the movement's duration; clipped to 0..1.

    Returns:
        (...) share of the way.
    """
    x = np.clip(x, 0.0, 1.0)
    return x * x * x * (x * (6.0 * x - 15.0) + 10.0)


def smooth_step(x: np.ndarray, low: float = 0.0, high: float = 1.0) -> np.ndarray:
    """0 up to `low`, 1 from `high` on, by the cubic 3u² − 2u³ between: no slope at either end.

    Args:
        x: (...) in any unit, that of low and high.

    Returns:
        (...) 0..1.
    """
    u = np.clip((x - low) / (high - low), 0.0, 1.0)
    return u * u * (3.0 - 2.0 * u)
