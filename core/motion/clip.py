# SPDX-License-Identifier: GPL-3.0-or-later
"""The canonical body motion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .joints import JOINT_INDEX, JOINT_NAMES


@dataclass(frozen=True)
class Clip:
    """Motion of the 55 joints.

    rotations: float32 (T, 55, 4), local unit quaternions wxyz in canonical space (Y up, facing +Z, character's left is
    +X), identity = rest pose. root_translation_m: float32 (T, 3). contacts: float32 (T, 4), 0..1, left and right ankle,
    left and right foot. driven: the joints that this clip means to move; the others are identity and are left alone on
    the character. Frame t is at start_s + t / rate_hz seconds of the sound.
    """

    rotations: np.ndarray
    root_translation_m: np.ndarray
    contacts: np.ndarray
    rate_hz: float
    driven: frozenset[str] = frozenset(JOINT_NAMES)
    start_s: float = 0.0

    def __post_init__(self):
        frames = len(self.rotations)
        if self.rotations.shape != (frames, len(JOINT_NAMES), 4):
            raise ValueError(f"rotations must be (T, {len(JOINT_NAMES)}, 4), not {self.rotations.shape}")
        if self.root_translation_m.shape != (frames, 3) or self.contacts.shape != (frames, 4):
            raise ValueError("root_translation_m must be (T, 3) and contacts (T, 4)")
        if unknown := self.driven - set(JOINT_NAMES):
            raise ValueError(f"unknown joints: {sorted(unknown)}")

    def __len__(self) -> int:
        return len(self.rotations)

    def __getitem__(self, joint: str) -> np.ndarray:
        """float32 (T, 4): the local rotation of one joint (a view)."""
        return self.rotations[:, JOINT_INDEX[joint]]

    @classmethod
    def still(cls, frames: int, rate_hz: float, driven: frozenset[str] = frozenset()) -> Clip:
        """The rest pose for `frames` frames."""
        rotations = np.zeros((frames, len(JOINT_NAMES), 4), np.float32)
        rotations[..., 0] = 1.0
        return cls(rotations, np.zeros((frames, 3), np.float32), np.zeros((frames, 4), np.float32), rate_hz, driven)
