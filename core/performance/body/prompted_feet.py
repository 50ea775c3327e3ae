# SPDX-License-Identifier: GPL-3.0-or-later
"""Feet of a body whose hips or legs the animator placed: the prompts count, and feet that were not placed stay where
they were."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...motion.clip import Clip
from ...motion.joints import LEG_JOINTS
from ...motion.locomotion.legs import LowerBody, feet_of, with_feet
from ...motion.skeleton import Skeleton
from ...prompts.blending import blend_clip_through
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


def stand_by_prompts(clip: Clip, prompts: PosePrompts | None, skeleton: Skeleton) -> Clip:
    """A clip whose feet stand planted already, passing through all prompts. Where these move the hips the legs follow
    by two-bone IK, so that the feet keep their places and headings, as far as legs reach; keys on the joints of a leg
    win over that."""
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
        blended = _with_feet_of(clip, blended, skeleton)
    return blend_clip_through(blended, legs)


def _with_feet_of(clip: Clip, blended: Clip, skeleton: Skeleton) -> Clip:
    """`blended` with its ankles where they are in `clip`, and feet turned as there."""
    lower = LowerBody.of(blended, skeleton)
    plan = feet_of(LowerBody.of(clip, skeleton), lower, np.zeros((len(blended), 3)))
    return replace(with_feet(blended, skeleton, lower, lower.legs(), plan), driven=blended.driven)
