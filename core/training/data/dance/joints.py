# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a dancer's joints are in the world."""

from __future__ import annotations

import numpy as np
import torch

from ....models.bailando.dancer_frames import body_skeleton
from ....motion.clip import Clip
from ....motion.rotation_tensors import quaternion_to_matrix


def joints_m(clip: Clip) -> np.ndarray:
    """A clip's body in the world, (T, 22, 3) metres."""
    skeleton = body_skeleton()
    local = quaternion_to_matrix(torch.from_numpy(clip.rotations[:, : len(skeleton)]))
    return skeleton.forward(local, torch.from_numpy(clip.root_translation_m))[0].numpy()
