# SPDX-License-Identifier: GPL-3.0-or-later
"""A person whose one gesture was recorded for training and again for validation."""

from __future__ import annotations

import numpy as np

from core.motion import rotations as rot
from core.motion.clip import Clip
from core.motion.gesture_plan import GestureUnit
from core.motion.joints import JOINT_INDEX
from core.training.data.body import BodyClip


def made_bodies(performer: str = "garza") -> list[BodyClip]:
    """An arm that is raised within three seconds, in both splits."""
    lift = np.sin(np.linspace(0, np.pi, 90)) * 1.2
    clip = Clip.still(90, 30.0)
    clip.rotations[:, JOINT_INDEX["left_shoulder"]] = rot.from_axis_angle(np.stack([0 * lift, 0 * lift, lift], -1))
    unit = GestureUnit("point", "left", 1.0, 0.3, 1.2, 1.5, 1.8, 2.7)
    return [BodyClip("wave", "test", performer, split, clip, True, unit, "") for split in ("train", "validation")]
