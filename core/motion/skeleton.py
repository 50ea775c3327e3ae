# SPDX-License-Identifier: GPL-3.0-or-later
"""Skeletons and forward kinematics in PyTorch, differentiable, for any leading dimensions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from .adult_skeleton import ADULT_REST_M
from .joints import JOINT_NAMES, JOINT_PARENTS


@dataclass(frozen=True)
class Skeleton:
    """names and parents of J joints (parent −1 = root, every parent before its children); offsets_m (J, 3): each joint
    from its parent in the rest pose, the root from the origin, in metres, Y up. All rotations identity = rest pose."""

    names: tuple[str, ...]
    parents: tuple[int, ...]
    offsets_m: Tensor

    def __post_init__(self):
        if len(self.names) != len(self.parents) or self.offsets_m.shape != (len(self.names), 3):
            raise ValueError(
                f"{len(self.names)} names, {len(self.parents)} parents and offsets {tuple(self.offsets_m.shape)}"
            )
        for joint, parent in enumerate(self.parents):
            if not -1 <= parent < joint:
                raise ValueError(f"{self.names[joint]} comes before its parent")

    def __len__(self) -> int:
        return len(self.names)

    @classmethod
    def from_rest_positions(
        cls, names: Sequence[str], parents: Sequence[int], positions_m: np.ndarray | Tensor
    ) -> Skeleton:
        """From where the joints are in the rest pose, (J, 3)."""
        positions = torch.as_tensor(positions_m, dtype=torch.float32)
        origin = torch.zeros(1, 3)
        above = torch.cat((positions, origin))[list(parents)]  # −1 takes the origin, which stands last
        return cls(tuple(names), tuple(int(parent) for parent in parents), positions - above)

    @property
    def rest_positions_m(self) -> Tensor:
        """(J, 3)."""
        positions: list[Tensor] = []
        for parent, offset in zip(self.parents, self.offsets_m, strict=True):
            positions.append(offset if parent < 0 else positions[parent] + offset)
        return torch.stack(positions)

    def index(self, name: str) -> int:
        return self.names.index(name)

    def forward(self, rotations: Tensor, root_translation_m: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Where joints are and how they are turned in the world.

        Args:
            rotations: (..., J, 3, 3) local rotation matrices.
            root_translation_m: (..., 3), added to the root's own offset (SMPL's and BEAT2's convention); None: nothing.

        Returns:
            Positions (..., J, 3) in metres and world rotations (..., J, 3, 3).
        """
        offsets = self.offsets_m.to(rotations)
        world: list[Tensor] = []
        positions: list[Tensor] = []
        for joint, parent in enumerate(self.parents):
            local = rotations[..., joint, :, :]
            if parent < 0:
                position = offsets[joint].expand(*rotations.shape[:-3], 3)
                world.append(local)
                positions.append(position if root_translation_m is None else position + root_translation_m)
            else:
                world.append(world[parent] @ local)
                positions.append(positions[parent] + (world[parent] @ offsets[joint, :, None])[..., 0])
        return torch.stack(positions, dim=-2), torch.stack(world, dim=-3)


def average_adult() -> Skeleton:
    """The 55 canonical joints at the proportions of an average adult: for kinematics where no character is given."""
    return Skeleton.from_rest_positions(JOINT_NAMES, JOINT_PARENTS, ADULT_REST_M.copy())
