# SPDX-License-Identifier: GPL-3.0-or-later
"""A dancer's frame as numbers for the rotation memory, from canonical clips and back.

Rotations are rot6d of canonical joints. The back is one bend, a third of it in each spine joint, for recordings differ
in where they bend. Wrists, toes and fingers are not in it: most recorded dances lack them. The pelvis is turned against
the heading (its twist about the vertical); the root goes by its velocity in the heading's frame, so that a step is the
same wherever on the stage, and whichever way, it is danced.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ...motion.clip import Clip
from ...motion.joints import BODY_JOINTS, JOINT_INDEX, JOINT_NAMES, JOINT_PARENTS
from ...motion.rotation_tensors import rot6d_to_matrix
from ...motion.rotations import IDENTITY, from_axis_angle, from_rot6d, inverse, multiply, rotate, scaled, to_rot6d
from ...motion.skeleton import Skeleton, average_adult

SIDES = ("left", "right")
UP_JOINTS = (
    "spine1",
    "neck",
    "head",
    *(f"{side}_{joint}" for joint in ("collar", "shoulder", "elbow") for side in SIDES),
)
DOWN_JOINTS = ("pelvis", *(f"{side}_{joint}" for joint in ("hip", "knee", "ankle") for side in SIDES))
ROOT_CHANNELS = 4  # velocity along the heading's x and z in m/s, turning in rad/s, height over the rest pose in m
CONTACT_CHANNELS = 4  # as in Clip.contacts
UP_WIDTH = 6 * len(UP_JOINTS)
DOWN_TURNS = 6 * len(DOWN_JOINTS)
DOWN_WIDTH = DOWN_TURNS + ROOT_CHANNELS + CONTACT_CHANNELS
WIDTH = UP_WIDTH + DOWN_WIDTH
SPINE = ("spine1", "spine2", "spine3")
DANCED = frozenset((*UP_JOINTS, *DOWN_JOINTS, *SPINE))  # the joints that a decoded clip moves


def heading_rad(pelvis: np.ndarray) -> np.ndarray:
    """Pelvis (T, 4) → its twist about the vertical, (T,) radians, without jumps."""
    return np.unwrap(2.0 * np.arctan2(pelvis[:, 2], pelvis[:, 0]), period=2.0 * np.pi)


def about_vertical(angles: np.ndarray) -> np.ndarray:
    """Rotations (T, 4) by angles (T,) in radians."""
    zero = np.zeros_like(angles)
    return from_axis_angle(np.stack((zero, angles, zero), axis=-1))


def back_of(turns: np.ndarray) -> np.ndarray:
    """What each spine joint turns, (T, 4), from what a decoder gives for it.

    Three joints turn alike, so that a third of a whole turn more in each leaves the chest where it is: places alone, by which the
    memory learns, cannot tell the three apart. The smallest is meant.
    """
    return scaled(multiply(multiply(turns, turns), turns), 1.0 / 3.0)


def to_vectors(clip: Clip) -> np.ndarray:
    """A clip of at least two frames → float32 (T, WIDTH): up, then down with root and contacts."""
    turns = {joint: clip[joint].astype(np.float64) for joint in (*UP_JOINTS, *DOWN_JOINTS, *SPINE)}
    back = multiply(multiply(turns["spine1"], turns["spine2"]), turns["spine3"])
    turns["spine1"] = scaled(back, 1.0 / 3.0)
    heading = heading_rad(turns["pelvis"])
    away = inverse(about_vertical(heading))
    turns["pelvis"] = multiply(away, turns["pelvis"])
    step = np.diff(clip.root_translation_m.astype(np.float64), axis=0) * clip.rate_hz
    step = rotate(away[:-1], step)
    turning = np.diff(heading) * clip.rate_hz
    moving = np.concatenate((step[:, [0, 2]], turning[:, None]), axis=1)
    moving = np.concatenate((moving, moving[-1:]))
    columns = [to_rot6d(turns[joint]) for joint in (*UP_JOINTS, *DOWN_JOINTS)]
    return np.concatenate((*columns, moving, clip.root_translation_m[:, 1:2], clip.contacts), axis=1).astype(np.float32)


def local_rotations(vectors: np.ndarray) -> np.ndarray:
    """(T, WIDTH) → float64 (T, 55, 4), the pelvis against the heading; joints that are not danced rest."""
    rotations = np.tile(IDENTITY.astype(np.float64), (len(vectors), len(JOINT_NAMES), 1))
    for index, joint in enumerate((*UP_JOINTS, *DOWN_JOINTS)):
        rotations[:, JOINT_INDEX[joint]] = from_rot6d(vectors[:, 6 * index : 6 * index + 6].astype(np.float64))
    back = back_of(rotations[:, JOINT_INDEX["spine1"]])
    for joint in SPINE:
        rotations[:, JOINT_INDEX[joint]] = back
    return rotations


def to_clip(
    vectors: np.ndarray, rate_hz: float, start_m: tuple[float, float] = (0.0, 0.0), facing: float = 0.0
) -> Clip:
    """Numbers back to motion.

    Args:
        vectors: (T, WIDTH), rot6d not necessarily orthonormal.
        rate_hz: frames a second.
        start_m: x and z of the root in the first frame.
        facing: heading in the first frame, radians.

    Returns:
        A clip that drives the danced joints; contacts 0 to 1.
    """
    clip = Clip.still(len(vectors), rate_hz, DANCED)
    clip.rotations[:] = local_rotations(vectors)
    root = vectors[:, UP_WIDTH + DOWN_TURNS :].astype(np.float64)

    def summed(rates: np.ndarray, first: float) -> np.ndarray:
        return first + np.concatenate(([0.0], rates[:-1].cumsum() / rate_hz))

    heading = summed(root[:, 2], facing)
    turn = about_vertical(heading)
    step = rotate(turn, np.stack((root[:, 0], np.zeros(len(root)), root[:, 1]), axis=-1))
    clip.rotations[:, 0] = multiply(turn, clip["pelvis"].astype(np.float64))
    clip.root_translation_m[:] = np.stack(
        (summed(step[:, 0], start_m[0]), root[:, 3], summed(step[:, 2], start_m[1])), axis=-1
    )
    clip.contacts[:] = root[:, 4:].clip(0.0, 1.0)
    return clip


def body_skeleton() -> Skeleton:
    """The 22 joints from pelvis to wrists of an average adult."""
    count = len(BODY_JOINTS)
    return Skeleton(BODY_JOINTS, JOINT_PARENTS[:count], average_adult().offsets_m[:count])


def places_m(vectors: Tensor, skeleton: Skeleton) -> Tensor:
    """Where the joints are, seen from the heading over the same point of the stage.

    Args:
        vectors: (…, WIDTH).
        skeleton: `body_skeleton()`.

    Returns:
        (…, 22, 3) metres.
    """
    matrices = rot6d_to_matrix(vectors[..., : UP_WIDTH + DOWN_TURNS].unflatten(-1, (-1, 6)))
    still = torch.eye(3, dtype=vectors.dtype).expand(*vectors.shape[:-1], 3, 3)
    order = (*UP_JOINTS, *DOWN_JOINTS)
    source = ["spine1" if joint in SPINE else joint for joint in skeleton.names]
    turned = [matrices[..., order.index(joint), :, :] if joint in order else still for joint in source]
    height = vectors[..., UP_WIDTH + DOWN_TURNS + 3]
    zero = torch.zeros_like(height)
    return skeleton.forward(torch.stack(turned, dim=-3), torch.stack((zero, height, zero), dim=-1))[0]
