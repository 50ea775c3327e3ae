# SPDX-License-Identifier: GPL-3.0-or-later
"""Gesture strokes found in motion alone: when do the hands arrive, where do they rest?

A stroke's emphasis is taken where a wrist that moved fast comes to a halt away from its place of rest: the arrest that ends
the stroke (Kendon 2004; the motor counterpart of Leonard and Cummins' "point of maximum extension", 2011). The constants
were chosen on the training gestures against their labelled emphasis; `python -m core.evaluation gesture` states the error
on the validation gestures. It knows nothing of plans or of sound, so it judges every motion alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...motion.clip import Clip
from ...motion.halts import frames_to_halt
from ...motion.joints import JOINT_INDEX
from ...motion.smoothing import gaussian_smooth
from .positions import positions_of

WRISTS = (JOINT_INDEX["left_wrist"], JOINT_INDEX["right_wrist"])
CHEST = JOINT_INDEX["spine3"]
SMOOTH_S = 1.0 / 30.0
LEAST_SPEED_MPS = 0.15  # of a stroke at its fastest
PROMINENCE_MPS = 0.10
HALT = 0.10  # of the stroke's highest speed: slower is a halt
LATE_S = -0.020  # by how much a halt found so comes after the labelled emphasis, median of the training gestures
AWAY = 0.3  # of the wrist's widest excursion: nearer to the place of rest it is a retraction, no stroke
BACK = 0.5  # of the excursion at a movement's start: a movement that ends nearer to rest is a retraction too
LEAST_EXCURSION_M = 0.08
TOGETHER_S = 0.2  # both hands' arrivals within this are one stroke
REST_M = 0.12
REST_SPEED_MPS = 0.20


@dataclass(frozen=True)
class Hands:
    """What the wrists do: times are seconds of the sound.

    strokes_s (n,): emphases in order. strengths (n,): speed before the halt in m/s (both hands' added). resting bool (T,): both
    hands lie still at their places of rest. speed_mps (T, 2): of the wrists against the chest. excursion_m (T, 2): from rest.
    """

    strokes_s: np.ndarray
    strengths: np.ndarray
    resting: np.ndarray
    speed_mps: np.ndarray
    excursion_m: np.ndarray
    rate_hz: float
    start_s: float

    @property
    def times_s(self) -> np.ndarray:
        return self.start_s + np.arange(len(self.resting)) / self.rate_hz


def rest_place(places_m: np.ndarray, speed_mps: np.ndarray) -> np.ndarray:
    """(3,): where a wrist (T, 3) is most of the time when it is slow and low."""
    slow = speed_mps <= max(np.percentile(speed_mps, 40), 0.05)
    low = places_m[:, 1] <= np.percentile(places_m[slow, 1], 60) + 1e-6
    kept = places_m[slow & low]
    kept = kept[:: max(1, len(kept) // 400)]
    near = (np.linalg.norm(kept[:, None] - kept[None], axis=-1) < 0.06).sum(1)
    return np.median(kept[np.linalg.norm(kept - kept[near.argmax()], axis=-1) < 0.06], axis=0)


@dataclass(frozen=True)
class Stroke:
    """One wrist's way to a halt: from and to in seconds from the clip's beginning, where it is slower than HALT of its
    highest speed or turns; the way in metres, the highest speed in m/s."""

    start_s: float
    end_s: float
    length_m: float
    peak_mps: float


def strokes_of(hands: Hands, side: int) -> list[Stroke]:
    """The strokes of one wrist, 0 left, 1 right; what ends at rest is none."""
    return _strokes(hands.speed_mps[:, side], hands.excursion_m[:, side], hands.rate_hz)


def _strokes(speed: np.ndarray, excursion: np.ndarray, rate_hz: float) -> list[Stroke]:
    """The halts of one wrist away from its rest."""
    from scipy.signal import find_peaks

    widest = excursion.max(initial=0.0)
    if widest < LEAST_EXCURSION_M:
        return []
    found = []
    for peak in find_peaks(speed, height=LEAST_SPEED_MPS, prominence=PROMINENCE_MPS)[0]:
        end = _slow_from(speed[peak:])
        begin = _slow_from(speed[peak::-1])
        end_at, begin_at = min(peak + round(end), len(speed) - 1), max(peak - int(np.ceil(begin)), 0)
        # What ends near rest, or much nearer to it than it began, is a retraction, even one that is broken off.
        turned = _turn_before(speed, int(peak))
        if excursion[end_at] >= max(AWAY * widest, BACK * excursion[turned]):
            way = float(speed[begin_at : end_at + 1].sum()) / rate_hz
            found.append(Stroke((peak - begin) / rate_hz, (peak + end) / rate_hz, way, float(speed[peak])))
    return found


def _slow_from(speed: np.ndarray) -> float:
    """How many frames after the first, the peak, the speed is down to HALT of it, or begins to rise again."""
    wanted = HALT * speed[0]
    frame = frames_to_halt(speed, wanted)
    if frame and speed[frame] <= wanted:  # it was crossed on the way from the frame before
        return frame - 1 + float((speed[frame - 1] - wanted) / (speed[frame - 1] - speed[frame]))
    return float(frame)


def _turn_before(speed: np.ndarray, peak: int) -> int:
    """The frame from which on the speed rises to a peak."""
    while peak > 0 and speed[peak - 1] < speed[peak]:
        peak -= 1
    return peak


def hands_of(clip: Clip, positions_m: np.ndarray | None = None) -> Hands:
    """The strokes and rests of a clip. positions_m (T, 55, 3): its joints, if they are known already."""
    positions_m = positions_of(clip) if positions_m is None else positions_m
    wrists = gaussian_smooth(
        (positions_m[:, WRISTS] - positions_m[:, [CHEST]]).astype(np.float64), SMOOTH_S * clip.rate_hz
    )
    speed = (
        np.linalg.norm(np.gradient(wrists, axis=0), axis=-1) * clip.rate_hz
        if len(wrists) > 1
        else np.zeros(wrists.shape[:2])
    )
    excursion = np.stack(
        [np.linalg.norm(wrists[:, side] - rest_place(wrists[:, side], speed[:, side]), axis=-1) for side in (0, 1)], 1
    )
    # Where only one hand gestures, small movements of the other are no strokes of their own.
    busiest = excursion.max()
    arrivals = sorted(
        (stroke.end_s * clip.rate_hz, stroke.peak_mps)
        for side in (0, 1)
        if excursion[:, side].max() > 0.25 * busiest
        for stroke in _strokes(speed[:, side], excursion[:, side], clip.rate_hz)
    )
    merged: list[tuple[float, float]] = []
    for frame, strength in arrivals:
        if merged and frame - merged[-1][0] < TOGETHER_S * clip.rate_hz:
            before, had = merged[-1]
            merged[-1] = ((before * had + frame * strength) / (had + strength), had + strength)
        else:
            merged.append((frame, strength))
    times = np.array([clip.start_s + frame / clip.rate_hz - LATE_S for frame, _ in merged])
    resting = ((excursion < REST_M) & (speed < REST_SPEED_MPS)).all(1)
    return Hands(
        times, np.array([strength for _, strength in merged]), resting, speed, excursion, clip.rate_hz, clip.start_s
    )


def offsets_s(strokes_s: np.ndarray, stressed_s: np.ndarray) -> np.ndarray:
    """(n,): from the nearest stressed syllable to every stroke, positive where the stroke is later; empty where either is."""
    if len(strokes_s) == 0 or len(stressed_s) == 0:
        return np.zeros(0)
    apart = np.asarray(strokes_s)[:, None] - np.asarray(stressed_s)[None]
    return np.take_along_axis(apart, np.abs(apart).argmin(1)[:, None], 1)[:, 0]
