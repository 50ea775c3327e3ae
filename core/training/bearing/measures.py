# SPDX-License-Identifier: GPL-3.0-or-later
"""What is measured: how fast trunk and wrists go, how pelvis and chest follow each other and the hands, how long strokes
take, how weight shifts, when the parts of an arm arrive."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...motion import rotations as rot
from ...motion.clip import Clip
from ...motion.halts import frames_to_halt
from ...motion.joints import JOINT_INDEX, SIDES, TORSO_JOINTS
from ...motion.kinematics.forward import forward, turned_in_the_world
from ...motion.skeleton import average_adult
from ...motion.smoothing import gaussian_smooth
from .recordings import LIVELY, QUIET, Recorded

QUANTILES = (0.1, 0.3, 0.5, 0.7, 0.9)
_SMOOTH_FRAMES = 1.0
_SLOW_S = 0.5  # the weight is where the pelvis is on average over so long
_SHIFT = 0.25  # of half the feet's distance: a smaller move is sway
# A stroke is a wrist's movement with such a speed, from a tenth of its highest to a tenth; the same as the bench's.
_STROKE_M_S, _PROMINENT_M_S, _HALT = 0.15, 0.10, 0.10
_ARRIVED = 0.85  # of a joint's way
_TURNS_DEG_S = 40.0  # slower joints say nothing about when they arrive


def summary(recorded: Sequence[Recorded]) -> dict:
    """All figures, in plain numbers."""
    talking = [one for one in recorded if one.talks]
    return {
        "quantiles": list(QUANTILES),
        "talkers": {
            name: _talkers([one for one in talking if one.performer in group])
            for name, group in (("quiet", QUIET), ("usual", (*QUIET, *LIVELY[:2])), ("lively", LIVELY))
        },
        "pelvis_with_chest": _coupling(recorded),
        "chest_with_hands_deg_m": _chest_with_hands(talking),
        "strokes": _strokes(talking),
        "sinks_m": _sinks(talking),
        "shifts": _shifts([one for one in recorded if one.shifts]),
        "arms": _arms([one for one in talking if one.unit is not None]),
    }


def _talkers(recorded: Sequence[Recorded]) -> dict[str, float]:
    """Mean speeds while the hands are away from rest; every performer counts alike."""
    by_performer: dict[str, list[list[float]]] = {}
    for one in recorded:
        places, _ = _posed(one.clip)
        wrists = [JOINT_INDEX[f"{side}_wrist"] for side in SIDES]
        against = gaussian_smooth(places[:, wrists] - places[:, [JOINT_INDEX["spine3"]]], _SMOOTH_FRAMES)
        speed = np.linalg.norm(np.gradient(against, axis=0), axis=-1).mean(axis=1) * one.clip.rate_hz
        raised = _raised(one, len(speed))
        chains = ((*TORSO_JOINTS, "neck", "head"), TORSO_JOINTS, TORSO_JOINTS[:1])
        worlds = (turned_in_the_world(one.clip.rotations, chain) for chain in chains)
        turning = [_turning(world, one.clip.rate_hz)[raised].mean() for world in worlds]
        by_performer.setdefault(one.performer, []).append([*turning, speed[raised].mean()])
    means = np.mean([np.mean(rows, axis=0) for rows in by_performer.values()], axis=0)
    names = ("head_deg_s", "chest_deg_s", "pelvis_deg_s", "wrists_m_s")
    return dict(zip(names, np.round(means, 3).tolist(), strict=True))


def _raised(one: Recorded, frames: int) -> np.ndarray:
    """bool (T,): from where the hands leave rest to where they are back; everywhere where that is unknown."""
    if one.unit is None:
        return np.ones(frames, bool)
    times_s = np.arange(frames) / one.clip.rate_hz
    return (times_s >= one.unit.start_s) & (times_s <= one.unit.end_s)


def _turning(turned: np.ndarray, rate_hz: float) -> np.ndarray:
    """float64 (T,) deg/s of a rotation (T, 4), smoothed a little."""
    smooth = gaussian_smooth(rot.continuous(turned.astype(np.float64)), _SMOOTH_FRAMES)
    return rot.turning_deg_s(rot.normalised(smooth), rate_hz)


def _coupling(recorded: Sequence[Recorded]) -> dict:
    """How much of the chest's turn (about its mean: pitch, yaw, roll) the pelvis makes, over performers; and the share
    of the pelvis' variance that this explains."""
    slopes, explained = [], []
    for performer in (*QUIET, *LIVELY):
        clips = [one.clip for one in recorded if one.performer == performer and len(one.clip) > 40]
        chest, pelvis = (
            np.concatenate([_about_mean(clip, chain) for clip in clips]) for chain in (TORSO_JOINTS, TORSO_JOINTS[:1])
        )
        slope = (chest * pelvis).sum(axis=0) / (chest * chest).sum(axis=0)
        slopes.append(slope)
        explained.append(1.0 - ((pelvis - chest * slope) ** 2).sum(axis=0) / (pelvis**2).sum(axis=0))
    return {
        "pitch_yaw_roll": np.round(np.median(slopes, axis=0), 3).tolist(),
        "explained": np.round(np.median(explained, axis=0), 3).tolist(),
    }


def _about_mean(clip: Clip, chain: Sequence[str]) -> np.ndarray:
    """float64 (T, 3): the turn from a clip's mean, radians."""
    turned = rot.continuous(turned_in_the_world(clip.rotations, chain))
    mean = rot.normalised(turned.mean(axis=0))
    return rot.to_axis_angle(rot.multiply(turned, rot.inverse(mean)[None]))


def _chest_with_hands(talking: Sequence[Recorded]) -> float:
    """Degrees by which the chest yaws to the left for each metre that the left hand goes out, seen from the chest, more
    than the right one: median of the performers' slopes."""
    slopes = []
    for performer in (*QUIET, *LIVELY):
        yaws, outs = [], []
        for one in talking:
            if one.performer != performer or len(one.clip) < 40:
                continue
            yaws.append(np.degrees(_about_mean(one.clip, TORSO_JOINTS)[:, 1]))
            wrists = _wrists_from_chest(one.clip)
            out = 0.5 * (wrists[:, 0, 0] + wrists[:, 1, 0])
            outs.append(out - out.mean())
        yaw, out = np.concatenate(yaws), np.concatenate(outs)
        slopes.append((yaw * out).sum() / (out * out).sum())
    return round(float(np.median(slopes)), 2)


def _wrists_from_chest(clip: Clip) -> np.ndarray:
    """(T, 2, 3) metres in the chest's axes, left and right."""
    places, world = _posed(clip)
    chest = JOINT_INDEX["spine3"]
    back = rot.inverse(world[:, chest])
    wrists = [places[:, JOINT_INDEX[f"{side}_wrist"]] - places[:, chest] for side in SIDES]
    return np.stack([rot.rotate(back, wrist) for wrist in wrists], axis=1)


def _strokes(talking: Sequence[Recorded]) -> dict:
    """How long strokes take: exponent and factor of the way's power that fits best, its correlation, and by how much longer
    the quiet and the lively take (logarithms)."""
    found = {performer: [] for performer in (*QUIET, *LIVELY)}
    for one in talking:
        wrists = gaussian_smooth(_wrists_from_chest(one.clip), _SMOOTH_FRAMES)
        for side in range(2):
            found[one.performer] += _ways_and_times(wrists[:, side], one.clip.rate_hz)
    logs = {performer: np.log(np.array(pairs)) for performer, pairs in found.items() if len(pairs) > 3}
    way, time = np.concatenate(list(logs.values())).T
    exponent, factor = np.polyfit(way, time, 1)
    left = {performer: float((pair[:, 1] - factor - exponent * pair[:, 0]).mean()) for performer, pair in logs.items()}
    return {
        "log_s_at_a_metre": round(float(factor), 4),
        "exponent": round(float(exponent), 4),
        "correlation": round(float(np.corrcoef(way, time)[0, 1]), 3),
        "log_duration": {
            name: round(float(np.mean([left[who] for who in group if who in left])), 4)
            for name, group in (("quiet", QUIET), ("lively", LIVELY))
        },
        "count": len(way),
    }


def _ways_and_times(places: np.ndarray, rate_hz: float) -> list[tuple[float, float]]:
    """(metres, seconds) of each stroke of a wrist (T, 3)."""
    from scipy.signal import find_peaks

    speed = np.linalg.norm(np.gradient(places, axis=0), axis=-1) * rate_hz
    result = []
    for peak in find_peaks(speed, height=_STROKE_M_S, prominence=_PROMINENT_M_S)[0]:
        ends = [max(frames_to_halt(speed[peak::step], _HALT * speed[peak]), 1) for step in (-1, 1)]
        way = float(speed[peak - ends[0] : peak + ends[1] + 1].sum()) / rate_hz
        result.append((way, (ends[0] + ends[1]) / rate_hz))
    return result


def _sinks(recorded: Sequence[Recorded]) -> list[float]:
    """Quantiles of how far the pelvis is from its usual height."""
    heights = [one.clip.root_translation_m[:, 1] for one in recorded]
    return _rounded(np.quantile(np.concatenate([np.abs(height - np.median(height)) for height in heights]), QUANTILES))


def _shifts(recorded: Sequence[Recorded]) -> dict:
    """How far the weight goes (share of half the feet's distance), how long it takes and stays; how the pelvis rolls and
    yaws with it (degrees for the whole way to one foot)."""
    far, takes, stays, turns = [], [], [], []
    for one in recorded:
        side, turned = _side(one.clip)
        slow = gaussian_smooth(side, 0.25 * _SLOW_S * one.clip.rate_hz)
        ends = _turning_points(slow)
        ways = np.abs(np.diff(slow[ends]))
        kept = ways > _SHIFT
        far += ways[kept].tolist()
        takes += (np.diff(ends)[kept] / one.clip.rate_hz).tolist()
        moments = np.array(ends[:-1])[kept]
        stays += (np.diff(moments) / one.clip.rate_hz).tolist()
        about = side - side.mean()
        if kept.any():
            turns.append((about[:, None] * (turned - turned.mean(axis=0))).sum(axis=0) / (about**2).sum())
    return {
        "way": _rounded(np.quantile(far, QUANTILES)),
        "takes_s": _rounded(np.quantile(takes, QUANTILES)),
        "apart_s": _rounded(np.quantile(stays, QUANTILES)),
        "roll_yaw_deg": _rounded(np.median(turns, axis=0)),
        "count": len(far),
    }


def _side(clip: Clip) -> tuple[np.ndarray, np.ndarray]:
    """(T,) where the pelvis is between the feet, -1 over the right, 1 over the left ankle; (T, 2) its roll (left side up)
    and yaw (to the left) in degrees."""
    places, world = _posed(clip)
    left, right = (places[:, JOINT_INDEX[f"{side}_ankle"]] for side in SIDES)
    across = (left - right) * [1.0, 0.0, 1.0]
    length = np.maximum(np.linalg.norm(across, axis=1), 0.1)
    aside = across / length[:, None]
    side = ((places[:, 0] - 0.5 * (left + right)) * aside).sum(axis=1) / (0.5 * length)
    x_axis = rot.rotate(world[:, 0], np.array([[1.0, 0.0, 0.0]]))
    yaw = np.arctan2(np.cross(aside, x_axis)[:, 1], (aside * x_axis).sum(axis=1))
    return side, np.degrees(np.stack([np.arcsin(np.clip(x_axis[:, 1], -1.0, 1.0)), yaw], axis=1))


def _turning_points(curve: np.ndarray) -> list[int]:
    """The frames at which a curve (T,) turns, its ends among them."""
    up = np.sign(np.diff(curve))
    return [0, *(np.flatnonzero(up[1:] * up[:-1] < 0) + 1).tolist(), len(curve) - 1]


def _arms(recorded: Sequence[Recorded]) -> dict:
    """By how many seconds elbow, wrist and fingers are at the end of their way after the shoulder (before it where
    negative; medians), by which the second hand comes after the first, and the share of its way by which a hand goes
    beyond where it stays."""
    later: dict[str, list[float]] = {"elbow": [], "wrist": [], "fingers": []}
    seconds, beyond = [], []
    for one in recorded:
        assert one.unit is not None
        begin, end = (int(time * one.clip.rate_hz) for time in (one.unit.start_s, one.unit.emphasis_s + 0.3))
        if end - begin < 12:
            continue
        onsets = {}
        for side in SIDES if one.unit.hand == "both" else (one.unit.hand,):
            names = {"shoulder": "shoulder", "elbow": "elbow", "wrist": "wrist", "fingers": "middle1"}
            speeds = {
                name: _turning(one.clip[f"{side}_{joint}"], one.clip.rate_hz)[begin:end]
                for name, joint in names.items()
            }
            arrived = {
                name: _arrives_s(speed, one.clip.rate_hz)
                for name, speed in speeds.items()
                if speed.max() > _TURNS_DEG_S
            }
            for name in later.keys() & arrived.keys() if "shoulder" in arrived else ():
                later[name].append(arrived[name] - arrived["shoulder"])
            moving = np.flatnonzero(speeds["elbow"] > 0.15 * speeds["elbow"].max())
            onsets[side] = moving[0] / one.clip.rate_hz
            beyond.append(_beyond(one, side))
        if len(onsets) == 2:
            seconds.append(abs(onsets["left"] - onsets["right"]))
    return {
        "arrives_later_s": {name: round(float(np.median(found)), 4) for name, found in later.items()},
        "second_hand_s": _rounded(np.quantile(seconds, QUANTILES)),
        "overshoot": _rounded(np.quantile(beyond, QUANTILES)),
    }


def _arrives_s(speed: np.ndarray, rate_hz: float) -> float:
    """When a joint of this speed (T,) has made most of its way, seconds from the first frame."""
    way = np.cumsum(speed)
    return float(np.interp(_ARRIVED * way[-1], way, np.arange(len(way)))) / rate_hz


def _beyond(one: Recorded, side: str) -> float:
    """The share of its way from rest by which a wrist goes beyond where it is 0.3 s after the stroke."""
    assert one.unit is not None
    places, _ = _posed(one.clip)
    wrist = places[:, JOINT_INDEX[f"{side}_wrist"]] - places[:, JOINT_INDEX["spine3"]]
    away = np.linalg.norm(wrist - wrist[0], axis=1)
    begin, reach = (int(time * one.clip.rate_hz) for time in (one.unit.start_s, one.unit.reach_s))
    later = min(int((one.unit.emphasis_s + 0.3) * one.clip.rate_hz), int(one.unit.leave_s * one.clip.rate_hz))
    later = min(max(later, reach + 1), len(away) - 1)
    return max(float(away[begin : later + 1].max() / max(away[later], 0.05)) - 1.0, 0.0)


def _posed(clip: Clip) -> tuple[np.ndarray, np.ndarray]:
    adult = average_adult()
    return forward(clip.rotations, clip.root_translation_m, adult.offsets_m.numpy(), adult.parents)


def _rounded(values: np.ndarray) -> list[float]:
    return np.round(values, 4).tolist()
