# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a clip's joints are in the world."""

from __future__ import annotations

import numpy as np

from ...motion.clip import Clip
from ...motion.kinematics.forward import forward
from ...motion.skeleton import Skeleton, average_adult


def world_joints(
    rotations: np.ndarray, root_translation_m: np.ndarray, skeleton: Skeleton
) -> tuple[np.ndarray, np.ndarray]:
    """Local quaternions (T, J, 4) and root (T, 3) → world positions (T, J, 3) and world rotations (T, J, 4), float32."""
    places, turns = forward(rotations, root_translation_m, skeleton.offsets_m.numpy(), skeleton.parents)
    return places.astype(np.float32), turns.astype(np.float32)


def positions_of(clip: Clip, skeleton: Skeleton | None = None) -> np.ndarray:
    """float32 (T, 55, 3): a clip's joints in the world."""
    return world_joints(clip.rotations, clip.root_translation_m, skeleton or average_adult())[0]
