# SPDX-License-Identifier: GPL-3.0-or-later
"""How a figure stands: one foot a little ahead of the other, by seed and character, since hardly anyone stands with both beside
one another."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...motion import rotations as rot
from ...motion.adult_skeleton import adult_position
from ...motion.clip import Clip
from ...motion.joints import JOINT_INDEX, SIDES
from ...settings import GenerateSettings
from ..seeding import generator_for

_AHEAD_M = (0.03, 0.10)  # from foot to foot; by eye
_LEG = ("hip", "knee", "ankle")


def with_a_foot_ahead(clip: Clip, settings: GenerateSettings, character: str) -> Clip:
    """The clip with one leg a little ahead and the other a little behind; soles keep their direction.

    Args:
        clip: standing, feet not planted yet.
        settings: seed and stance count.
        character: another one stands otherwise.
    """
    if settings.stance == "AS_POSED" or not {f"{side}_{part}" for side in SIDES for part in _LEG} <= clip.driven:
        return clip
    random = generator_for(settings.seed, f"stance {character}")
    far_m = float(random.uniform(*_AHEAD_M))
    ahead_m = far_m if random.random() < 0.5 else -far_m  # of the left foot, before the right one
    leg_m = float(adult_position(f"{SIDES[0]}_hip")[1] - adult_position(f"{SIDES[0]}_ankle")[1])
    rotations = clip.rotations.astype(np.float64)
    for side, sign in zip(SIDES, (1.0, -1.0)):
        hip, knee, ankle = (JOINT_INDEX[f"{side}_{part}"] for part in _LEG)
        above = rot.multiply(rotations[:, hip], rotations[:, knee])
        sole = rot.multiply(above, rotations[:, ankle])
        swing = rot.from_axis_angle(np.array([-np.arcsin(sign * 0.5 * ahead_m / leg_m), 0.0, 0.0]))
        rotations[:, hip] = rot.multiply(swing[None], rotations[:, hip])
        rotations[:, ankle] = rot.multiply(rot.inverse(rot.multiply(swing[None], above)), sole)
    return replace(clip, rotations=rot.continuous(rotations).astype(np.float32))
