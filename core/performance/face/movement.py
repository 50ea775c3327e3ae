# SPDX-License-Identifier: GPL-3.0-or-later
"""Building blocks of movement: smooth steps, bumps and drift."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...motion.easing import minimum_jerk


def steps(
    times_s: np.ndarray, targets: np.ndarray, durations_s: np.ndarray, frames: int, rate_hz: float, start: float = 0.0
) -> np.ndarray:
    """A curve that moves from target to target with minimum jerk and holds each until the next.

    Moves that are cut short by the next one go on from where they are.

    Args:
        times_s, targets, durations_s: (n,) when each move begins, where to, how long it takes; in order of time.
        frames, rate_hz: of the curve.
        start: its value before the first move.

    Returns:
        float64 (frames,).
    """
    curve = np.full(frames, start)
    value = start
    following_s = np.append(times_s[1:], np.inf)
    reached = minimum_jerk((following_s - times_s) / np.maximum(durations_s, 1e-6))
    for begin_s, next_s, target, duration_s, share in zip(times_s, following_s, targets, durations_s, reached.tolist()):
        first = max(int(np.ceil(begin_s * rate_hz)), 0)
        last = min(int(np.ceil(min(next_s * rate_hz, frames))), frames)
        if last <= first:
            continue
        moved = minimum_jerk((np.arange(first, last) / rate_hz - begin_s) / max(duration_s, 1e-6))
        curve[first:last] = value + (target - value) * moved
        value = value + (target - value) * share
    return curve


def add_bump(
    curve: np.ndarray, rate_hz: float, start_s: float, rise_s: float, hold_s: float, fall_s: float, height: float
) -> None:
    """Add to a curve (T,) in place: up by height within rise_s from start_s on, stay for hold_s, down again within
    fall_s."""
    end_s = start_s + rise_s + hold_s + fall_s
    first, last = max(int(np.ceil(start_s * rate_hz)), 0), min(int(end_s * rate_hz) + 1, len(curve))
    if last <= first:
        return
    since = np.arange(first, last) / rate_hz - start_s
    falls = minimum_jerk((since - rise_s - hold_s) / fall_s)
    curve[first:last] += height * np.minimum(minimum_jerk(since / rise_s), 1.0 - falls)


def drift(
    random: np.random.Generator,
    frames: int,
    rate_hz: float,
    bands_hz: Sequence[Sequence[float]],
    band_sd: Sequence[float] | np.ndarray,
) -> np.ndarray:
    """Smooth noise.

    Args:
        random: draws the phases.
        frames, rate_hz: of the curve.
        bands_hz: (n, 2) from and to.
        band_sd: (n,) the standard deviation in each band.

    Returns:
        float64 (frames,) in the unit of band_sd.
    """
    length = 1 << max(int(np.ceil(np.log2(max(frames, 2) + 4 * rate_hz))), 4)
    frequency = np.fft.rfftfreq(length, 1 / rate_hz)
    spectrum = np.zeros(len(frequency), complex)
    for (low, high), sd in zip(bands_hz, band_sd):
        inside = (frequency >= max(low, 0.02)) & (frequency < high)
        count = int(inside.sum())
        if count:
            spectrum[inside] = sd * length / np.sqrt(2.0 * count) * np.exp(2j * np.pi * random.random(count))
    return np.fft.irfft(spectrum, length)[:frames]
