# SPDX-License-Identifier: GPL-3.0-or-later
"""Gesture units found in motion that nobody labelled: talking people, recorded for minutes.

A hand that leaves its place of rest begins a unit, its return ends it (Kendon 2004). Hands that come to a halt away
from rest end strokes; a stroke begins a unit of its own where the hands go elsewhere or the hold before was long, else it is
a beat of the unit. What a gesture means cannot be seen: its lexeme is a beat at its height. `python -m core.evaluation
segmentation` measures it against performances whose units are known.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..clip import Clip
from ..gesture_plan import USUAL_SIZE_M, GestureUnit
from ..joints import JOINT_INDEX, JOINT_PARENTS, SIDES
from ..kinematics.forward import forward
from ..rotations import inverse, rotate
from ..skeleton import average_adult
from ..smoothing import gaussian_smooth
from ..spans import spans

_BODY = 22  # joints without face and fingers
_WRISTS = (JOINT_INDEX["left_wrist"], JOINT_INDEX["right_wrist"])
RAISED_M, REST_M = (
    0.12,
    0.07,
)  # a hand is away from rest once it was farther than the first, until it is nearer than the second
_NEAR_M = 0.08  # places nearer to each other than this are one
_SLOW_MPS = 0.12
_SHORTEST_S = 0.3
_ELSEWHERE_M = 0.22  # strokes whose ends are farther apart are two gestures
_LONG_HOLD_S = 1.6
_RETRACTING = 0.45  # of the way out that is left: arms that halt nearer to rest than that have come back
_CHAIN_S = 0.5  # how long a unit fades that another follows, as in stitched performances
LOW_M, HIGH_M = (
    0.1,
    0.3,
)  # heights of the wrist above the pelvis that part low, mid and high beats of the labelled recordings
_BEFORE_S, _AFTER_S = (
    0.15,
    0.25,
)  # a unit begins so much before the hand has left rest and ends so much after it is back, as labelled ones
_LEAST_SPEED_MPS, _PROMINENCE_MPS = 0.15, 0.1  # of a stroke at its fastest
_HALT = 0.12  # of a stroke's highest speed: slower is a halt
_HALT_WITHIN_S = 0.8
_LATER = 1  # frames from a halt found so to the labelled emphasis, median of the labelled recordings


@dataclass(frozen=True)
class Wrists:
    """Both wrists as the pelvis sees them. places_m (T, 2, 3), left first; away_m (T, 2): from rest; speed_mps (T,): the faster's."""

    places_m: np.ndarray
    away_m: np.ndarray
    speed_mps: np.ndarray
    rate_hz: float


def wrists_of(clip: Clip, speaking: np.ndarray | None = None) -> Wrists:
    """Where the wrists go. speaking (T,), 0..1, if known: people rest when they are silent."""
    adult = average_adult()
    places, turned = forward(
        clip.rotations[:, :_BODY], np.zeros((len(clip), 3)), adult.offsets_m.numpy()[:_BODY], JOINT_PARENTS[:_BODY]
    )
    back = inverse(turned[:, 0])[:, None]
    seen = rotate(np.broadcast_to(back, (len(clip), 2, 4)), places[:, list(_WRISTS)] - places[:, :1])
    seen = gaussian_smooth(seen, 0.05 * clip.rate_hz)
    speeds = np.zeros((len(clip), 2))
    speeds[1:] = np.linalg.norm(np.diff(seen, axis=0), axis=-1) * clip.rate_hz
    away = np.stack([_away(seen[:, side], speeds[:, side], speaking) for side in range(2)], axis=1)
    return Wrists(seen, away, speeds.max(axis=1), clip.rate_hz)


def _away(places: np.ndarray, speed: np.ndarray, speaking: np.ndarray | None) -> np.ndarray:
    """(T,) metres from where this wrist rests: the place that has most of its still moments, those in silence counted fourfold and
    low ones more than high ones. A second such place (hands folded instead of hanging) counts if it has a quarter of them."""
    still = np.flatnonzero(speed <= max(_SLOW_MPS, np.percentile(speed, 20)))
    still = still[:: max(len(still) // 1500, 1)]
    found = places[still]
    heights = found[:, 1]
    weight = np.exp(-(heights - np.percentile(heights, 5)) / 0.25)
    if speaking is not None:
        weight = weight * np.where(speaking[still] > 0.5, 1.0, 4.0)
    near = np.linalg.norm(found[:, None] - found[None], axis=-1) < _NEAR_M
    rests = []
    left = np.ones(len(found), bool)
    while len(rests) < (1 if speaking is None else 2):
        score = near @ (weight * left)
        best = int(np.argmax(np.where(left, score, -1.0)))
        if rests and score[best] < 0.25 * weight.sum():
            break
        rests.append(found[near[best]].mean(axis=0))
        left &= np.linalg.norm(found - rests[-1], axis=-1) > 2 * _NEAR_M
        if not left.any():
            break
    return np.min([np.linalg.norm(places - rest, axis=-1) for rest in rests], axis=0)


def segment(clip: Clip, speaking: np.ndarray | None = None) -> tuple[GestureUnit, ...]:
    """The clip's gesture units in order, times in seconds of the clip. speaking (T,), 0..1, if known."""
    if len(clip) < 2 * _SHORTEST_S * clip.rate_hz:
        return ()
    wrists = wrists_of(clip, speaking)
    arrivals = halts(wrists)
    units: list[GestureUnit] = []
    until = len(clip) - 1
    for first, last in _excursions(wrists):
        found = _units_of(wrists, first, last, [frame for frame in arrivals if first < frame < last])
        begins = max(found[0].start_s - _BEFORE_S, 0.0, units[-1].end_s if units else 0.0)
        units.append(replace(found[0], start_s=min(begins, found[0].start_s)))
        units += found[1:]
        units[-1] = replace(
            units[-1], end_s=max(min(units[-1].end_s + _AFTER_S, until / clip.rate_hz), units[-1].end_s)
        )
    return tuple(units)


def halts(wrists: Wrists) -> list[int]:
    """Frames at which hands that moved come to a halt: where strokes have their emphasis, labelled ones within a frame on average.

    By the wrists, since small beats of a held gesture hardly turn the upper arms.
    """
    from scipy.signal import find_peaks

    within = int(_HALT_WITHIN_S * wrists.rate_hz)
    peaks, _ = find_peaks(
        wrists.speed_mps, height=_LEAST_SPEED_MPS, prominence=_PROMINENCE_MPS, distance=int(0.25 * wrists.rate_hz)
    )
    found = []
    for peak in peaks:
        after = wrists.speed_mps[peak : peak + within]
        faster_again = (np.diff(after, append=np.inf) > 0) & (np.arange(len(after)) > 1)
        still = np.flatnonzero((after < _HALT * after[0]) | faster_again)
        found.append(min(int(peak + still[0]) + _LATER, len(wrists.speed_mps) - 1))
    return sorted(set(found))


def _excursions(wrists: Wrists) -> list[tuple[int, int]]:
    """[first, last] frames in which a hand is away from rest."""
    away = wrists.away_m.max(axis=1)
    return [
        (max(first - 1, 0), min(end, len(away) - 1))
        for first, end in spans(away > REST_M)
        if away[first:end].max() > RAISED_M and end - first >= _SHORTEST_S * wrists.rate_hz
    ]


def _units_of(wrists: Wrists, first: int, last: int, arrivals: list[int]) -> list[GestureUnit]:
    """The units of one excursion: its strokes in groups, each group a unit, the last one goes back to rest."""
    rate = wrists.rate_hz
    strokes = _strokes(wrists, first, last, arrivals)
    groups: list[list[int]] = []
    for stroke in strokes:
        if groups and not _another(wrists, groups[-1][-1], stroke):
            groups[-1].append(stroke)
        else:
            groups.append([stroke])
    starts = [first] + [_onset(wrists, before[-1], group[0]) for before, group in zip(groups, groups[1:])]
    units = []
    for index, (start, group) in enumerate(zip(starts, groups)):
        following = starts[index + 1] if index + 1 < len(groups) else None
        reach = _reach(wrists, start, group[0])
        if following is None:
            leave = _leave(wrists, group[-1], last)
            end = max(last, leave + 2)
        else:
            leave = max(following, reach)
            end = leave + int(_CHAIN_S * rate)
        units.append(_unit(wrists, start, reach, group, leave, end))
    return units


def _strokes(wrists: Wrists, first: int, last: int, arrivals: list[int]) -> list[int]:
    """Arrivals that are not on the way back to rest; where the arms were too slow for any, the moment at which they are out."""
    kept: list[int] = []
    since = first
    away = wrists.away_m.max(axis=1)
    for frame in arrivals:
        if away[frame] >= _RETRACTING * away[since : frame + 1].max() and away[frame] > REST_M:
            kept.append(frame)
            since = frame
    if not kept:
        kept.append(first + int(np.flatnonzero(away[first : last + 1] >= 0.9 * away[first : last + 1].max())[0]))
    return [max(frame, first + 2) for frame in kept if frame < last - 1] or [max((first + last) // 2, first + 2)]


def _another(wrists: Wrists, before: int, after: int) -> bool:
    """Whether the stroke that ends at `after` is a gesture of its own beside that at `before`."""
    gone = np.linalg.norm(wrists.places_m[after] - wrists.places_m[before], axis=-1).max()
    return bool(gone > _ELSEWHERE_M or after - before > _LONG_HOLD_S * wrists.rate_hz)


def _onset(wrists: Wrists, before: int, after: int) -> int:
    """When the stroke that ends at `after` sets out: after the last slow frame before its fastest."""
    earliest = max(before + 1, after - int(1.2 * wrists.rate_hz))
    speed = wrists.speed_mps[earliest : after + 1]
    fastest = int(speed.argmax())
    slow = np.flatnonzero(speed[:fastest] < 0.25 * speed[fastest])
    return min(earliest + (int(slow[-1]) if len(slow) else 0), after - 2) if after - 2 > before else after - 1


def _reach(wrists: Wrists, start: int, stroke: int) -> int:
    """When nine tenths of the way to where the stroke ends are done."""
    side = int(np.linalg.norm(wrists.places_m[stroke] - wrists.places_m[start], axis=-1).argmax())
    left_m = np.linalg.norm(wrists.places_m[start : stroke + 1, side] - wrists.places_m[stroke, side], axis=-1)
    done = np.flatnonzero(left_m <= 0.1 * left_m[0])
    return max(start + int(done[0]) if len(done) else stroke, start + 1)


def _leave(wrists: Wrists, stroke: int, last: int) -> int:
    """When the hands set out for rest: the last frame that is nearly as far from it as the hold was."""
    away = wrists.away_m.max(axis=1)[stroke : last + 1]
    high = np.flatnonzero(away >= 0.85 * away[0])
    return min(stroke + int(high[-1]), last - 1) if len(high) else stroke


def _unit(wrists: Wrists, start: int, reach: int, strokes: list[int], leave: int, end: int) -> GestureUnit:
    rate = wrists.rate_hz
    leave = max(leave, reach)
    end = max(end, leave + 1)
    held = wrists.away_m[reach : leave + 1].mean(axis=0)
    more = int(held.argmax())
    hand = "both" if held[1 - more] > max(0.5 * held[more], REST_M) else SIDES[more]
    height = wrists.places_m[strokes[0], more, 1]
    lexeme = "beat_low" if height < LOW_M else "beat_high" if height > HIGH_M else "beat_mid"
    size = float(np.clip(wrists.away_m[start : leave + 1].max() / USUAL_SIZE_M, 0.15, 2.5))
    emphasis = min(max(strokes[0], start), leave)
    beats = tuple(frame / rate for frame in strokes[1:] if frame <= end)
    return GestureUnit(lexeme, hand, size, start / rate, reach / rate, emphasis / rate, leave / rate, end / rate, beats)
