# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a body part's joints are: our stand-in for the vertex term of EMAGE's codecs, which needs SMPL-X's mesh."""

from __future__ import annotations

import functools

import torch
from torch import Tensor

from ...models.emage.body_parts import HAND_JOINTS, LOWER_JOINTS, UPPER_JOINTS
from ...motion.rotation_tensors import rot6d_to_matrix
from ...motion.skeleton import Skeleton, average_adult

PART_JOINTS = {"upper": UPPER_JOINTS, "hands": HAND_JOINTS, "lower": LOWER_JOINTS}
# A joint's place does not show its own turn: the ends of chains go on by this much, metres.
_REACH_M = {"upper": 0.1, "hands": 0.025, "lower": 0.08}


@functools.cache
def part_skeleton(part: str) -> tuple[Skeleton, tuple[int, ...]]:
    """The part's joints alone (those whose parent belongs to another part hang in the air), and which of them are ends."""
    adult, joints = average_adult(), PART_JOINTS[part]
    parents = tuple(joints.index(adult.parents[joint]) if adult.parents[joint] in joints else -1 for joint in joints)
    ends = tuple(index for index in range(len(joints)) if index not in parents)
    return Skeleton(tuple(adult.names[joint] for joint in joints), parents, adult.offsets_m[list(joints)]), ends


def places_m(part: str, vectors: Tensor) -> Tensor:
    """The part's vectors (B, T, channels) → joints and what their ends point at (B, T, points, 3) in metres."""
    skeleton, ends = part_skeleton(part)
    turned = 6 * len(skeleton)
    matrices = rot6d_to_matrix(vectors[..., :turned].unflatten(-1, (len(skeleton), 6)))
    root = None if part != "lower" else vectors[..., turned : turned + 3]
    places, turns = skeleton.forward(matrices, root)
    ends = list(ends)
    # two directions each, so that a turn about one of them shows in the other
    tips = places[..., ends, :, None] + _REACH_M[part] * turns[..., ends, :, :2]
    return torch.cat((places, tips.transpose(-1, -2).flatten(-3, -2)), dim=-2)
