# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures of lids, glances and brows over time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...motion.spans import spans

LONGEST_S = 0.5  # a blink; as the recipe of the statistics has it
JUMP_DEG_S = 30.0  # eyes that move faster jump, as trackers have it; small jumps of a resting eye are slower at 60 Hz
BEGUN = 0.5  # of the way to shut: a lid that goes farther blinks


def blink_times_s(lid: np.ndarray, rate_hz: float) -> np.ndarray:
    """When each blink is deepest, (n,) seconds; lid (T,) 0 open to 1 shut."""
    return np.array([(first + int(lid[first:last].argmax())) / rate_hz for first, last in spans(lid > BEGUN)])


def blink_figures(lid: np.ndarray, rate_hz: float) -> dict[str, float]:
    """per_min; full: share of blinks over 0.95; longest_gap_s: without a blink, ends of the sound included; median_ms: time over half."""
    found = spans(lid > BEGUN)
    times = blink_times_s(lid, rate_hz)
    edges = np.concatenate([[0.0], times, [len(lid) / rate_hz]])
    return {
        "per_min": len(found) / (len(lid) / rate_hz / 60.0),
        "full": float(np.mean([lid[first:last].max() > 0.95 for first, last in found])) if found else float("nan"),
        "longest_gap_s": float(np.diff(edges).max()),
        "median_ms": float(np.median([last - first for first, last in found])) / rate_hz * 1000.0
        if found
        else float("nan"),
    }


def blink_lengths_s(lid: np.ndarray, rate_hz: float) -> np.ndarray:
    """How long each blink is over half, float64 (n,) seconds; what lasts over half a second are closed eyes, no blink."""
    lengths = np.array([last - first for first, last in spans(lid > BEGUN)], np.float64) / rate_hz
    return lengths[lengths < LONGEST_S]


def rests_and_jumps(yaw_deg: np.ndarray, pitch_deg: np.ndarray, rate_hz: float) -> tuple[np.ndarray, np.ndarray]:
    """Fixations and saccades by the speed of the eyes.

    Args:
        yaw_deg, pitch_deg: (T,) of the eyes.
        rate_hz: of them.

    Returns:
        Seconds of each rest between two jumps, and degrees of each jump, float64 (n,) each.
    """
    speed = np.hypot(np.diff(yaw_deg), np.diff(pitch_deg)) * rate_hz
    found = spans(speed > JUMP_DEG_S)
    jumps = [np.hypot(yaw_deg[last] - yaw_deg[first], pitch_deg[last] - pitch_deg[first]) for first, last in found]
    rests = [(begin - end) / rate_hz for (_, end), (begin, _) in zip(found, found[1:])]
    return np.array(rests, np.float64), np.array(jumps, np.float64)


def of_quantiles(quantiles: Sequence[float], count: int) -> np.ndarray:
    """So many values that are distributed as evenly spaced quantiles say, float64 (count,)."""
    return np.interp(np.linspace(0.0, 1.0, count), np.linspace(0.0, 1.0, len(quantiles)), quantiles)


def coincidence(events: Sequence[np.ndarray], duration_s: float, near_s: float = 0.05) -> tuple[float, float]:
    """How far the events of different performances happen together.

    Args:
        events: (n,) seconds of each performance.
        duration_s: of all of them.
        near_s: so near is together.

    Returns:
        Share of events with one of another performance near, mean over pairs, and that share by chance.
    """
    shares, chances = [], []
    for i, mine in enumerate(events):
        for j, other in enumerate(events):
            if i == j or not len(mine) or not len(other):
                continue
            shares.append(np.mean(np.abs(mine[:, None] - other).min(1) < near_s))
            chances.append(1.0 - (1.0 - 2.0 * near_s / duration_s) ** len(other))
    return float(np.mean(shares)), float(np.mean(chances))


def distance_of_distributions(a: np.ndarray, b: np.ndarray) -> float:
    """Kolmogorov and Smirnov's: the largest difference of the two cumulative distributions."""
    a, b = np.sort(a), np.sort(b)
    every = np.concatenate([a, b])
    shares = (np.searchsorted(part, every, side="right") / len(part) for part in (a, b))
    return float(np.abs(np.subtract(*shares)).max())
