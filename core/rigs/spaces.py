# SPDX-License-Identifier: GPL-3.0-or-later
"""From the canonical space (Y up, facing +Z, the character's left is +X) to a bone's own rest frame.

The only place where axes are converted. A bone is rotated about the character's axes, whatever its roll and rest pose:
with A the canonical axes in armature space and R the bone's rest rotation, a canonical rotation q becomes the pose-bone
rotation R⁻¹ A q A⁻¹ R. Conjugation leaves the angle alone, so only the quaternion's vector part is turned, by R⁻¹ A. On
a mirrored character (its left bones on its right) A is a reflection, which also reverses the sense of every turn.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..motion.joints import SIDES
from ..motion.rotations import continuous, normalised
from .description import Bone, RigDescription

# Blender's own: Z up, facing -Y. Columns: where the canonical axes point.
BLENDER_AXES = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
# By eye.
_BACKWARDS = 0.5  # of the feet's direction: clearly behind
_SNAP_COSINE = 0.92  # within 23 degrees of an axis the rig was built along it


def about(axis: tuple[float, float, float], angle: np.ndarray) -> np.ndarray:
    """Rotations about a canonical axis.

    Args:
        axis: of unit length.
        angle: (T,), radians.

    Returns:
        Quaternions wxyz float64 (T, 4).
    """
    half = 0.5 * np.asarray(angle, np.float64)
    return np.concatenate([np.cos(half)[:, None], np.sin(half)[:, None] * np.asarray(axis, np.float64)], -1)


def unit_vector(vector: np.ndarray) -> np.ndarray:
    """A vector (3,) at length 1; zeros stay."""
    return vector / max(float(np.linalg.norm(vector)), 1e-12)


def rest_rotation(bone: Bone) -> np.ndarray:
    """float64 (3, 3): the bone's rest frame in armature space, without scale."""
    matrix = np.asarray(bone.rest, np.float64)[:3, :3]
    return matrix / np.maximum(np.linalg.norm(matrix, axis=0), 1e-12)


def rest_head(bone: Bone) -> np.ndarray:
    """float64 (3,): where the bone starts, armature space."""
    return np.asarray(bone.rest, np.float64)[:3, 3]


def rest_tail(bone: Bone) -> np.ndarray:
    """float64 (3,): where the bone ends, armature space."""
    return rest_head(bone) + rest_rotation(bone)[:, 1] * bone.length


def bone_rotation(rotation: np.ndarray, bone: Bone, axes: np.ndarray) -> np.ndarray:
    """A canonical rotation as the pose bone's own.

    Args:
        rotation: (T, 4), quaternions wxyz, canonical axes.
        bone: that is to turn so.
        axes: (3, 3), of `character_axes`.

    Returns:
        Quaternions wxyz float32 (T, 4) relative to rest, in bone space, sign-continuous.
    """
    rotation = np.asarray(rotation, np.float64)
    into = rest_rotation(bone).T @ axes * np.linalg.det(axes)
    local = np.concatenate([rotation[:, :1], rotation[:, 1:] @ into.T], -1)
    return continuous(normalised(local)).astype(np.float32)


def bone_offset(offset: np.ndarray, bone: Bone, axes: np.ndarray) -> np.ndarray:
    """A canonical offset as the pose bone's location.

    Args:
        offset: (T, 3), canonical axes, units of the armature.
        bone: that is to move so.
        axes: (3, 3), of `character_axes`.

    Returns:
        float32 (T, 3), along the axes by which Blender moves the bone.
    """
    into = rest_rotation(bone).T @ axes if bone.local_location else axes
    return (np.asarray(offset, np.float64) @ into.T).astype(np.float32)


def _toes(where: Mapping[str, np.ndarray]) -> np.ndarray:
    """Which way the feet point together, at most 1 long; zeros if that is not known."""
    ways = [
        where[f"{side}_foot"] - where[f"{side}_ankle"]
        for side in SIDES
        if f"{side}_foot" in where and f"{side}_ankle" in where
    ]
    if len(ways) < 2 or min(map(np.linalg.norm, ways)) < 1e-9:
        return np.zeros(3)
    return np.mean([way / np.linalg.norm(way) for way in ways], 0)


def character_axes(description: RigDescription, joints: Mapping[str, str]) -> np.ndarray:
    """Which way the character is up, ahead and to its left.

    Left comes from left and right bones, up from the pelvis (or the feet) to the head, whatever way the armature was
    imported or turned; axes close to the armature's own are taken to be meant as them. Feet that then point backwards
    tell a mirrored armature: the axes are a reflection. With too few bones: up is the scene's, and the character faces
    the way of Blender's (or, with Y up, glTF's) habit.

    Args:
        description: the character.
        joints: joint → bone name, of `core.rigs.detection.bone_roles`.

    Returns:
        float64 (3, 3): the canonical axes in armature space, columns left, up, forward.
    """
    bones = description.bones
    where = {joint: rest_head(bones[name]) for joint, name in joints.items() if name in bones}
    pairs = [
        where[joint] - where["right_" + joint[5:]]
        for joint in where
        if joint.startswith("left_") and "right_" + joint[5:] in where
    ]
    left = np.sum([pair for pair in pairs if np.linalg.norm(pair) > 1e-6], axis=0) if pairs else np.zeros(3)
    world = np.asarray(description.world, np.float64)[:3, :3]
    world = world / np.maximum(np.linalg.norm(world, axis=0), 1e-12)
    scene_up = world.T @ np.array([0.0, 0.0, 1.0])
    low = next((where[joint] for joint in ("pelvis", "left_ankle", "spine1", "spine2") if joint in where), None)
    up = where["head"] - low if "head" in where and low is not None else scene_up
    if np.linalg.norm(up) < 1e-6:
        up = scene_up
    if np.linalg.norm(left) < 1e-6:
        habit = BLENDER_AXES if abs(scene_up[2]) >= abs(scene_up[1]) else np.eye(3)
        left = habit[:, 0]
    up = up / np.linalg.norm(up)
    left = left - up * (left @ up)
    if np.linalg.norm(left) < 1e-6:
        return BLENDER_AXES.copy()
    left = left / np.linalg.norm(left)
    ahead = np.cross(left, up)
    if _toes(where) @ ahead < -_BACKWARDS:
        ahead = -ahead  # mirrored: what is called left is on the right
    axes = np.stack([left, up, ahead], -1)
    snapped = np.where(np.abs(axes) > _SNAP_COSINE, np.sign(axes), 0.0)
    return snapped if abs(np.linalg.det(snapped)) > 0.5 else axes
