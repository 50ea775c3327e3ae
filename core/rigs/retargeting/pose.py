# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a character's bones are while its curves play: Blender's evaluation of a pose, without Blender.

A bone stands at (where its parent stands) · (its rest relative to the parent's rest) · (its location) · (its rotation).
A bone that does not inherit rotation keeps its resting frame and only its head goes along. Constraints and scale are
not looked at; of a control rig, whose bones hang together by constraints, `above` says which bone carries which.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...motion.rotations import continuous, from_matrix, inverse, multiply, normalised, to_matrix
from ..character import Character
from ..description import Bone, RigDescription
from ..spaces import rest_rotation
from .bone_links import parents_of


def carrier_of(description: RigDescription, bone: str, above: Mapping[str, str] | None = None) -> str:
    """The bone that carries another: `above`'s if it is listed there ("" = none), else the parent."""
    if above is not None and bone in above:
        return above[bone]
    name = description.bones[bone].parent
    return name if name in description.bones else ""


def rigid(matrix: np.ndarray) -> np.ndarray:
    """float64 (4, 4) without scale."""
    result = np.eye(4)
    matrix = np.asarray(matrix, np.float64)
    result[:3, :3] = matrix[:3, :3] / np.maximum(np.linalg.norm(matrix[:3, :3], axis=0), 1e-12)
    result[:3, 3] = matrix[:3, 3]
    return result


class Pose:
    """A character in motion. Matrices are computed for the bones asked for and what carries them; those of bones that
    never move are kept for one frame only, (1, 4, 4)."""

    def __init__(
        self,
        description: RigDescription,
        rotations: Mapping[str, np.ndarray],
        locations: Mapping[str, np.ndarray],
        above: Mapping[str, str] | None = None,
        free: frozenset[str] = frozenset(),
    ):
        """rotations, locations: as in `Controls`. above: bone → the bone that carries it, where that is not its parent.
        free: bones that keep their rotation whatever carries them, besides those whose description says so."""
        self.description, self.rotations, self.locations = description, rotations, locations
        self.above, self.free = above, free
        self._frames: dict[str, np.ndarray] = {}
        self._matrices: dict[str, np.ndarray] = {}

    def inherits(self, bone: str) -> bool:
        return bone not in self.free and self.description.bones[bone].inherits_rotation

    def frame(self, name: str) -> np.ndarray:
        """Where a bone would stand without its own location and rotation, armature space: (T or 1, 4, 4)."""
        if name not in self._frames:
            bone = self.description.bones[name]
            own = rigid(bone.rest)
            carrier = carrier_of(self.description, name, self.above)
            if not carrier:
                self._frames[name] = own[None]
            else:
                frame = self.matrix(carrier) @ (np.linalg.inv(rigid(self.description.bones[carrier].rest)) @ own)
                if not self.inherits(name):
                    frame = frame.copy()
                    frame[:, :3, :3] = own[:3, :3]
                self._frames[name] = frame
        return self._frames[name]

    def matrix_at_rest(self, name: str) -> np.ndarray:
        """Where a bone rests, armature space: (4, 4)."""
        return rigid(self.description.bones[name].rest)

    def location_axes(self, name: str) -> np.ndarray:
        """The axes along which a bone's location moves it, armature space: (T or 1, 3, 3)."""
        bone: Bone = self.description.bones[name]
        carrier = carrier_of(self.description, name, self.above)
        if not carrier:
            return rigid(bone.rest)[None, :3, :3] if bone.local_location else np.eye(3)[None]
        if not bone.local_location:
            return self.matrix(carrier)[:, :3, :3]  # Blender means the parent's axes by it
        local = np.linalg.inv(rigid(self.description.bones[carrier].rest)) @ rigid(bone.rest)
        return (self.matrix(carrier) @ local)[:, :3, :3]

    def matrix(self, name: str) -> np.ndarray:
        """Where a bone stands, armature space: (T or 1, 4, 4)."""
        if name not in self._matrices:
            frame = self.frame(name)
            rotation, location = self.rotations.get(name), self.locations.get(name)
            frames = max(len(each) for each in (frame, rotation, location) if each is not None)
            result = np.broadcast_to(frame, (frames, 4, 4)).copy()
            if location is not None:
                result[:, :3, 3] += (self.location_axes(name) @ np.asarray(location, np.float64)[..., None])[..., 0]
            if rotation is not None:
                result[:, :3, :3] = result[:, :3, :3] @ to_matrix(np.asarray(rotation, np.float64))
            self._matrices[name] = result
        return self._matrices[name]


def pose_of(character: Character, rotations: Mapping[str, np.ndarray], locations: Mapping[str, np.ndarray]) -> Pose:
    """The character in motion, its bones hanging together by parents, or by the links of a control rig. rotations, locations: as in
    `Controls`."""
    description, skeleton = character.description, character.skeleton
    above = {
        name: link.above
        for name, link in skeleton.links.items()
        if link.above and link.above not in parents_of(description, name)
    }
    carrier, travel = skeleton.carrier, skeleton.travel
    if carrier and travel and travel not in parents_of(description, carrier):
        above[carrier] = travel
    free = frozenset(name for name, link in skeleton.links.items() if link.free)
    return Pose(description, rotations, locations, above, free)


def turn_from_rest(pose: Pose, bone: str, axes: np.ndarray, frames: int) -> np.ndarray:
    """A bone's turn from its rest, about canonical axes, wxyz (T, 4)."""
    into = rest_rotation(pose.description.bones[bone]).T @ axes
    turn = axes.T @ pose.matrix(bone)[:, :3, :3] @ into
    return np.broadcast_to(continuous(from_matrix(turn)), (frames, 4))


def turn_bones(pose: Pose, turns: Mapping[str, np.ndarray], axes: np.ndarray) -> dict[str, np.ndarray]:
    """Bones turned further in space; a bone below a turned one is not turned twice: each stands where its own turn puts
    it.

    Args:
        pose: what the bones do now.
        turns: {bone: quaternions wxyz (T, 4) about canonical axes, put before what it does}.
        axes: (3, 3), of the character.

    Returns:
        {bone: float32 (T, 4)}, new rotations of these bones, as in `Controls`.
    """
    result = {}
    for name, turn in turns.items():
        carrier = carrier_of(pose.description, name, pose.above)
        inherited = pose.inherits(name)
        while carrier and carrier not in turns and inherited:
            inherited = pose.inherits(carrier)
            carrier = carrier_of(pose.description, carrier, pose.above)
        before = turns[carrier] if carrier and inherited else None
        goal = turn if before is None else multiply(inverse(before), turn)
        # the same turn in the frame in which the bone's own rotation acts
        into = np.swapaxes(pose.frame(name)[:, :3, :3], -1, -2) @ axes
        local = np.concatenate([goal[:, :1], (into @ goal[:, 1:, None])[..., 0]], -1)
        old = np.asarray(pose.rotations.get(name, np.array([[1.0, 0.0, 0.0, 0.0]])), np.float64)
        result[name] = continuous(normalised(multiply(local, np.broadcast_to(old, local.shape)))).astype(np.float32)
    return result
