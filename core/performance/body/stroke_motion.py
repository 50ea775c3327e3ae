# SPDX-License-Identifier: GPL-3.0-or-later
"""The way of arms and fingers through the poses of the strokes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...motion import rotations as rot
from ...motion.clip import Clip
from ...motion.easing import minimum_jerk
from ...motion.joints import JOINT_INDEX
from ...motion.smoothing import gaussian_smooth
from ...prompts.model import PosePrompts

MOVE_S, MOVE_S_RAD = 0.2, 0.15  # how long a joint takes from pose to pose: at least, and more for each radian; measured
DRIFT_S = 0.41  # poses that are alike and farther apart than this are a hold: it sinks steadily; by eye
SOFT_S = 0.04  # takes the corners where gestures meet the model's motion; by eye


def interpolate_strokes(clip: Clip, strokes: PosePrompts, posture: np.ndarray) -> Clip:
    """Arms and fingers on their way through the strokes; between gestures the model's own motion.

    From key to key with minimum jerk (Flash and Hogan 1985), as fast as recorded hands. A gesture sets out from where
    the model has the hand, and gives it back there.

    Args:
        clip: the model's motion.
        strokes: poses at times, in order.
        posture: (55, 4) the rest that strokes begin and end with.
    """
    if not strokes.joints or not len(clip):
        return clip
    times_s = clip.start_s + np.arange(len(clip)) / clip.rate_hz
    rotations = clip.rotations.astype(np.float64)
    for joint in strokes.joints.keys() & clip.driven:
        index = JOINT_INDEX[joint]
        keys_s, keys = strokes.joints[joint]
        resting = rot.angle_between_deg(keys, posture[index]) < 1e-3
        at = np.clip(np.rint((keys_s - clip.start_s) * clip.rate_hz).astype(int), 0, len(clip) - 1)
        keys = np.where(resting[:, None], rotations[at, index], keys)
        last = np.searchsorted(keys_s, times_s, side="right") - 1
        inside = (last >= 0) & (last < len(keys_s) - 1)
        before = np.clip(last, 0, max(len(keys_s) - 2, 0))
        inside &= ~(resting[before] & resting[np.minimum(before + 1, len(keys_s) - 1)])
        if len(keys_s) < 2 or not inside.any():
            continue
        rotations[inside, index] = _way(times_s, keys_s, keys, resting, before)[inside]
        rotations[:, index] = rot.normalised(
            gaussian_smooth(rot.continuous(rotations[:, index]), SOFT_S * clip.rate_hz)
        )
    return replace(clip, rotations=rot.continuous(rotations).astype(np.float32))


def _way(
    times_s: np.ndarray, keys_s: np.ndarray, keys: np.ndarray, resting: np.ndarray, before: np.ndarray
) -> np.ndarray:
    """One joint from key to key.

    Args:
        times_s: (T,) of the frames.
        keys_s, keys, resting: (n,), (n, 4), bool (n,): when, which quaternion, whether it is the rest.
        before: int (T,) the key before each frame, at most n - 2.

    Returns:
        float64 (T, 4); without meaning before the first and after the last key.
    """
    gaps_s = np.diff(keys_s)
    takes_s = np.minimum(MOVE_S + MOVE_S_RAD * np.radians(rot.angle_between_deg(keys[:-1], keys[1:])), gaps_s)
    # to a stroke at the last moment, to rest at once
    begins_s = np.where(resting[1:], keys_s[:-1], keys_s[1:] - takes_s)
    share = (times_s - begins_s[before]) / np.maximum(takes_s[before], 1e-6)
    drifts = (
        ~resting[before]
        & ~resting[before + 1]
        & (gaps_s[before] > DRIFT_S)
        & (takes_s[before] < MOVE_S + 0.25 * MOVE_S_RAD)
    )
    share = np.where(drifts, (times_s - keys_s[before]) / np.maximum(gaps_s[before], 1e-6), minimum_jerk(share))
    return rot.slerp(keys[before], keys[before + 1], np.clip(share, 0.0, 1.0))
