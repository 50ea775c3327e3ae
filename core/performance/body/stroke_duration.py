# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a hand takes for its way: longer ways take longer, though less than in proportion, and lively people are quicker.

The law and its figures were measured on recorded strokes (`weights/bearing`).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ...motion import rotations as rot
from ...motion.adult_skeleton import adult_position
from ...motion.joints import SIDES
from ...statistics import BEARING, statistics_of

ARM = ("collar", "shoulder", "elbow")  # whose rotations say where the wrist is
# Of a movement with minimum jerk so much is faster than a tenth of its highest speed, which is what was measured.
_SEEN = 0.827
_LEAST_WAY_M = 0.02


def takes_s(way_m: np.ndarray, bearing: float = 0.0) -> np.ndarray:
    """How long ways of a hand take, with minimum jerk from rest to rest.

    Args:
        way_m: (...) metres.
        bearing: -1 quiet, 0 usual, 1 lively; beyond and between geometrically.

    Returns:
        (...) seconds.
    """
    return seen_s(way_m, bearing) / _SEEN


def seen_s(way_m: np.ndarray, bearing: float = 0.0) -> np.ndarray:
    """As `takes_s`, of the time in which the hand is faster than a tenth of its highest speed."""
    law = statistics_of(BEARING)["strokes"]
    own = law["log_duration"]["lively" if bearing > 0.0 else "quiet"] * abs(bearing)
    return np.exp(law["log_s_at_a_metre"] + own) * np.maximum(way_m, _LEAST_WAY_M) ** law["exponent"]


def way_within_m(time_s: float, bearing: float = 0.0) -> float:
    """How far a hand gets in a time, metres: the reverse of `takes_s`."""
    law = statistics_of(BEARING)["strokes"]
    return float((time_s / takes_s(np.array(1.0), bearing)) ** (1.0 / law["exponent"]))


def ways_m(first: np.ndarray, second: np.ndarray, side: str) -> np.ndarray:
    """How far the wrist of a side goes against the chest when collar, shoulder and elbow turn from pose to pose.

    Args:
        first, second: (n, 3, 4) local rotations of ARM.
        side: left or right.

    Returns:
        float64 (n,) metres, along the arc.
    """
    half = rot.slerp(first.reshape(-1, 4), second.reshape(-1, 4), np.full(first.size // 4, 0.5)).reshape(first.shape)
    places = [wrist_m(poses, side) for poses in (first, half, second)]
    steps = [np.linalg.norm(after - before, axis=-1) for before, after in zip(places, places[1:])]
    return np.sum(steps, axis=0)


def wrist_m(poses: np.ndarray, side: str) -> np.ndarray:
    """Where a wrist is, seen from its collar: (n, 3) metres in the chest's axes. poses: (n, 3, 4) local rotations of ARM."""
    place = np.zeros((len(poses), 3))
    for index, offset in reversed(list(enumerate(_offsets_m()[side]))):
        place = rot.rotate(poses[:, index].astype(np.float64), place + offset)
    return place


@lru_cache(maxsize=1)
def _offsets_m() -> dict[str, np.ndarray]:
    """By side: from collar to shoulder, from there to the elbow, from there to the wrist, (3, 3) metres."""
    joints = (*ARM, "wrist")
    return {
        side: np.diff([adult_position(f"{side}_{joint}") for joint in joints], axis=0).astype(np.float64)
        for side in SIDES
    }
