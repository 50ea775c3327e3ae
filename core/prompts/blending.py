# SPDX-License-Identifier: GPL-3.0-or-later
"""Blend what is generated so that it passes exactly through the animator's prompts, and so that a range that is
generated anew flows out of and into what is around it.

How fast is said by an easing: `AccelerationLimit` for bodies, `FixedWindow` for faces.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from ..motion import rotations as rot
from ..motion.clip import Clip
from ..motion.joints import JOINT_INDEX
from ..motion.kinematics.joint_limits import ROOT_ACCELERATION_M_S2, acceleration_limit
from ..motion.resampling import rotations_at
from .acceleration_limit import AccelerationLimit
from .curve_spaces import ROTATIONS, VECTORS, CurveSpace
from .fixed_window import FixedWindow
from .model import PosePrompts
from .pacing import SAME, HeldPrompts, Paces
from .under_speech import UnderSpeech

_MET_DEG = 0.05  # a body this near to a prompt meets it: the curves of the rig pass through it exactly in the end

Easing = AccelerationLimit | FixedWindow | UnderSpeech


def held(
    space: CurveSpace, times_s: np.ndarray, prompts: np.ndarray, paces: Paces, easing: Easing, until_s: float = np.inf
) -> HeldPrompts:
    """Prompts (P, C) at times (P,) as an easing holds them: each once more where its hold ends, if it has one. until_s:
    nothing is held beyond."""
    return easing.held(space, times_s, prompts, paces, until_s)


def blend_through(
    times_s: np.ndarray,
    values: np.ndarray,
    prompt_times_s: np.ndarray,
    prompts: np.ndarray,
    easing: Easing,
    free_s: tuple[float, float] = (-np.inf, np.inf),
    paces: Paces | None = None,
) -> np.ndarray:
    """Pass exactly through prompts, and leave everything far from them as it was.

    Args:
        times_s: float64 (T,) seconds, even and ascending.
        values: (T, C), in any unit.
        prompt_times_s: (P,) seconds, ascending; they may lie between two samples or outside them.
        prompts: (P, C), like values.
        easing: how fast the curve turns to them and back.
        free_s: nothing moves outside these times, if the easing meets the ends of a range first.
        paces: of prompts that were `held`, or None: single moments, eased as is usual.

    Returns:
        An array like values.
    """
    if len(values) == 0 or len(prompt_times_s) == 0:
        return values
    return easing.blend_through(VECTORS, times_s, values, prompt_times_s, prompts, free_s, paces)


def blend_rotations_through(
    times_s: np.ndarray,
    quaternions: np.ndarray,
    prompt_times_s: np.ndarray,
    prompts: np.ndarray,
    easing: Easing,
    free_s: tuple[float, float] = (-np.inf, np.inf),
    paces: Paces | None = None,
) -> np.ndarray:
    """Like `blend_through` for unit quaternions wxyz: quaternions (T, 4), prompts (P, 4) of either sign.

    Returns:
        (T, 4), each on the side of the one before it.
    """
    if len(quaternions) == 0 or len(prompt_times_s) == 0:
        return quaternions
    return easing.blend_through(ROTATIONS, times_s, quaternions, prompt_times_s, prompts, free_s, paces)


def blend_range(
    times_s: np.ndarray,
    new: np.ndarray,
    old: np.ndarray,
    ends_s: tuple[float | None, float | None],
    easing: Easing,
    prompt_times_s: np.ndarray | Sequence[float] = (),
) -> np.ndarray:
    """New values inside a range that are the old ones outside of it: value, velocity and acceleration agree at both
    ends.

    Args:
        times_s: float64 (T,) seconds, even and ascending.
        new: (T, C), in any unit.
        old: (T, C), like new.
        ends_s: up to when and from when it is the old ones; None where there is no such end.
        easing: how fast the old ones turn into the new ones.
        prompt_times_s: (P,) seconds, where the new ones have met prompts already.

    Returns:
        An array like new.
    """
    return easing.blend_range(VECTORS, times_s, new, old, ends_s, prompt_times_s)


def blend_rotations_in_range(
    times_s: np.ndarray,
    new: np.ndarray,
    old: np.ndarray,
    ends_s: tuple[float | None, float | None],
    easing: Easing,
    prompt_times_s: np.ndarray | Sequence[float] = (),
) -> np.ndarray:
    """Like `blend_range` for unit quaternions wxyz (T, 4)."""
    return easing.blend_range(ROTATIONS, times_s, new, old, ends_s, prompt_times_s)


def blend_clip_through(clip: Clip, prompts: PosePrompts | None) -> Clip:
    """The clip, passing exactly through the prompts of the joints that it drives; of a pelvis also through the root's.
    Put feet on the floor after this, so that they stand where prompted hips and legs let them, and blend again: what
    the animator asks of a leg counts more than its lock, while the other foot stays planted."""
    if prompts is None or not len(clip):
        return clip
    times_s = clip.start_s + np.arange(len(clip)) / clip.rate_hz
    rotations, root_m = clip.rotations, clip.root_translation_m
    for joint in sorted(prompts.joints.keys() & clip.driven, key=JOINT_INDEX.__getitem__):
        if _passes_through(times_s, clip[joint], *prompts.joints[joint]):
            continue
        if rotations is clip.rotations:
            rotations = rotations.copy()
        rotations[:, JOINT_INDEX[joint]] = blend_rotations_through(
            times_s, clip[joint], *prompts.joints[joint], easing_of(joint), paces=prompts.paces.get(joint)
        )
    if prompts.root is not None and "pelvis" in clip.driven:
        root_m = blend_through(times_s, root_m, *prompts.root, easing_of("root"), paces=prompts.paces.get("root"))
    return replace(clip, rotations=rotations, root_translation_m=root_m)


def _passes_through(
    times_s: np.ndarray, quaternions: np.ndarray, prompt_times_s: np.ndarray, prompts: np.ndarray
) -> bool:
    """Whether rotations (T, 4) go through prompts (P, 4) already and hold still between equal ones, as they do when they were blended
    before."""
    if len(times_s) < 2 or not len(prompt_times_s):
        return False
    prompts, prompt_times_s = rot.normalised(np.asarray(prompts, np.float64)), np.asarray(prompt_times_s)
    rate_hz = (len(times_s) - 1) / (times_s[-1] - times_s[0])
    there = rotations_at(quaternions.astype(np.float64), rate_hz, times_s[0], prompt_times_s)
    if rot.angle_between_deg(there, prompts).max() > _MET_DEG:
        return False
    holds = np.append(rot.angle_between_deg(prompts[:-1], prompts[1:]) < np.degrees(SAME), False)
    before = np.searchsorted(prompt_times_s, times_s, side="right") - 1
    held_still = (before >= 0) & holds[before]
    still = rot.angle_between_deg(quaternions[held_still], prompts[before[held_still]])
    return bool(still.max(initial=0.0) <= _MET_DEG)


def easing_of(joint: str) -> AccelerationLimit:
    """How fast a canonical joint turns into a prompt, or "root" moves into it."""
    return AccelerationLimit(ROOT_ACCELERATION_M_S2 if joint == "root" else acceleration_limit(joint))


def with_holds(prompts: PosePrompts, paces: Mapping[str, Paces]) -> PosePrompts:
    """The prompts of joints and root, held. paces: by joint, and "root": of its prompts."""
    joints, known = dict(prompts.joints), dict[str, Paces]()
    for joint, (times_s, quaternions) in prompts.joints.items():
        if joint in paces:
            longer = held(ROTATIONS, times_s, quaternions, paces[joint], easing_of(joint))
            joints[joint], known[joint] = (longer.times_s, quaternions[longer.rows]), longer.paces
    root = prompts.root
    if root is not None and "root" in paces:
        longer = held(VECTORS, root[0], root[1], paces["root"], easing_of("root"))
        root, known["root"] = (longer.times_s, root[1][longer.rows]), longer.paces
    return replace(prompts, joints=joints, root=root, paces=known)
