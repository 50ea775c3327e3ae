# SPDX-License-Identifier: GPL-3.0-or-later
"""Strokes that arrive when they should: small changes of pace, so that hands come to a halt on the stressed syllable.

The model follows its plan within a tenth of a second or so; an audience sees gestures that come late (Loehr 2012; Pouw
et al. 2020). The whole body is played a little faster or slower around each stroke, never backwards and never by more
than half.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ...motion.adult_skeleton import ADULT_REST_M
from ...motion.clip import Clip
from ...motion.easing import smooth_step
from ...motion.gesture_plan import GestureUnit
from ...motion.joints import BODY_JOINTS, JOINT_INDEX, JOINT_NAMES, JOINT_PARENTS
from ...motion.kinematics.forward import forward
from ...motion.resampling import curves_at, rotations_at
from ...motion.smoothing import gaussian_smooth

# by eye
FARTHEST_S = 0.35  # a halt farther from the emphasis belongs to something else
LEAST_SPEED_MPS = 0.3
HALT = 0.12  # of the peak speed: the hand has arrived
STEEPEST, FLATTEST = 1.6, 0.55  # of the pace
_SMOOTH_S = 0.04
_CHAIN = [JOINT_INDEX[name] for name in BODY_JOINTS]


def wrist_speeds(clip: Clip) -> np.ndarray:
    """How fast the wrists go, seen from the chest: float64 (T, 2) metres a second, left and right."""
    rest = np.asarray(ADULT_REST_M, np.float64)
    parents = [JOINT_PARENTS[joint] for joint in _CHAIN]
    offsets = np.array([rest[joint] - (rest[parent] if parent >= 0 else 0.0) for joint, parent in zip(_CHAIN, parents)])
    places, turns = forward(clip.rotations[:, _CHAIN], np.zeros((len(clip), 3)), offsets, parents)
    wrists = places[:, [JOINT_INDEX["left_wrist"], JOINT_INDEX["right_wrist"]]] - places[:, [JOINT_INDEX["spine3"]]]
    wrists = gaussian_smooth(wrists, _SMOOTH_S * clip.rate_hz)
    return np.linalg.norm(np.gradient(wrists, axis=0), axis=-1) * clip.rate_hz


def halt_s(speed: np.ndarray, rate_hz: float, earliest_s: float, latest_s: float) -> float | None:
    """When a hand has come to a halt.

    Args:
        speed: (T,) metres a second.
        rate_hz: of its frames.
        earliest_s, latest_s: the hand is fastest between these.

    Returns:
        Seconds, or None where it never was fast.
    """
    first, last = max(int(earliest_s * rate_hz), 0), min(int(latest_s * rate_hz) + 1, len(speed))
    if last - first < 3:
        return None
    peak = first + int(speed[first:last].argmax())
    if speed[peak] < LEAST_SPEED_MPS:
        return None
    below = np.flatnonzero(speed[peak : peak + int(0.6 * rate_hz)] < HALT * speed[peak])
    return (peak + float(below[0])) / rate_hz if len(below) else None


def knots(clip: Clip, units: Sequence[GestureUnit]) -> tuple[np.ndarray, np.ndarray]:
    """(n,), (n,) seconds, ascending: when strokes and beats should arrive, and when they do."""
    speeds = wrist_speeds(clip)
    wanted: list[float] = []
    found: list[float] = []
    for unit in units:
        hands = {"left": speeds[:, 0], "right": speeds[:, 1], "both": speeds.max(axis=1)}[unit.hand]
        marks = [(unit.emphasis_s, unit.start_s, FARTHEST_S)] + [(beat, beat - 0.25, 0.2) for beat in unit.beats_s]
        for mark, earliest, reach in marks:
            halt = halt_s(hands, clip.rate_hz, max(earliest, mark - reach - 0.25), mark + reach - 0.08)
            if halt is not None and abs(halt - mark) <= reach:
                wanted.append(mark)
                found.append(halt)
    order = np.argsort(wanted)
    return np.asarray(wanted)[order], np.asarray(found)[order]


def align_strokes_in_time(clip: Clip, units: Sequence[GestureUnit]) -> Clip:
    """The clip with its strokes on their emphases."""
    if not len(units) or len(clip) < 3:
        return clip
    times_s = np.arange(len(clip)) / clip.rate_hz
    source_s = paced(times_s, *knots(clip, units))
    rotations = np.stack(
        [
            rotations_at(clip.rotations[:, joint].astype(np.float64), clip.rate_hz, 0.0, source_s)
            for joint in range(len(JOINT_NAMES))
        ],
        axis=1,
    )
    root = curves_at(clip.root_translation_m.astype(np.float64), clip.rate_hz, 0.0, source_s)
    return replace(clip, rotations=rotations.astype(np.float32), root_translation_m=root.astype(np.float32))


def paced(times_s: np.ndarray, wanted_s: np.ndarray, found_s: np.ndarray) -> np.ndarray:
    """Which moment to show at each time: found_s at wanted_s, itself far from all of them.

    The pace stays between FLATTEST and STEEPEST, for which strokes may miss their moment.

    Args:
        times_s: (T,) evenly spaced.
        wanted_s, found_s: (n,) when strokes should arrive, and when they do.

    Returns:
        float64 (T,) seconds, never going back.
    """
    shift = np.zeros(len(times_s))
    weight = np.zeros(len(times_s))
    for wanted, found in zip(wanted_s, found_s):
        width = 0.3 + 1.2 * abs(found - wanted)
        bump = smooth_step(1.0 - np.abs(times_s - wanted) / width)
        shift += bump * (found - wanted)
        weight += bump
    shift /= np.maximum(weight, 1.0)
    step = times_s[1] - times_s[0]
    pace = np.clip(1.0 + np.diff(shift) / step, FLATTEST, STEEPEST)
    source = np.concatenate([[0.0], np.cumsum(pace) * step])
    # what the limits took is given back slowly, so that the end stays where it is
    drift = source - (times_s - times_s[0] + shift)
    settled = source - gaussian_smooth(drift, 1.0 / step)
    return np.clip(np.maximum.accumulate(settled), 0.0, times_s[-1])
