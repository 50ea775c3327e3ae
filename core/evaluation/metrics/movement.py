# SPDX-License-Identifier: GPL-3.0-or-later
"""What the `gesture` bench measures on one motion, with or without its sound. Motion at 30 Hz on an average adult.

Distributions are compared by `gesture_windows`; published metrics come from `metrics.gesture`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...motion.clip import Clip
from ...motion.joints import JOINT_INDEX
from ...motion.resampling import clip_at
from . import gesture as published
from .positions import positions_of
from .strokes import WRISTS, Hands, hands_of

RATE_HZ = 30.0
BODY = 22  # joints of the body without fingers and face: the first 22
FEET = tuple(JOINT_INDEX[name] for name in ("left_ankle", "right_ankle", "left_foot", "right_foot"))
NEAR_FLOOR_M = 0.02  # a foot's joint this near to its lowest stands
HAND_POINTS = tuple(
    JOINT_INDEX[f"{side}_{part}"] for side in ("left", "right") for part in ("wrist", "middle1", "index1")
)
# Capsules that hands must stay out of: joints of the axis, radius in metres of an average adult.
CAPSULES = (
    ("pelvis", "spine3", 0.115),
    ("spine3", "neck", 0.10),
    ("head", "head", 0.085),
    ("left_hip", "left_knee", 0.065),
    ("right_hip", "right_knee", 0.065),
)
DEEP_M = 0.02


def at_rate(clip: Clip) -> Clip:
    """A clip at 30 Hz from the sound's beginning."""
    if abs(clip.rate_hz - RATE_HZ) < 1e-6 and clip.start_s == 0.0:
        return clip
    end_s = clip.start_s + (len(clip) - 1) / clip.rate_hz
    return clip_at(clip, RATE_HZ, 0.0, int(end_s * RATE_HZ + 1e-6) + 1)


def jerk(positions_m: np.ndarray, rate_hz: float = RATE_HZ) -> np.ndarray:
    """(T - 3,): length of the third difference of the 22 body joints' positions, mean over the joints, m/s³."""
    return np.linalg.norm(np.diff(positions_m[:, :BODY].astype(np.float64), 3, axis=0), axis=-1).mean(1) * rate_hz**3


def foot_slide_cm_s(
    positions_m: np.ndarray, contacts: np.ndarray | None = None, rate_hz: float = RATE_HZ
) -> tuple[float, float]:
    """Mean horizontal speed in cm/s of ankles and balls of the feet while they stand, and the share of frames in which they do.

    contacts (T, 4): where they stand; without it a joint stands where it is within 2 cm of its lowest (5th percentile).
    """
    feet = positions_m[:, FEET].astype(np.float64)
    if contacts is None:
        stands = feet[..., 1] < np.percentile(feet[..., 1], 5, axis=0) + NEAR_FLOOR_M
    else:
        stands = contacts > 0.5
    both = stands[1:] & stands[:-1]
    speed = np.linalg.norm(np.diff(feet[..., [0, 2]], axis=0), axis=-1) * rate_hz * 100.0
    return (float(speed[both].mean()) if both.any() else 0.0), float(both.mean())


def penetration(positions_m: np.ndarray) -> tuple[float, float]:
    """Share of frames in which a hand is more than 2 cm inside trunk, head or thighs, and the deepest point in cm."""
    hands = positions_m[:, HAND_POINTS].astype(np.float64)
    deepest = np.zeros(len(hands))
    for start, end, radius in CAPSULES:
        a, b = (
            positions_m[:, JOINT_INDEX[start]].astype(np.float64),
            positions_m[:, JOINT_INDEX[end]].astype(np.float64),
        )
        if start == end:
            a = b = a + [0.0, 0.09, 0.02]
        axis = b - a
        along = ((hands - a[:, None]) * axis[:, None]).sum(-1) / np.maximum((axis * axis).sum(-1), 1e-9)[:, None]
        nearest = a[:, None] + np.clip(along, 0.0, 1.0)[..., None] * axis[:, None]
        deepest = np.maximum(deepest, radius - np.linalg.norm(hands - nearest, axis=-1).min(1))
    return float((deepest > DEEP_M).mean()), float(100.0 * deepest.max(initial=0.0))


def l1_diversity(positions_m: np.ndarray) -> float:
    """Published L1 diversity of one stretch, metres summed over the 22 body joints' coordinates, pelvis at the origin."""
    diversity = published.L1Diversity()
    diversity.add((positions_m[:, :BODY] - positions_m[:, :1]).reshape(len(positions_m), -1))
    return diversity.value


def mean_joint_speed(positions: list[np.ndarray]) -> np.ndarray:
    """(22,) m/s: what beat consistency sets speeds in relation to; over all motions given, pelvis at the origin."""
    speeds = [
        np.linalg.norm(np.gradient(p[:, :BODY] - p[:, :1], axis=0) * RATE_HZ, axis=-1) for p in positions if len(p) > 2
    ]
    return np.concatenate(speeds).mean(0)


def beat_consistency(positions_m: np.ndarray, onsets_s: np.ndarray, mean_speed: np.ndarray) -> tuple[float, float]:
    """BC as published and corrected (`metrics.gesture`); 2 s at both ends are left out."""
    cut = int(published.CUT_S * RATE_HZ)
    stop = len(positions_m) - cut
    if stop - cut < 2 * published.ORDER:
        return float("nan"), float("nan")
    inside = onsets_s[(onsets_s >= cut / RATE_HZ) & (onsets_s < stop / RATE_HZ)] - cut / RATE_HZ
    poses = (positions_m[:, :BODY] - positions_m[:, :1]).reshape(len(positions_m), -1)
    upper = tuple(joint for joint in published.UPPER_BODY if joint < BODY)
    relative = np.maximum(mean_speed, 1e-6)
    beats = [published.motion_beats(poses, relative, cut, stop, kept) for kept in (True, False)]
    as_published = published.beat_consistency(inside, beats[0], upper, published=True)
    return as_published, published.beat_consistency(inside, beats[1], upper, published=False)


def wrist_distance_cm(first: Clip, second: Clip) -> float:
    """Mean distance of the wrists of two motions, both about the chest, in cm: how much another seed changes."""
    frames = min(len(first), len(second))
    places = []
    for clip in (first, second):
        p = positions_of(clip)[:frames]
        places.append(p[:, WRISTS] - p[:, [JOINT_INDEX["spine3"]]])
    return float(100.0 * np.linalg.norm(places[0] - places[1], axis=-1).mean())


@dataclass(frozen=True)
class Movement:
    """A motion with what is computed once."""

    clip: Clip
    positions_m: np.ndarray
    hands: Hands

    @classmethod
    def of(cls, clip: Clip) -> Movement:
        clip = at_rate(clip)
        positions = positions_of(clip)
        return cls(clip, positions, hands_of(clip, positions))
