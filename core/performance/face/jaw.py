# SPDX-License-Identifier: GPL-3.0-or-later
"""The jaw joint as the shapes have it."""

from __future__ import annotations

import numpy as np

from ...motion import rotations as rot
from ...motion.face_track import FACE_INDEX

JAW_OPEN_DEG, JAW_SIDE_DEG = 20.0, 7.0  # of the joint where the shape is 1; by eye


def jaw_rotations(values: np.ndarray) -> np.ndarray:
    """Local rotations of the jaw, (frames, 4) wxyz, that go with shapes (frames, 55)."""
    sideways = values[:, FACE_INDEX["jawLeft"]] - values[:, FACE_INDEX["jawRight"]]
    return rot.from_yaw_pitch_roll(
        np.radians(JAW_SIDE_DEG) * sideways, np.radians(JAW_OPEN_DEG) * values[:, FACE_INDEX["jawOpen"]], np.zeros(1)
    )
