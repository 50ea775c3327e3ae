# SPDX-License-Identifier: GPL-3.0-or-later
"""Strokes that arrive when they should: small changes of pace, so that hands come to a halt on the stressed syllable.

The model follows its plan within a tenth of a second or so; an audience sees gestures that come late (Loehr 2012; Pouw
et al. 2020). The whole body is played a little faster or slower around each stroke, never backwards, twice as fast at most and
half as fast at least, so that the stroke also takes about as long as people's of its length. Movements that nobody planned, which the model
makes while it holds or gives back, come to their halts on the nearest stressed syllable, too.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...motion.adult_skeleton import ADULT_REST_M
from ...motion.clip import Clip
from ...motion.easing import smooth_step
from ...motion.gesture_plan import GestureUnit
from ...motion.joints import BODY_JOINTS, JOINT_INDEX, JOINT_NAMES, JOINT_PARENTS
from ...motion.kinematics.forward import forward
from ...motion.resampling import curves_at, rotations_at
from ...motion.smoothing import gaussian_smooth
from .stroke_duration import seen_s

# by eye
FARTHEST_S = 0.35  # a halt farther from the emphasis belongs to something else
LEAST_SPEED_MPS = 0.3
HALT = 0.12  # of the peak speed: the hand has arrived
STEEPEST, FLATTEST = 1.9, 0.45  # of the pace
APART_S = 0.08  # moments that are nearer are one
BESIDE_S, NEAR_S = 0.25, 0.45  # a halt that far from all planned ones is nobody's; and the stress it may be moved to
OWN_SPEED_MPS = 0.2  # of such a movement, at its fastest
HALVED = 0.5  # and slows down to less than that share of it
TOGETHER_S = 0.2  # halts of both hands within this are one
ROUNDS = 2  # bounds and neighbours leave some of the first one's way
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


@dataclass(frozen=True)
class HandStroke:
    """A hand's way to a halt: from and to in seconds, metres."""

    begins_s: float
    halts_s: float
    way_m: float


def stroke_near(speed: np.ndarray, rate_hz: float, earliest_s: float, latest_s: float) -> HandStroke | None:
    """The fastest movement of a hand.

    Args:
        speed: (T,) metres a second.
        rate_hz: of its frames.
        earliest_s, latest_s: the hand is fastest between these.

    Returns:
        None where it never was fast, or comes to no halt.
    """
    first, last = max(int(earliest_s * rate_hz), 0), min(int(latest_s * rate_hz) + 1, len(speed))
    if last - first < 3:
        return None
    peak = first + int(speed[first:last].argmax())
    if speed[peak] < LEAST_SPEED_MPS:
        return None
    slow = speed < HALT * speed[peak]
    after = np.flatnonzero(slow[peak : peak + int(0.6 * rate_hz)])
    if not len(after):
        return None
    before = np.flatnonzero(slow[: peak + 1])
    begins = int(before[-1]) if len(before) else 0
    halts = peak + int(after[0])
    return HandStroke(begins / rate_hz, halts / rate_hz, float(speed[begins:halts].sum() / rate_hz))


def knots(
    clip: Clip, units: Sequence[GestureUnit], bearing: float = 0.0, stresses_s: Sequence[float] = ()
) -> tuple[np.ndarray, np.ndarray]:
    """(n,), (n,) seconds, ascending: when strokes and beats should begin and arrive, and when they do."""
    speeds = wrist_speeds(clip)
    arrivals: list[tuple[float, HandStroke]] = []
    for unit in units:
        hands = {"left": speeds[:, 0], "right": speeds[:, 1], "both": speeds.max(axis=1)}[unit.hand]
        marks = [(unit.emphasis_s, unit.start_s, FARTHEST_S)] + [(beat, beat - 0.25, 0.2) for beat in unit.beats_s]
        for mark, earliest, reach in marks:
            found = stroke_near(hands, clip.rate_hz, max(earliest, mark - reach - 0.25), mark + reach - 0.08)
            if found is not None and abs(found.halts_s - mark) <= reach:
                arrivals.append((mark, found))
    pairs: list[tuple[float, float]] = []
    for mark, found in sorted(arrivals, key=lambda arrival: arrival[0]):
        for wanted, own in ((_should_begin_s(found, mark, bearing), found.begins_s), (mark, found.halts_s)):
            if not pairs or (wanted > pairs[-1][0] + APART_S and own > pairs[-1][1] + APART_S):
                pairs.append((wanted, own))
    marks_s = np.array([mark for unit in units for mark in (unit.emphasis_s, *unit.beats_s)])
    for halts_s in _halts_s(speeds, clip.rate_hz):
        if np.abs(marks_s - halts_s).min(initial=np.inf) > BESIDE_S:
            stress_s = min(stresses_s, key=lambda moment: abs(moment - halts_s), default=np.inf)
            if abs(stress_s - halts_s) <= NEAR_S:
                _put_between(pairs, (stress_s, halts_s))
    wanted_s, found_s = np.array(pairs).reshape(-1, 2).T
    return wanted_s, found_s


def _should_begin_s(stroke: HandStroke, halts_s: float, bearing: float) -> float:
    """When a stroke should begin that halts then, to take about as long as people's of its length."""
    usual_s = float(seen_s(np.array(stroke.way_m), bearing))
    takes_s = stroke.halts_s - stroke.begins_s
    return halts_s - float(np.clip(usual_s, takes_s / STEEPEST, takes_s / FLATTEST))


def _halts_s(speeds: np.ndarray, rate_hz: float) -> list[float]:
    """When hands, speeds (T, 2), come to a halt or turn, having been fast; both hands' as one."""
    found: list[tuple[float, float]] = []
    for speed in speeds.T:
        tops = 1 + np.flatnonzero((speed[1:-1] >= speed[:-2]) & (speed[1:-1] > speed[2:]))
        lows = np.append(1 + np.flatnonzero((speed[1:-1] <= speed[:-2]) & (speed[1:-1] < speed[2:])), len(speed) - 1)
        for top in tops[speed[tops] > OWN_SPEED_MPS]:
            low = int(lows[np.searchsorted(lows, top)])
            slow = np.flatnonzero(speed[top : low + 1] < HALT * speed[top])
            if speed[low] < HALVED * speed[top]:
                found.append(((top + int(slow[0]) if len(slow) else low) / rate_hz, float(speed[top])))
    merged: list[tuple[float, float]] = []
    for halt_s, fast in sorted(found):
        if merged and halt_s - merged[-1][0] < TOGETHER_S:
            before_s, had = merged[-1]
            merged[-1] = ((before_s * had + halt_s * fast) / (had + fast), had + fast)
        else:
            merged.append((halt_s, fast))
    return [halt_s for halt_s, _ in merged]


def _put_between(pairs: list[tuple[float, float]], pair: tuple[float, float]) -> None:
    """Put a pair among ascending ones, if there is room."""
    place = bisect(pairs, pair)
    before, after = pairs[:place][-1:], pairs[place : place + 1]
    if all(min(b - a for a, b in zip(one, pair)) > APART_S for one in before) and all(
        min(b - a for a, b in zip(pair, one)) > APART_S for one in after
    ):
        pairs.insert(place, pair)


def align_strokes_in_time(
    clip: Clip, units: Sequence[GestureUnit], bearing: float = 0.0, stresses_s: Sequence[float] = ()
) -> Clip:
    """The clip with its strokes on their emphases, and about as long as people's of their length.

    Args:
        clip: the model's motion.
        units: the plan.
        bearing: -1 quiet, 0 usual, 1 lively.
        stresses_s: of the voice, where movements beside the plan may come to their halts.
    """
    if not (len(units) or len(stresses_s)) or len(clip) < 3:
        return clip
    times_s = np.arange(len(clip)) / clip.rate_hz
    for _ in range(ROUNDS):
        wanted_s, found_s = knots(clip, units, bearing, stresses_s)
        if len(wanted_s):
            clip = _played(clip, paced(times_s, wanted_s, found_s))
    return clip


def _played(clip: Clip, source_s: np.ndarray) -> Clip:
    """The clip showing at each frame its moment source_s (T,)."""
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
        wanted_s, found_s: (n,) when strokes should arrive, and when they do; one at least.

    Returns:
        float64 (T,) seconds, never going back.
    """
    at, shifts = _with_rest(wanted_s, found_s - wanted_s)
    before = np.clip(np.searchsorted(at, times_s, side="right") - 1, 0, len(at) - 2)
    share = smooth_step((times_s - at[before]) / np.maximum(np.diff(at)[before], 1e-6))
    shift = shifts[before] + share * np.diff(shifts)[before]
    step = times_s[1] - times_s[0]
    pace = np.clip(1.0 + np.diff(shift) / step, FLATTEST, STEEPEST)
    source = np.concatenate([[0.0], np.cumsum(pace) * step])
    # what the limits took is given back slowly, so that the end stays where it is
    drift = source - (times_s - times_s[0] + shift)
    settled = source - gaussian_smooth(drift, 1.0 / step)
    return np.clip(np.maximum.accumulate(settled), 0.0, times_s[-1])


def _with_rest(wanted_s: np.ndarray, shifts_s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Knots (n,) and their shifts with more where there is time to come back to none: before, after and between them."""
    at, shifts = [-np.inf], [0.0]
    for wanted, shift in zip(wanted_s, shifts_s):
        back = 0.3 + 1.2 * abs(shift)
        last_back = 0.3 + 1.2 * abs(shifts[-1])
        if wanted - at[-1] > back + last_back:
            if np.isfinite(at[-1]):
                at.append(at[-1] + last_back)
                shifts.append(0.0)
            at.append(wanted - back)
            shifts.append(0.0)
        at.append(wanted)
        shifts.append(float(shift))
    at.append(at[-1] + 0.3 + 1.2 * abs(shifts[-1]))
    return np.array(at[1:]), np.array([*shifts[1:], 0.0])
