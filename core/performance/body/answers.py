# SPDX-License-Identifier: GPL-3.0-or-later
"""How the trunk answers an arm that the animator placed: the collar goes along, chest and spine lean against it.

The clavicle rises by about a tenth to a third of an arm's elevation (Inman, Saunders and Abbott 1944; Ludewig et al.
2009); the trunk leans away from the arm, and a little before it (Bouisset and Zattara 1987). Here it is the lower end
of that: the animator saw the hand where it was put, and all that answers moves it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...motion import rotations as rot
from ...motion.clip import Clip
from ...motion.easing import minimum_jerk
from ...motion.joints import JOINT_INDEX, SIDES
from ...prompts.model import PosePrompts
from .prompted_limbs import keyed_limb

# Share of the upper arm's swing from where it hangs, and at most degrees; by eye within what was measured.
COLLAR, COLLAR_DEG = 0.12, 10.0
SPINE = {"spine3": (0.03, 2.5), "spine2": (0.015, 1.2), "spine1": (0.01, 0.8)}
_BEFORE_S, _OVER_S = 0.1, 0.5  # the trunk sets out so long before the arm; and how long its way takes; by eye


def answer_arms(clip: Clip, prompts: PosePrompts, posture: np.ndarray) -> Clip:
    """The clip with collars, chest and spine answering prompted arms; joints that were keyed there do not.

    Args:
        clip: passing through the prompts.
        prompts: the animator's keys.
        posture: (55, 4) how the speaker stands, arms hanging.
    """
    times_s = clip.start_s + np.arange(len(clip)) / clip.rate_hz
    rotations = clip.rotations.astype(np.float64)
    for side in SIDES:
        arm = keyed_limb(prompts, (f"{side}_shoulder",), clip.driven)
        if arm is None or not len(clip):
            continue
        swing = rot.to_axis_angle(_swing(clip, posture, side))
        weight = arm.weights(times_s, _BEFORE_S, _OVER_S)[:, None]
        shares = {f"{side}_collar": (COLLAR, COLLAR_DEG), **SPINE}
        for joint, (share, most_deg) in shares.items():
            free = free_of(prompts, (joint,), times_s)[:, None]
            turn = rot.from_axis_angle(at_most(share * swing, np.radians(most_deg)) * weight * free)
            index = JOINT_INDEX[joint]
            rotations[:, index] = rot.multiply(turn, rotations[:, index])
    return replace(clip, rotations=rot.continuous(rot.normalised(rotations)).astype(np.float32))


def free_of(prompts: PosePrompts, joints: tuple[str, ...], times_s: np.ndarray, over_s: float = _OVER_S) -> np.ndarray:
    """1 far from the prompts of these joints, 0 at them, float64 (T,)."""
    keyed = keyed_limb(prompts, joints, frozenset(joints))
    return np.ones(len(times_s)) if keyed is None else minimum_jerk(keyed.away_s(times_s) / over_s)


def _swing(clip: Clip, posture: np.ndarray, side: str) -> np.ndarray:
    """The shortest turn from how the upper arm hangs to where it is, in the chest's axes, (T, 4)."""
    along = np.array([1.0 if side == SIDES[0] else -1.0, 0.0, 0.0])  # at rest arms point sideways
    collar, shoulder = (JOINT_INDEX[f"{side}_{part}"] for part in ("collar", "shoulder"))
    hangs = rot.rotate(rot.multiply(posture[collar], posture[shoulder]), along)
    is_at = rot.rotate(rot.multiply(posture[collar][None], clip.rotations[:, shoulder].astype(np.float64)), along[None])
    return rot.shortest_arc(np.broadcast_to(hangs, is_at.shape), is_at)


def at_most(turns: np.ndarray, most: float) -> np.ndarray:
    """Rotation vectors (T, 3) whose lengths come near to a limit, and never reach it."""
    length = np.linalg.norm(turns, axis=1, keepdims=True)
    return turns * most * np.tanh(length / most) / np.maximum(length, 1e-9)
