# SPDX-License-Identifier: GPL-3.0-or-later
"""Skeletons and forward kinematics in PyTorch, differentiable, for any leading dimensions."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from .joints import JOINT_NAMES, JOINT_PARENTS


@dataclass(frozen=True)
class Skeleton:
    """names and parents of J joints (parent −1 = root, every parent before its children); offsets_m (J, 3): each joint from
    its parent in the rest pose, the root from the origin, in metres, Y up. All rotations identity = rest pose."""

    names: tuple[str, ...]
    parents: tuple[int, ...]
    offsets_m: Tensor

    def __post_init__(self):
        if len(self.names) != len(self.parents) or self.offsets_m.shape != (len(self.names), 3):
            raise ValueError(f"{len(self.names)} names, {len(self.parents)} parents and offsets {tuple(self.offsets_m.shape)}")
        for joint, parent in enumerate(self.parents):
            if not -1 <= parent < joint:
                raise ValueError(f"{self.names[joint]} comes before its parent")

    def __len__(self) -> int:
        return len(self.names)

    @classmethod
    def from_rest_positions(cls, names: Sequence[str], parents: Sequence[int], positions_m: np.ndarray | Tensor) -> Skeleton:
        """From where the joints are in the rest pose, (J, 3)."""
        positions = torch.as_tensor(positions_m, dtype=torch.float32)
        origin = torch.zeros(1, 3)
        above = torch.cat((positions, origin))[list(parents)]  # −1 takes the origin, which stands last
        return cls(tuple(names), tuple(int(parent) for parent in parents), positions - above)

    @property
    def rest_positions_m(self) -> Tensor:
        """(J, 3)."""
        places: list[Tensor] = []
        for parent, offset in zip(self.parents, self.offsets_m, strict=True):
            places.append(offset if parent < 0 else places[parent] + offset)
        return torch.stack(places)

    def index(self, name: str) -> int:
        return self.names.index(name)

    def forward(self, rotations: Tensor, root_translation_m: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Local rotation matrices (…, J, 3, 3) and root translation (…, 3) → joint positions (…, J, 3) in metres and global
        rotations (…, J, 3, 3). The translation adds to the root's own offset (SMPL's and BEAT2's convention); without it the
        root stays at its offset."""
        offsets = self.offsets_m.to(rotations)
        turned: list[Tensor] = []
        places: list[Tensor] = []
        for joint, parent in enumerate(self.parents):
            local = rotations[..., joint, :, :]
            if parent < 0:
                place = offsets[joint].expand(*rotations.shape[:-3], 3)
                turned.append(local)
                places.append(place if root_translation_m is None else place + root_translation_m)
            else:
                turned.append(turned[parent] @ local)
                places.append(places[parent] + (turned[parent] @ offsets[joint, :, None])[..., 0])
        return torch.stack(places, dim=-2), torch.stack(turned, dim=-3)


# Rest pose of an average adult (1.70 m) in canonical space, metres: T-pose, feet on the floor at y = 0. Our own round figures.
_CENTRE = {
    "pelvis": (0.0, 0.93, 0.0), "spine1": (0.0, 1.04, -0.01), "spine2": (0.0, 1.16, 0.0), "spine3": (0.0, 1.22, 0.01),
    "neck": (0.0, 1.42, -0.02), "head": (0.0, 1.51, 0.01), "jaw": (0.0, 1.50, 0.03),
}
_LEFT = {
    "hip": (0.06, 0.85, 0.0), "knee": (0.10, 0.47, 0.0), "ankle": (0.09, 0.08, -0.03), "foot": (0.11, 0.02, 0.09),
    "collar": (0.08, 1.36, -0.01), "shoulder": (0.17, 1.38, -0.02), "elbow": (0.43, 1.37, -0.03), "wrist": (0.68, 1.37, -0.03),
    "eye_smplhf": (0.03, 1.57, 0.08),
    "index1": (0.78, 1.37, 0.0), "index2": (0.81, 1.37, 0.005), "index3": (0.835, 1.37, 0.005),
    "middle1": (0.785, 1.375, -0.025), "middle2": (0.815, 1.375, -0.025), "middle3": (0.84, 1.375, -0.025),
    "pinky1": (0.765, 1.365, -0.07), "pinky2": (0.785, 1.365, -0.075), "pinky3": (0.80, 1.365, -0.08),
    "ring1": (0.775, 1.37, -0.05), "ring2": (0.805, 1.37, -0.05), "ring3": (0.83, 1.37, -0.055),
    "thumb1": (0.71, 1.355, 0.02), "thumb2": (0.735, 1.345, 0.045), "thumb3": (0.76, 1.34, 0.06),
}


def _rest_position(name: str) -> tuple[float, float, float]:
    if name in _CENTRE:
        return _CENTRE[name]
    side, _, part = name.partition("_")
    x, y, z = _LEFT[part]
    return (x if side == "left" else -x), y, z


def average_adult() -> Skeleton:
    """The 55 canonical joints at the proportions of an average adult: for kinematics where no character is given."""
    return Skeleton.from_rest_positions(JOINT_NAMES, JOINT_PARENTS, np.array([_rest_position(name) for name in JOINT_NAMES]))
