# SPDX-License-Identifier: GPL-3.0-or-later
"""Moving holds: what hands do between the planned strokes, and on no stress, is slowed to a drift.

An audience takes every quick movement that ends in a halt for a stroke and expects it on a stressed word. The model makes some that
nobody planned; where none of the voice's stresses is near, an arm keeps its way, roughly, and its smallest movements, and loses its haste.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...motion import rotations as rot
from ...motion.clip import Clip
from ...motion.easing import smooth_step
from ...motion.joints import JOINT_INDEX, SIDES
from ...motion.smoothing import gaussian_smooth
from .stroke_alignment import wrist_speeds

# By the bench `gesture`, training sounds.
STROKE_MPS = 0.15  # a movement that is nowhere faster is none that anybody takes for a stroke
PLANNED_S, STRESSED_S = 0.15, 0.08  # a halt that near to a planned one, or to a stress, is motivated
SLOWER_S, DETAIL_S = 0.2, 0.03  # deviations: what slows an arm; what is faster than this lives on
_GAIN = 1.3  # how soon faster movements are slowed wholly
_HALT = 0.1  # of the peak speed: the hand has arrived
_EDGE_S = 0.2  # by eye: in and out
_ARM = ("collar", "shoulder", "elbow", "wrist")


@dataclass(frozen=True)
class Movement:
    """Of a hand, from where it is slowest to where it is slowest again, and its halt, in seconds; its highest speed."""

    begins_s: float
    ends_s: float
    halts_s: float
    peak_mps: float


def movements(speed: np.ndarray, rate_hz: float) -> list[Movement]:
    """A hand's movements that an audience may take for strokes. speed: (T,) metres a second."""
    from scipy.signal import find_peaks

    found = []
    for top in map(int, find_peaks(speed, height=STROKE_MPS, prominence=0.5 * STROKE_MPS)[0]):
        first = last = top
        while first > 0 and speed[first - 1] < speed[first]:
            first -= 1
        while last + 1 < len(speed) and speed[last + 1] < speed[last]:
            last += 1
        slow = np.flatnonzero(speed[top : last + 1] < _HALT * speed[top])
        halt = top + int(slow[0]) if len(slow) else last
        found.append(Movement(first / rate_hz, last / rate_hz, halt / rate_hz, float(speed[top])))
    return found


def with_moving_holds(clip: Clip, marks_s: Sequence[float], stresses_s: Sequence[float]) -> Clip:
    """The clip with arms that drift where they moved quickly without a reason.

    Args:
        clip: strokes on time.
        marks_s: when planned strokes and beats arrive.
        stresses_s: of the voice.
    """
    if len(clip) < 3:
        return clip
    speeds, rotations = wrist_speeds(clip), clip.rotations.astype(np.float64)
    for column, side in enumerate(SIDES):
        made = movements(speeds[:, column], clip.rate_hz)
        share = _slowed(made, np.arange(len(clip)) / clip.rate_hz, marks_s, stresses_s)
        if not share.any():
            continue
        for joint in (JOINT_INDEX[f"{side}_{part}"] for part in _ARM if f"{side}_{part}" in clip.driven):
            own = rot.continuous(rotations[:, joint])
            detail = rot.multiply(rot.inverse(_smooth(own, DETAIL_S * clip.rate_hz)), own)
            slow = rot.multiply(_smooth(own, SLOWER_S * clip.rate_hz), detail)
            rotations[:, joint] = rot.slerp(own, slow, share)
    return replace(clip, rotations=rot.continuous(rotations).astype(np.float32))


def _slowed(
    made: Sequence[Movement], times_s: np.ndarray, marks_s: Sequence[float], stresses_s: Sequence[float]
) -> np.ndarray:
    """(T,) 0..1: how far an arm is slowed; movements with a reason are left as they are."""
    share, kept = np.zeros(len(times_s)), np.ones(len(times_s))
    for movement in made:
        inside = smooth_step(times_s, movement.begins_s - _EDGE_S, movement.begins_s)
        inside *= 1.0 - smooth_step(times_s, movement.ends_s, movement.ends_s + _EDGE_S)
        if _near(movement.halts_s, marks_s, PLANNED_S) or _near(movement.halts_s, stresses_s, STRESSED_S):
            kept = np.minimum(kept, 1.0 - inside)
        else:
            share = np.maximum(share, inside * min(1.0, _GAIN * (1.0 - STROKE_MPS / movement.peak_mps)))
    return np.minimum(share, kept)


def _near(moment_s: float, others_s: Sequence[float], reach_s: float) -> bool:
    return any(abs(other_s - moment_s) <= reach_s for other_s in others_s)


def _smooth(turns: np.ndarray, sigma_frames: float) -> np.ndarray:
    """Unit quaternions (T, 4) of one sign, smoothed."""
    found = gaussian_smooth(turns, sigma_frames)
    return found / np.linalg.norm(found, axis=-1, keepdims=True)
