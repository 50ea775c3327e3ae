# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole motion of a face from one source: shapes and head, and which of them the source really gives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .face_track import FACE_NAMES

HEAD_ANGLES = ("yaw", "pitch", "roll")
CHANNELS = len(FACE_NAMES) + len(HEAD_ANGLES)


@dataclass(frozen=True, eq=False)
class FaceMotion:
    """A face over time, a frame every 1 / FACE_RATE_HZ seconds from second 0 on.

    values: float32 (frames, 55) in the order of FACE_NAMES, 0..1. head_deg: float32 (frames, 3), yaw (positive: to the
    character's left), pitch (down) and roll (to its right) in degrees. known: bool (55 + 3,), which of the shapes and angles
    the source gives; the others are 0 and mean nothing.
    """

    values: np.ndarray
    head_deg: np.ndarray
    known: np.ndarray

    def __post_init__(self) -> None:
        frames = len(self.values)
        expected = ((frames, len(FACE_NAMES)), (frames, len(HEAD_ANGLES)), (CHANNELS,))
        found = (self.values.shape, self.head_deg.shape, self.known.shape)
        if found != expected:
            raise ValueError(f"values, head_deg and known must be {expected}, not {found}")

    def __len__(self) -> int:
        return len(self.values)
