# SPDX-License-Identifier: GPL-3.0-or-later
"""Forward kinematics on quaternions in NumPy, whole clips at once. (`skeleton.Skeleton.forward` has it in PyTorch, on matrices.)"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..rotations import multiply, rotate


def forward(
    rotations: np.ndarray, root_translation_m: np.ndarray, offsets_m: np.ndarray, parents: Sequence[int]
) -> tuple[np.ndarray, np.ndarray]:
    """Local quaternions wxyz (T, J, 4), root translation (T, 3), rest offsets (J, 3) and parents (−1 = root) → joint positions
    (T, J, 3) in metres and global quaternions (T, J, 4), float64. The translation adds to the root's own offset."""
    rotations = np.asarray(rotations, np.float64)
    offsets = np.asarray(offsets_m, np.float64)
    places, turned = np.empty((*rotations.shape[:2], 3)), np.empty(rotations.shape)
    for joint, parent in enumerate(parents):
        if parent < 0:
            places[:, joint] = offsets[joint] + root_translation_m
            turned[:, joint] = rotations[:, joint]
        else:
            places[:, joint] = places[:, parent] + rotate(turned[:, parent], offsets[joint])
            turned[:, joint] = multiply(turned[:, parent], rotations[:, joint])
    return places, turned
