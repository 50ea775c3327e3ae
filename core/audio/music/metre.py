# SPDX-License-Identifier: GPL-3.0-or-later
"""Bars: how many beats they have, which beats begin one, and whether a beat divides into two or three."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .heard import CURVE_RATE_HZ

BEATS_A_BAR = {"4/4": 4, "3/4": 3, "6/8": 2}


@dataclass(frozen=True)
class Bars:
    """metre: of BEATS_A_BAR. beats_a_bar: 4, 3 or 2. first: index of the first beat that begins a bar."""

    metre: str
    beats_a_bar: int
    first: int


def thirds_over_halves(onset: np.ndarray, beats_s: np.ndarray) -> float:
    """How strong onsets are both a third and two thirds through the beats, against halfway: a swung beat has one of them alone.

    Args:
        onset: (T,), a hundred a second.
        beats_s: (n,).

    Returns:
        A ratio; 1 where there are too few beats to tell.
    """
    if len(beats_s) < 4 or len(onset) < 6:
        return 1.0
    places = []
    for share in (1.0 / 3.0, 0.5, 2.0 / 3.0):
        at = beats_s[:-1] + share * np.diff(beats_s)
        frames = np.round(at * CURVE_RATE_HZ).astype(int).clip(2, len(onset) - 3)
        places.append(float(np.mean([onset[frame - 2 : frame + 3].max() for frame in frames])))
    return min(places[0], places[2]) / max(places[1], 1e-6) if places[1] > 0.0 else 1.0
