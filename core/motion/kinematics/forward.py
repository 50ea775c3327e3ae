# SPDX-License-Identifier: GPL-3.0-or-later
"""Forward kinematics on quaternions in NumPy, whole clips at once. (`skeleton.Skeleton.forward` has it in PyTorch, on
matrices.)"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..joints import JOINT_INDEX
from ..rotations import from_axis_angle, inverse, multiply, rotate


def forward(
    rotations: np.ndarray, root_translation_m: np.ndarray, offsets_m: np.ndarray, parents: Sequence[int]
) -> tuple[np.ndarray, np.ndarray]:
    """Where joints are and how they are turned in the world.

    Args:
        rotations: (T, J, 4) local unit quaternions wxyz.
        root_translation_m: (T, 3), added to the root's own offset.
        offsets_m: (J, 3) in rest, from the parent.
        parents: (J,), −1 for the root; each comes before its children.

    Returns:
        Positions (T, J, 3) in metres and world rotations (T, J, 4), float64.
    """
    rotations = np.asarray(rotations, np.float64)
    offsets = np.asarray(offsets_m, np.float64)
    positions, world = np.empty((*rotations.shape[:2], 3)), np.empty(rotations.shape)
    for joint, parent in enumerate(parents):
        if parent < 0:
            positions[:, joint] = offsets[joint] + root_translation_m
            world[:, joint] = rotations[:, joint]
        else:
            positions[:, joint] = positions[:, parent] + rotate(world[:, parent], offsets[joint])
            world[:, joint] = multiply(world[:, parent], rotations[:, joint])
    return positions, world


def turned_in_the_world(rotations: np.ndarray, joints: Sequence[str]) -> np.ndarray:
    """How the last joint of a chain is turned in the world.

    Args:
        rotations: (T, 55, 4) local unit quaternions wxyz of the canonical joints.
        joints: the chain from the pelvis on.

    Returns:
        float64 (T, 4).
    """
    first, *others = (JOINT_INDEX[joint] for joint in joints)
    world = rotations[:, first].astype(np.float64)
    for joint in others:
        world = multiply(world, rotations[:, joint].astype(np.float64))
    return world


def with_chain_turned(rotations: np.ndarray, turns: Mapping[str, np.ndarray]) -> np.ndarray:
    """Local rotations of a chain whose joints are turned in the world, each by its own.

    Args:
        rotations: (T, 55, 4) local unit quaternions wxyz of the canonical joints.
        turns: rotation vectors (T, 3) in the world, radians, by joint; the chain from the pelvis on.

    Returns:
        float64 (T, joints of the chain, 4).
    """
    found: list[np.ndarray] = []
    world = parent = np.array([1.0, 0.0, 0.0, 0.0])
    for joint, turn in turns.items():
        world = multiply(world, rotations[:, JOINT_INDEX[joint]].astype(np.float64))
        goal = multiply(from_axis_angle(turn), world)
        found.append(multiply(inverse(parent), goal))
        parent = goal
    return np.stack(found, axis=1)
