# SPDX-License-Identifier: GPL-3.0-or-later
"""What prompts change of a body's plan: the prompted limbs, near their prompts, and nothing else.

The body is made without prompts first, so that gestures and every other limb stay as the seed has them. Around the
prompts the model then moves once more, with the animator's poses as given channels, and only the limbs that they
concern are taken from that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...motion import rotations as rot
from ...motion.clip import Clip
from ...motion.easing import minimum_jerk
from ...motion.joints import FINGER_JOINTS, JOINT_INDEX, SIDES
from ...prompts.conditioning import SAME_DEG
from ...prompts.model import PosePrompts

# By eye: how far around a prompt its limb is planned anew, and how long it takes from the old plan to the new one.
_AROUND_S, _OVER_S = 0.6, 0.8
CLEAR_S = 0.4  # around the animator's keys no stroke asks for anything
_APART_S = 2.0  # stretches nearer than this are made in one go
LIMBS: tuple[tuple[str, ...], ...] = (
    ("spine1", "spine2", "spine3"),
    *(tuple(f"{side}_{part}" for part in ("collar", "shoulder", "elbow", "wrist")) for side in SIDES),
    *(tuple(name for name in FINGER_JOINTS if name.startswith(side)) for side in SIDES),
)


@dataclass(frozen=True)
class PromptedLimb:
    """A limb with prompts. joints: all of it. spans_s: float64 (n, 2), seconds, ascending: its prompts and holds."""

    joints: tuple[str, ...]
    spans_s: np.ndarray

    def away_s(self, times_s: np.ndarray) -> np.ndarray:
        """How far each time, (T,), is from a prompt or hold: float64 (T,) seconds."""
        first, last = self.spans_s.T
        after = np.searchsorted(first, times_s, side="right")
        # a hold may reach over later prompts, so the latest end so far counts
        ends = np.concatenate([[-np.inf], np.maximum.accumulate(last)])
        starts = np.append(first, np.inf)
        return np.maximum(np.minimum(times_s - ends[after], starts[after] - times_s), 0.0)

    def weights(self, times_s: np.ndarray, around_s: float = _AROUND_S, over_s: float = _OVER_S) -> np.ndarray:
        """How much the prompts count at each time: 1 near them, 0 far away, float64 (T,)."""
        return minimum_jerk(1.0 - (self.away_s(times_s) - around_s) / over_s)


def prompted_limbs(prompts: PosePrompts | None, driven: frozenset[str]) -> tuple[PromptedLimb, ...]:
    """The limbs above the hips that have prompts on joints that are driven."""
    found = (keyed_limb(prompts, joints, driven) for joints in LIMBS) if prompts is not None else ()
    return tuple(limb for limb in found if limb is not None)


def keyed_limb(prompts: PosePrompts, joints: tuple[str, ...], driven: frozenset[str]) -> PromptedLimb | None:
    """These joints, if any of them is driven and has prompts."""
    spans = [_spans(*prompts.joints[joint]) for joint in joints if joint in prompts.joints and joint in driven]
    return PromptedLimb(joints, np.unique(np.concatenate(spans), axis=0)) if spans else None


def _spans(times_s: np.ndarray, quaternions: np.ndarray) -> np.ndarray:
    """From each prompt to the next where they ask for the same, else a moment: (n, 2) seconds."""
    times_s = np.asarray(times_s, np.float64)
    alike = np.append(rot.angle_between_deg(quaternions[:-1], quaternions[1:]) < SAME_DEG, False)
    return np.stack([times_s, np.where(alike, np.append(times_s[1:], np.inf), times_s)], 1)


def stretches(limbs: Sequence[PromptedLimb], duration_s: float) -> list[tuple[float, float]]:
    """(from, to) in seconds within the sound: what has to be made anew around the prompts, in order."""
    reach_s = _AROUND_S + _OVER_S
    spans = sorted((first - reach_s, last + reach_s) for limb in limbs for first, last in limb.spans_s.tolist())
    result: list[tuple[float, float]] = []
    for first, last in spans:
        first, last = max(first, 0.0), min(last, duration_s)
        if last <= first:
            continue
        if result and first < result[-1][1] + _APART_S:
            result[-1] = result[-1][0], max(result[-1][1], last)
        else:
            result.append((first, last))
    return result


def cleared(strokes: PosePrompts, limbs: Sequence[PromptedLimb]) -> PosePrompts:
    """The strokes without what they ask of prompted limbs near the animator's keys, which win."""
    joints = dict(strokes.joints)
    for limb in limbs:
        for joint in limb.joints:
            if joint in joints:
                times_s, poses = joints[joint]
                kept = limb.away_s(times_s) >= CLEAR_S
                joints[joint] = times_s[kept], poses[kept]
    return replace(strokes, joints={joint: asked for joint, asked in joints.items() if len(asked[0])})


def spliced(clip: Clip, prompted: Clip, limbs: Sequence[PromptedLimb]) -> Clip:
    """The clip, with the limbs near their prompts as in the other one."""
    times_s = clip.start_s + np.arange(len(clip)) / clip.rate_hz
    rotations = clip.rotations.copy()
    for limb in limbs:
        weight = limb.weights(times_s)
        rows = np.flatnonzero(weight > 0.0)
        for joint in limb.joints:
            index = JOINT_INDEX[joint]
            own, other = (one.rotations[rows, index].astype(np.float64) for one in (clip, prompted))
            rotations[rows, index] = rot.slerp(own, other, weight[rows])
    return replace(clip, rotations=rot.continuous(rotations).astype(np.float32))
