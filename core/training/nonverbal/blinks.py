# SPDX-License-Identifier: GPL-3.0-or-later
"""Spontaneous blinks, from the openness of eyelids."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...motion.spans import spans
from .summary import quantiles

_LID_STEP_S = 0.005


@dataclass(frozen=True)
class Blink:
    """Phases of a spontaneous blink, seconds. depth: share of the opening at rest that is closed. time_s: its middle."""

    closing_s: float
    closed_s: float
    opening_s: float
    depth: float
    time_s: float


def blinks(folder: Path) -> dict:
    """Spontaneous blinks: rate over people, intervals as a share of the person's mean, phases of the movement, depth."""
    found: list[Blink] = []
    intervals: list[float] = []
    per_person: dict[str, list[float]] = {}
    for person, times_s, openness in _lids(folder):
        grid = np.arange(times_s[0], times_s[-1], _LID_STEP_S)
        own = list(_blinks_of(grid, np.interp(grid, times_s, openness)))
        found += own
        count = per_person.setdefault(person, [0.0, 0.0])
        count[0] += len(own)
        count[1] += (grid[-1] - grid[0]) / 60
        if len(own) > 8:
            gaps = np.diff([blink.time_s for blink in own])
            intervals += list(gaps / gaps.mean())
    return {
        "people": len(per_person),
        "blinks": len(found),
        "minutes": round(sum(minutes for _, minutes in per_person.values()), 1),
        "rate_per_min": quantiles([count / minutes for count, minutes in per_person.values()]),
        "interval_of_mean": quantiles(intervals),
        "closing_s": quantiles([blink.closing_s for blink in found]),
        "closed_s": quantiles([blink.closed_s for blink in found]),
        "opening_s": quantiles([blink.opening_s for blink in found]),
        "depth": quantiles([blink.depth for blink in found]),
    }


def _lids(folder: Path) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """For each recording: whose, times (T,) in seconds, openness (T,) of both eyes' mean."""
    with np.load(folder / "blinks" / "headset_openness.npz") as data:
        lengths, recordings = data["lengths"], data["recordings"]
        times_s = data["time_s"].astype(np.float64)
        openness = (data["openness_left"].astype(np.float64) + data["openness_right"]) / 2
    ends = np.cumsum(lengths)
    for name, begin, end in zip(recordings, ends - lengths, ends):
        yield str(name).split("/")[0], times_s[begin:end], openness[begin:end]


def _blinks_of(grid: np.ndarray, lid: np.ndarray) -> Iterator[Blink]:
    """The blinks in an eyelid's openness (T,) at times (T,), every 5 ms."""
    for first, last in spans(lid < 0.5):
        rest = np.median(lid[max(first - 120, 0) : max(first - 40, 1)])
        if not 0.03 <= (last - first) * _LID_STEP_S <= 0.5 or rest < 0.7 or last + 100 >= len(lid):
            continue  # closed for longer is no blink but closed eyes; a squint has no rest position
        lowest = lid[first:last].min()
        low, high = lowest + 0.1 * (rest - lowest), lowest + 0.9 * (rest - lowest)
        start = first - int(np.argmax(lid[max(first - 60, 0) : first + 1][::-1] > high))
        down = first + int(np.argmax(lid[first:last] <= low))
        up = last - 1 - int(np.argmax(lid[first:last][::-1] <= low))
        finish = last + int(np.argmax(lid[last : last + 120] > high))
        yield Blink(
            (down - start) * _LID_STEP_S,
            (up - down) * _LID_STEP_S,
            (finish - up) * _LID_STEP_S,
            (rest - lowest) / rest,
            grid[(first + last) // 2],
        )
