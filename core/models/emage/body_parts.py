# SPDX-License-Identifier: GPL-3.0-or-later
"""Which joints the four compositional codecs own, and how their numbers make up the 337 of a frame.

A frame: 55 SMPL-X joints × rot6d (330) | translation in metres (3) | foot contact of joints 7, 8, 10, 11 (4). Part
vectors: face = jaw rot6d 6 | expression 100; upper = 13 joints; hands = 30 joints; lower = 9 joints | translation |
contact. In the published model the eyes (23, 24) belong to no part: they come back as identity. `face_joints` may add
them.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ...motion.rotation_tensors import IDENTITY_6D

JOINTS = 55
ROTATION_CHANNELS = JOINTS * 6
TRANSLATION = slice(330, 333)
CONTACT = slice(333, 337)
JAW = 22
UPPER_JOINTS = (3, 6, 9, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21)
LOWER_JOINTS = (0, 1, 2, 4, 5, 7, 8, 10, 11)
HAND_JOINTS = tuple(range(25, 55))
PARTS = ("face", "upper", "hands", "lower")
BODY_PARTS = ("upper", "hands", "lower")


def rest_frames(batch: int, frames: int, channels: int = 337, like: Tensor | None = None) -> Tensor:
    """(batch, frames, channels): T-pose — identity rotations, zero translation, contact and whatever follows."""
    rest = torch.zeros(batch, frames, channels) if like is None else like.new_zeros(batch, frames, channels)
    rest[..., :ROTATION_CHANNELS] = rest.new_tensor(IDENTITY_6D).repeat(JOINTS)
    return rest


def split(motion: Tensor, expression: Tensor, face_joints: tuple[int, ...] = (JAW,)) -> dict[str, Tensor]:
    """motion (B, T, 337) and expression (B, T, E) → the four parts' vectors."""
    joints = motion[..., :ROTATION_CHANNELS].unflatten(-1, (JOINTS, 6))
    lower = joints[..., LOWER_JOINTS, :].flatten(-2)
    return {
        "face": torch.cat((joints[..., face_joints, :].flatten(-2), expression), dim=-1),
        "upper": joints[..., UPPER_JOINTS, :].flatten(-2),
        "hands": joints[..., HAND_JOINTS, :].flatten(-2),
        "lower": torch.cat((lower, motion[..., TRANSLATION.start : CONTACT.stop]), dim=-1),
    }


def join(parts: dict[str, Tensor], face_joints: tuple[int, ...] = (JAW,)) -> tuple[Tensor, Tensor]:
    """The four parts' vectors → motion (B, T, 337) as decoded (rotations not yet orthonormal) and expression (B, T,
    E)."""
    face, lower = parts["face"], parts["lower"]
    motion = rest_frames(face.shape[0], face.shape[1], like=face)
    joints = motion[..., :ROTATION_CHANNELS].unflatten(-1, (JOINTS, 6))
    turned, rotations = 6 * len(face_joints), 6 * len(LOWER_JOINTS)
    owners = (
        (face_joints, face[..., :turned]),
        (UPPER_JOINTS, parts["upper"]),
        (HAND_JOINTS, parts["hands"]),
        (LOWER_JOINTS, lower[..., :rotations]),
    )
    for indices, vector in owners:
        joints[..., indices, :] = vector.unflatten(-1, (len(indices), 6))
    motion[..., TRANSLATION.start : CONTACT.stop] = lower[..., rotations : rotations + 7]
    return motion, face[..., turned:]
