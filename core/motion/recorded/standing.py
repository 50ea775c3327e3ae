# SPDX-License-Identifier: GPL-3.0-or-later
"""Recordings with SMPL-X's joints brought to where the others are: facing us, on the floor, feet where they stand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from ..clip import Clip
from ..joints import FINGER_JOINTS, JOINT_INDEX
from ..locomotion.contacts import estimate_contacts
from ..locomotion.foot_planting import plant_feet
from ..rotation_tensors import quaternion_to_matrix
from ..rotations import from_axis_angle, multiply, rotate
from ..skeleton import average_adult

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


def grounded(clip: Clip) -> Clip:
    """Moved up or down as a whole, so that the lowest of ankles and balls of the feet are as high as in the rest pose."""
    adult = average_adult()
    feet = [adult.index(name) for name in ("left_ankle", "right_ankle", "left_foot", "right_foot")]
    places = adult.forward(
        quaternion_to_matrix(torch.from_numpy(clip.rotations)), torch.from_numpy(clip.root_translation_m)
    )[0].numpy()
    above = places[:, feet, 1] - adult.rest_positions_m.numpy()[feet, 1]
    floor = np.percentile(above.min(axis=1), 20)
    return replace(clip, root_translation_m=clip.root_translation_m - np.array([0.0, floor, 0.0], np.float32))


def standing(clip: Clip) -> Clip:
    """A recording's clip on the floor, facing us, feet where they stand."""
    adult = average_adult()
    clip = grounded(facing_forward(clip))
    return plant_feet(replace(clip, contacts=estimate_contacts(clip, adult)), adult)


def fingers_recorded(clip: Clip) -> bool:
    """Whether the fingers move: recordings of bodies alone have them in one pose."""
    return bool(np.ptp(clip.rotations[:, _FINGERS], axis=0).max() > 0.02)
