# SPDX-License-Identifier: GPL-3.0-or-later
"""Feet of a body whose hips or legs the animator placed: the prompts count, and feet that were not placed stay where
they were."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...motion.clip import Clip
from ...motion.joints import LEG_JOINTS, SIDES
from ...motion.kinematics.joint_limits import ROOT_ACCELERATION_M_S2
from ...motion.locomotion.legs import LowerBody, feet_of, with_feet
from ...motion.skeleton import Skeleton
from ...prompts.acceleration_limit import AccelerationLimit
from ...prompts.blending import blend_clip_through, blend_through
from ...prompts.model import PosePrompts

_FREE_S = 1.0  # before and after a prompted leg nobody steps


def without_steps(prompts: PosePrompts | None) -> tuple[tuple[float, float], ...]:
    """(from, to) in seconds in which the prompts allow no steps: around those of the legs; never where the hips were
    placed, for then the animator says where the body is."""
    if prompts is None:
        return ()
    if prompts.root is not None or "pelvis" in prompts.joints:
        return ((-np.inf, np.inf),)
    return tuple(
        (float(time) - _FREE_S, float(time) + _FREE_S)
        for joint, (times_s, _) in prompts.joints.items()
        if joint in LEG_JOINTS
        for time in times_s
    )


def above_the_hips(prompts: PosePrompts | None) -> PosePrompts | None:
    """What the animator asks of the torso, the arms and the face. Hips and legs are met when the feet stand already
    (`stand_by_prompts`): a figure whose hips alone are lowered would else be taken for one in the air."""
    if prompts is None:
        return None
    lower = LEG_JOINTS | {"pelvis"}
    joints = {joint: prompt for joint, prompt in prompts.joints.items() if joint not in lower}
    return replace(prompts, joints=joints, root=None)


def stand_by_prompts(clip: Clip, prompts: PosePrompts | None, skeleton: Skeleton) -> Clip:
    """A clip whose feet stand planted already, passing through all prompts. Where these move the hips the legs follow
    by two-bone IK, so that the feet keep their places and headings, as far as legs reach; keys on the joints of a leg
    win over that: a foot goes where they put it, and back."""
    if prompts is None or not len(clip):
        return clip
    legs = replace(
        prompts, joints={joint: prompt for joint, prompt in prompts.joints.items() if joint in LEG_JOINTS}, root=None
    )
    blended = blend_clip_through(
        clip,
        replace(prompts, joints={joint: prompt for joint, prompt in prompts.joints.items() if joint not in LEG_JOINTS}),
    )
    if prompts.root is not None or "pelvis" in prompts.joints:
        blended = _with_feet_of(clip, blended, legs, skeleton)
    return blend_clip_through(blended, legs)


def _with_feet_of(clip: Clip, blended: Clip, legs: PosePrompts, skeleton: Skeleton) -> Clip:
    """`blended` with its ankles where they are in `clip`, but where keys on a leg put them, and feet turned as there."""
    lower = LowerBody.of(blended, skeleton)
    plan = feet_of(LowerBody.of(clip, skeleton), lower, np.zeros((len(blended), 3)))
    if legs.joints:
        keyed = LowerBody.of(blend_clip_through(blended, legs), skeleton)
        times_s = clip.start_s + np.arange(len(clip)) / clip.rate_hz
        ankles = tuple(
            _by_way_of(times_s, ankle, keyed.positions[f"{side}_ankle"], _times_of(legs, side))
            for side, ankle in zip(SIDES, plan.ankles)
        )
        plan = replace(plan, ankles=ankles)
    return replace(with_feet(blended, skeleton, lower, lower.legs(), plan), driven=blended.driven)


def _times_of(legs: PosePrompts, side: str) -> np.ndarray:
    """When thigh or shin of a side are keyed, seconds (n,)."""
    keyed = [legs.joints[joint][0] for joint in (f"{side}_hip", f"{side}_knee") if joint in legs.joints]
    return np.unique(np.concatenate([np.empty(0), *keyed]))


def _by_way_of(times_s: np.ndarray, ankle: np.ndarray, keyed: np.ndarray, key_times_s: np.ndarray) -> np.ndarray:
    """An ankle's way (T, 3), by way of where it is in `keyed` (T, 3) at these times."""
    inside = key_times_s[(key_times_s >= times_s[0]) & (key_times_s <= times_s[-1])]
    places = np.stack([np.interp(inside, times_s, keyed[:, axis]) for axis in range(3)], 1)
    return blend_through(times_s, ankle, inside, places, AccelerationLimit(ROOT_ACCELERATION_M_S2))
