# SPDX-License-Identifier: GPL-3.0-or-later
"""Foot planting on a clip (foot-skate clean-up): contacts found, slides and floating taken out, legs solved by IK.

Works on whole clips, in time linear in their length.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ..clip import Clip
from .contacts import detect_contacts, floor_drift, floor_heights
from .foot_plan import plan_feet
from .legs import Leg, LowerBody, with_feet
from .root_motion import common_foot_slide

if TYPE_CHECKING:  # the skeleton is made of tensors; here it is only read
    from ..skeleton import Skeleton


def plant_feet(clip: Clip, skeleton: Skeleton, contacts: np.ndarray | None = None, follow: bool = True) -> Clip:
    """The clip with feet that stand still on the floor y = 0 while they stand, at the height of the resting soles.

    Args:
        clip: the motion. Its pelvis translation and the rotations of hips, knees, ankles and feet change, nothing else.
        skeleton: on which it is.
        contacts: (T, 4) of the caller's; None: estimated. The result has those used.
        follow: the root goes along where standing feet slide together (a body that glides over the floor glides less);
            False keeps its horizontal path as it was.
    """
    if not len(clip):
        return clip
    lower = LowerBody.of(clip, skeleton)
    legs, ankles, balls = lower.legs(), lower.both("ankle"), lower.both("foot")
    offset = _to_floor(legs, ankles, balls, clip.rate_hz)
    if follow:
        slack = detect_contacts(ankles, balls, clip.rate_hz, widest_m=np.inf) if contacts is None else contacts
        offset -= common_foot_slide(legs, slack, clip.rate_hz)
    if contacts is None:
        contacts = detect_contacts(ankles + offset[:, None], balls + offset[:, None], clip.rate_hz)
    plan = plan_feet([leg.moved(offset) for leg in legs], contacts, clip.rate_hz)
    plan = replace(plan, pelvis=offset + plan.pelvis)  # on the clip as it was
    planted = with_feet(clip, skeleton, lower, legs, plan)
    return replace(planted, contacts=np.asarray(contacts, np.float32))


def _to_floor(legs: list[Leg], ankles: np.ndarray, balls: np.ndarray, rate_hz: float) -> np.ndarray:
    """The offset that brings the clip's own floor to y = 0, without drift, (T, 3)."""
    offset = np.zeros((len(ankles), 3))
    offset[:, 1] = -floor_drift(ankles, balls, rate_hz)
    levels = floor_heights(ankles + offset[:, None], balls + offset[:, None], rate_hz)
    rest = np.mean([leg.ankle_height for leg in legs]), np.mean([leg.ball_height for leg in legs])
    offset[:, 1] -= np.mean([levels[0] - rest[0], levels[1] - rest[1]])
    return offset
