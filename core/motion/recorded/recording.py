# SPDX-License-Identifier: GPL-3.0-or-later
"""A recorded body on the skeleton that it was recorded with."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch

from .. import rotations
from ..clip import Clip
from ..joints import JOINT_NAMES
from ..locomotion.contacts import still_labels
from ..rotation_tensors import quaternion_to_matrix
from ..skeleton import Skeleton

FEET = (7, 8, 10, 11)  # ankles and feet of SMPL-X
_CHUNK = 2000  # frames whose joint positions are computed at a time


@dataclass(frozen=True)
class Recording:
    """rotations float32 (T, J, 4) wxyz, sign-continuous; root_translation_m float32 (T, 3), added to the root's own offset;
    expressions (T, E) of a face model, or None; glitches: [from, to) frames where some joint jumps."""

    name: str
    skeleton: Skeleton
    rotations: np.ndarray
    root_translation_m: np.ndarray
    rate_hz: float
    expressions: np.ndarray | None = None
    glitches: tuple[tuple[int, int], ...] = ()
    about: dict = field(default_factory=dict)

    def __post_init__(self):
        frames = len(self.rotations)
        if self.rotations.shape != (frames, len(self.skeleton), 4) or self.root_translation_m.shape != (frames, 3):
            raise ValueError(
                f"{self.name}: {self.rotations.shape}, {self.root_translation_m.shape} for {len(self.skeleton)} joints"
            )

    def __len__(self) -> int:
        return len(self.rotations)

    def positions_m(self) -> np.ndarray:
        """float32 (T, J, 3): every joint in the world."""
        parts = []
        for first in range(0, len(self), _CHUNK):
            local = quaternion_to_matrix(torch.from_numpy(self.rotations[first : first + _CHUNK]))
            root = torch.from_numpy(self.root_translation_m[first : first + _CHUNK])
            parts.append(self.skeleton.forward(local, root)[0].numpy())
        return np.concatenate(parts) if parts else np.zeros((0, len(self.skeleton), 3), np.float32)

    def resampled(self, rate_hz: float) -> Recording:
        """At another rate, over the same span: spherical interpolation of rotations, linear of the rest."""
        if rate_hz == self.rate_hz or len(self) < 2:
            return self
        count = int((len(self) - 1) * rate_hz / self.rate_hz + 1e-6) + 1
        at = np.arange(count) * (self.rate_hz / rate_hz)
        low = np.minimum(at.astype(int), len(self) - 2)
        share = (at - low).astype(np.float32)

        def mixed(values: np.ndarray) -> np.ndarray:
            return (values[low] * (1 - share[:, None]) + values[low + 1] * share[:, None]).astype(np.float32)

        turned = rotations.slerp(self.rotations[low], self.rotations[low + 1], share[:, None]).astype(np.float32)
        scale = rate_hz / self.rate_hz
        glitches = tuple((int(start * scale), int(np.ceil(end * scale))) for start, end in self.glitches)
        return Recording(
            self.name,
            self.skeleton,
            turned,
            mixed(self.root_translation_m),
            rate_hz,
            None if self.expressions is None else mixed(self.expressions),
            glitches,
            self.about,
        )

    def to_clip(self) -> Clip:
        """As a canonical clip; the skeleton must have SMPL-X's 55 joints (others are retargeted by core.rigs)."""
        if self.skeleton.names != JOINT_NAMES:
            raise ValueError(f"{self.name} does not have SMPL-X's joints")
        return Clip(self.rotations, self.root_translation_m, foot_contacts(self).astype(np.float32), self.rate_hz)


def foot_contacts(recording: Recording) -> np.ndarray:
    """uint8 (T, 4): ankles and feet of an SMPL-X recording that move less than 1 cm to the next frame at 30 frames a second."""
    feet = recording.positions_m()[:, list(FEET)]
    return still_labels(feet, 0.01 * 30.0 / recording.rate_hz)
