# SPDX-License-Identifier: GPL-3.0-or-later
"""The way of arms and fingers through the poses of the strokes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...motion import rotations as rot
from ...motion.clip import Clip
from ...motion.easing import minimum_jerk
from ...motion.joints import JOINT_INDEX, SIDES
from ...motion.smoothing import gaussian_smooth
from ...prompts.model import PosePrompts
from ...statistics import BEARING, statistics_of
from .stroke_duration import ARM, takes_s, ways_m

MOVE_S, MOVE_S_RAD = 0.2, 0.15  # how long a joint takes where nothing is known of the hand's way; measured
ALIKE_RAD, DRIFT_S = (
    0.25,
    0.41,
)  # poses that are alike and farther apart than this are a hold: it sinks steadily; by eye
RETURNS = 0.5  # of the time that a way to a stroke takes: hands go down quicker, so that they rest in pauses; by eye
SOFT_S = 0.03  # takes the corners where gestures meet the model's motion; by eye


@dataclass(frozen=True)
class _Path:
    """One joint's keys: times (n,), quaternions (n, 4), whether each is the rest, bool (n,)."""

    keys_s: np.ndarray
    keys: np.ndarray
    resting: np.ndarray


def interpolate_strokes(clip: Clip, strokes: PosePrompts, posture: np.ndarray, bearing: float = 0.0) -> Clip:
    """Arms and fingers on their way through the strokes; between gestures the model's own motion.

    From key to key with minimum jerk (Flash and Hogan 1985), as long as recorded hands take for such a way. A gesture sets
    out from where the model has the hand, and gives it back there.

    Args:
        clip: the model's motion.
        strokes: poses at times, in order.
        posture: (55, 4) the rest that strokes begin and end with.
        bearing: -1 quiet, 0 usual, 1 lively.
    """
    if not strokes.joints or not len(clip):
        return clip
    times_s = clip.start_s + np.arange(len(clip)) / clip.rate_hz
    paths = {
        joint: _path(clip, joint, strokes.joints[joint][0], strokes.joints[joint][1], posture)
        for joint in sorted(strokes.joints.keys() & clip.driven)
    }
    arms = {side: _of_arm(paths, side, bearing) for side in SIDES}
    rotations = clip.rotations.astype(np.float64)
    later = statistics_of(BEARING)["arms"]["arrives_later_s"]
    for joint, path in paths.items():
        if len(path.keys_s) < 2:
            continue
        takes = _takes_s(path, arms[joint.split("_")[0]])
        moments = times_s - _later_s(joint, later)
        last = np.searchsorted(path.keys_s, moments, side="right") - 1
        before = np.clip(last, 0, len(path.keys_s) - 2)
        inside = (last >= 0) & (last < len(path.keys_s) - 1)
        inside &= ~(path.resting[before] & path.resting[before + 1])
        if not inside.any():
            continue
        index = JOINT_INDEX[joint]
        rotations[inside, index] = _way(moments, path, takes, before)[inside]
        rotations[:, index] = rot.normalised(
            gaussian_smooth(rot.continuous(rotations[:, index]), SOFT_S * clip.rate_hz)
        )
    return replace(clip, rotations=rot.continuous(rotations).astype(np.float32))


def _path(clip: Clip, joint: str, keys_s: np.ndarray, keys: np.ndarray, posture: np.ndarray) -> _Path:
    """A joint's keys; at rest it is where the model has it then."""
    resting = rot.angle_between_deg(keys, posture[JOINT_INDEX[joint]]) < 1e-3
    at = np.clip(np.rint((keys_s - clip.start_s) * clip.rate_hz).astype(int), 0, len(clip) - 1)
    models = clip.rotations[at, JOINT_INDEX[joint]].astype(np.float64)
    return _Path(keys_s, np.where(resting[:, None], models, keys), resting)


def _takes_s(own: _Path, arm: tuple[np.ndarray, np.ndarray] | None) -> np.ndarray:
    """How long a joint takes from key to key, (n - 1,): as long as the hand's way, if the whole arm has the same keys."""
    if arm is not None and np.array_equal(arm[0], own.keys_s):
        wanted_s = arm[1]
    else:
        wanted_s = MOVE_S + MOVE_S_RAD * np.radians(rot.angle_between_deg(own.keys[:-1], own.keys[1:]))
    returns = ~own.resting[:-1] & own.resting[1:]
    return np.minimum(np.where(returns, RETURNS, 1.0) * wanted_s, np.diff(own.keys_s))


def _of_arm(paths: dict[str, _Path], side: str, bearing: float) -> tuple[np.ndarray, np.ndarray] | None:
    """When an arm has its keys, (n,) seconds, and how long the hand's ways between them take, (n - 1,); None where its joints
    have different ones."""
    arm = [paths[f"{side}_{part}"] for part in ARM if f"{side}_{part}" in paths]
    if len(arm) < len(ARM) or not all(np.array_equal(part.keys_s, arm[0].keys_s) for part in arm):
        return None
    poses = np.stack([part.keys for part in arm], axis=1)
    return arm[0].keys_s, takes_s(ways_m(poses[:-1], poses[1:], side), bearing)


def _later_s(joint: str, later: dict[str, float]) -> float:
    """By how much a joint of an arm arrives after the shoulder, seconds."""
    part = joint.split("_")[-1]
    if part in ("collar", "shoulder"):
        return 0.0
    return later.get(part, later["fingers"])


def _way(moments: np.ndarray, path: _Path, takes_s: np.ndarray, before: np.ndarray) -> np.ndarray:
    """One joint from key to key.

    Args:
        moments: (T,) seconds of the frames.
        path: n keys.
        takes_s: (n - 1,) of the way to the next key.
        before: int (T,) the key before each frame, at most n - 2.

    Returns:
        float64 (T, 4); without meaning before the first and after the last key.
    """
    keys_s, keys, resting = path.keys_s, path.keys, path.resting
    gaps_s = np.maximum(np.diff(keys_s), 1e-6)
    # to a stroke at the last moment, to rest at once
    begins_s = np.where(resting[1:], keys_s[:-1], keys_s[1:] - takes_s)
    share = (moments - begins_s[before]) / np.maximum(takes_s[before], 1e-6)
    alike = np.radians(rot.angle_between_deg(keys[:-1], keys[1:])) < ALIKE_RAD
    drifts = (alike & ~resting[:-1] & ~resting[1:] & (gaps_s > DRIFT_S))[before]
    share = np.where(drifts, (moments - keys_s[before]) / gaps_s[before], minimum_jerk(share))
    return rot.slerp(keys[before], keys[before + 1], np.clip(share, 0.0, 1.0))
