# SPDX-License-Identifier: GPL-3.0-or-later
"""Recordings with SMPL-X's joints brought to where the others are: facing us, on the floor, feet where they stand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ....motion.clip import Clip
from ....motion.joints import FINGER_JOINTS, JOINT_INDEX
from ....motion.locomotion.contacts import estimate_contacts
from ....motion.locomotion.foot_planting import plant_feet
from ....motion.rotations import from_axis_angle, multiply, rotate
from ....motion.skeleton import average_adult
from .corpus import grounded

_FINGERS = [JOINT_INDEX[name] for name in FINGER_JOINTS]


def facing_forward(clip: Clip) -> Clip:
    """Turned about the vertical, so that the pelvis faces +Z on average, and moved, so that it begins over the origin."""
    ahead = rotate(clip["pelvis"].astype(np.float64), np.broadcast_to([0.0, 0.0, 1.0], (len(clip), 3))).mean(axis=0)
    turn = from_axis_angle(np.array([0.0, -np.arctan2(ahead[0], ahead[2]), 0.0]))
    pelvis = average_adult().offsets_m[0].numpy().astype(np.float64)
    rotations = clip.rotations.copy()
    rotations[:, 0] = multiply(turn[None], clip.rotations[:, 0].astype(np.float64))
    places = rotate(np.broadcast_to(turn, (len(clip), 4)), clip.root_translation_m + pelvis)
    places[:, [0, 2]] -= places[0, [0, 2]] - pelvis[[0, 2]]
    return replace(clip, rotations=rotations, root_translation_m=(places - pelvis).astype(np.float32))


def standing(clip: Clip) -> Clip:
    """A recording's clip on the floor, facing us, feet where they stand."""
    adult = average_adult()
    clip = grounded(facing_forward(clip))
    return plant_feet(replace(clip, contacts=estimate_contacts(clip, adult)), adult)


def fingers_recorded(clip: Clip) -> bool:
    """Whether the fingers move: recordings of bodies alone have them in one pose."""
    return bool(np.ptp(clip.rotations[:, _FINGERS], axis=0).max() > 0.02)
