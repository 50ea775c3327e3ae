# SPDX-License-Identifier: GPL-3.0-or-later
"""Rigs for tests, built from joints' places, with bones of any roll in any axes."""

from __future__ import annotations

import numpy as np

from core.motion.rotations import rotate
from core.rigs.description import Bone, RigDescription
from core.rigs.detection.mapping import map_character
from core.rigs.retargeting.pose import Pose
from core.rigs.spaces import BLENDER_AXES, character_axes

# A head of average size, metres, canonical axes (left, up, forward): joint → start, end.
PLACES = {
    "pelvis": ((0, 1.0, 0), (0, 1.1, 0)),
    "spine1": ((0, 1.1, 0), (0, 1.25, 0)),
    "spine2": ((0, 1.25, 0), (0, 1.4, 0)),
    "neck": ((0, 1.5, 0), (0, 1.6, 0.01)),
    "head": ((0, 1.6, 0.01), (0, 1.8, 0.01)),
    "jaw": ((0, 1.62, 0.03), (0, 1.57, 0.11)),
    "left_eye_smplhf": ((0.032, 1.68, 0.08), (0.032, 1.68, 0.11)),
    "left_shoulder": ((0.18, 1.45, 0), (0.4, 1.4, 0)),
    "left_hip": ((0.1, 0.95, 0), (0.1, 0.5, 0)),
    "left_lid_upper": ((0.032, 1.68, 0.08), (0.032, 1.687, 0.105)),
    "left_lid_lower": ((0.032, 1.68, 0.08), (0.032, 1.672, 0.105)),
    "lip_upper": ((0, 1.615, 0.115), (0, 1.615, 0.12)),
    "lip_lower": ((0, 1.605, 0.112), (0, 1.605, 0.117)),
    "left_lip_corner": ((0.022, 1.61, 0.105), (0.022, 1.61, 0.11)),
}
PARENTS = {
    "spine1": "pelvis",
    "spine2": "spine1",
    "neck": "spine2",
    "head": "neck",
    "jaw": "head",
    "shoulder": "spine2",
    "hip": "pelvis",
    "eye_smplhf": "head",
    "lid_upper": "head",
    "lid_lower": "head",
    "lip_upper": "head",
    "lip_lower": "jaw",
    "lip_corner": "head",
}

# A rig of no convention: joint → bone name.
PLAIN = {
    "pelvis": "hips",
    "spine1": "spine",
    "spine2": "chest",
    "neck": "neck",
    "head": "head",
    "jaw": "jaw",
    "left_eye_smplhf": "eye.L",
    "right_eye_smplhf": "eye.R",
    "left_shoulder": "arm.L",
    "right_shoulder": "arm.R",
    "left_hip": "leg.L",
    "right_hip": "leg.R",
    "left_lid_upper": "eyelid_upper.L",
    "left_lid_lower": "eyelid_lower.L",
    "right_lid_upper": "eyelid_upper.R",
    "right_lid_lower": "eyelid_lower.R",
}


def bone_frame(way: np.ndarray, roll: float) -> np.ndarray:
    """A rest rotation whose Y points along `way`, rolled about it."""
    y = way / np.linalg.norm(way)
    aside = np.array([1.0, 0.2, 0.1])
    x = np.cross(y, aside)
    x /= np.linalg.norm(x)
    z = np.cross(x, y)
    return np.stack([np.cos(roll) * x + np.sin(roll) * z, y, -np.sin(roll) * x + np.cos(roll) * z], -1)


def rig(
    names: dict[str, str],
    axes=BLENDER_AXES,
    seed: int = 0,
    scale: float = 1.0,
    meshes=(),
    places=None,
    parents=None,
    **more,
) -> RigDescription:
    """A rig of the joints in `names` (joint → bone name; right ones mirror left ones), with random rolls."""
    rng = np.random.default_rng(seed)
    parents = parents or PARENTS
    given, places = places or PLACES, {}
    for joint, (start, end) in given.items():
        places[joint] = np.array([start, end])
        if joint.startswith("left_"):
            places["right_" + joint[5:]] = np.array([start, end]) * [-1, 1, 1]
    bones = {}
    for joint in places:
        if joint not in names:
            continue
        stem = joint.removeprefix("left_").removeprefix("right_")
        side = joint.removesuffix(stem)
        above = parents.get(stem, "")
        while above and above not in names and side + above not in names:
            above = parents.get(above, "")
        above = above if above in names else side + above
        rest = np.eye(4)
        start, end = places[joint] * scale
        rest[:3, :3] = bone_frame(axes @ (end - start), rng.uniform(-3, 3))
        rest[:3, 3] = axes @ start
        bones[names[joint]] = Bone(names[joint], names.get(above, ""), rest, float(np.linalg.norm(end - start)), **more)
    return RigDescription("test", tuple(meshes), bones, armature="rig")


_axes: dict[int, tuple[RigDescription, np.ndarray]] = {}  # kept with the description, so that its id stays its own


def moved(description: RigDescription, controls, bone: str, frame: int, point: np.ndarray) -> np.ndarray:
    """Where a point (canonical) that hangs on `bone` is in a frame; parents included. Returns canonical coordinates."""
    if id(description) not in _axes:
        _axes[id(description)] = description, character_axes(description, map_character(description).bones)
    axes = _axes[id(description)][1]
    chain = []
    while bone:
        chain.append(bone)
        bone = description.bones[bone].parent
    matrix = np.eye(4)
    for name in reversed(chain):
        rest = description.bones[name].rest
        pose = np.eye(4)
        if name in controls.rotations:
            w, x, y, z = controls.rotations[name][frame].astype(float)
            pose[:3, :3] = np.stack([rotate(np.array([w, x, y, z]), column) for column in np.eye(3)], -1)
        if name in controls.locations:
            pose[:3, 3] = controls.locations[name][frame]
        matrix = matrix @ (rest @ pose @ np.linalg.inv(rest))
    return axes.T @ (matrix @ np.append(axes @ point, 1.0))[:3]


def bone_matrices(description: RigDescription, rotations, locations, bones) -> dict[str, np.ndarray]:
    """{bone: float64 (T, 4, 4)} in armature space, of bones that hang together by their parents."""
    pose = Pose(description, rotations, locations)
    frames = max(len(curve) for curve in (*rotations.values(), *locations.values()))
    return {name: np.broadcast_to(pose.matrix(name), (frames, 4, 4)) for name in bones}
