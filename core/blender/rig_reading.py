# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading a character into plain data, with why something on it cannot be keyed."""
from __future__ import annotations

from collections.abc import Iterable, Iterator

import bpy
import numpy as np

from ..errors import UserError
from ..rigs.description import Bone, FaceMesh, RigDescription, ShapeKey
from . import compat
from .characters import bone_path, face_meshes, rotation_property, shape_keys, shape_path

# Constraints that replace a bone's own rotation altogether, so that keys on it would not be seen.
_REPLACING_CONSTRAINTS = {"COPY_TRANSFORMS", "COPY_ROTATION", "ARMATURE"}
_LINKED = "linked from another file; make a library override (Object > Library Override > Make) or make it local"
_SYSTEM_OVERRIDE = "a library override that cannot be edited; make it editable in the Outliner"


def describe(root: bpy.types.Object, scene: bpy.types.Scene) -> RigDescription:
    """Read a character once into plain data, with why something cannot be keyed."""
    meshes = tuple(_describe_mesh(mesh) for mesh in face_meshes(root, scene))
    if root.type != "ARMATURE":
        return RigDescription(root.name, meshes, {}, np.array(root.matrix_world, np.float64))
    return RigDescription(root.name, meshes, _describe_bones(root), np.array(root.matrix_world, np.float64), root.name)


def _describe_mesh(mesh_object: bpy.types.Object) -> FaceMesh:
    keys = shape_keys(mesh_object)
    # A linked mesh on an object that can be edited becomes an override of its own when its keys are written.
    blocked = _why_not_editable(mesh_object if compat.can_override_data(mesh_object) else keys)
    if not blocked and not keys.use_relative:
        blocked = "absolute shape keys; tick Relative in the mesh's Shape Keys panel"
    driven = set(_driven_paths(keys))
    curves = {curve.data_path: curve for curve in _fcurves(keys)}
    described = []
    for block in keys.key_blocks:
        if block == keys.reference_key:
            continue
        path = shape_path(block.name)
        described.append(ShapeKey(block.name, block.slider_min, block.slider_max,
                                  "driven" if path in driven else "muted" if block.mute else _why_curve_is_kept(curves.get(path))))
    return FaceMesh(mesh_object.name, tuple(described), blocked)


def _describe_bones(armature: bpy.types.Object) -> dict[str, Bone]:
    everything = _why_not_editable(armature)
    driven = set(_driven_paths(armature))
    curves = {curve.data_path: curve for curve in _fcurves(armature)}
    # In edit mode `data.bones` is what it was before entering it; callers refuse edit mode on the character anyway.
    bones = {}
    for bone in _parents_first(armature.data.bones):
        pose_bone = armature.pose.bones.get(bone.name) if armature.pose is not None else None
        mode = pose_bone.rotation_mode if pose_bone is not None else "QUATERNION"
        path = bone_path(bone.name, rotation_property(mode))
        blocked = everything or ("driven" if path in driven else _why_curve_is_kept(curves.get(path)))
        if not blocked and pose_bone is not None:
            blocked = _why_bone_is_fixed(pose_bone)
        bones[bone.name] = Bone(bone.name, bone.parent.name if bone.parent else "", np.array(bone.matrix_local, np.float64),
                                bone.length, mode, bone.use_deform, blocked)
    return bones


def _parents_first(bones: Iterable[bpy.types.Bone]) -> Iterator[bpy.types.Bone]:
    for bone in bones:
        if bone.parent is None:
            yield bone
            yield from bone.children_recursive  # Blender lists them parents first


def _why_not_editable(identifier: bpy.types.ID) -> str:
    if compat.is_editable(identifier):
        return ""
    return _LINKED if identifier.override_library is None else _SYSTEM_OVERRIDE


def _why_curve_is_kept(curve: bpy.types.FCurve | None) -> str:
    """A curve that its owner locked or muted stays as it is."""
    if curve is None:
        return ""
    return "its curve is locked" if curve.lock else "its curve is muted" if curve.mute else ""


def _why_bone_is_fixed(bone: bpy.types.PoseBone) -> str:
    if all(bone.lock_rotation):
        return "its rotation is locked"
    for constraint in bone.constraints:
        if constraint.type in _REPLACING_CONSTRAINTS and not constraint.mute and constraint.influence > 0.99:
            return f"moved by its constraint {constraint.name}"
    return ""


def _driven_paths(owner: bpy.types.ID) -> Iterator[str]:
    if owner.animation_data is not None:
        for driver in owner.animation_data.drivers:
            yield driver.data_path


def _fcurves(owner: bpy.types.ID) -> Iterable[bpy.types.FCurve]:
    curves = compat.active_curves(owner)
    return curves.fcurves if curves is not None else ()


def require_ready(root: bpy.types.Object, description: RigDescription, scene: bpy.types.Scene) -> None:
    """Raises UserError if the character cannot be keyed now: edit mode, nothing to drive, all linked."""
    for part in (root, *face_meshes(root, scene)):
        if part.mode == "EDIT":
            raise UserError(f'"{part.name}" is in Edit Mode.', "Leave Edit Mode (Tab), then generate.")
    require_something(root, description)
    reasons = {mesh.blocked for mesh in description.meshes} | {bone.blocked for bone in description.bones.values()}
    if "" not in reasons:
        raise UserError(f'Nothing of "{root.name}" can be keyed: {sorted(reasons)[0]}.', "")


def require_something(root: bpy.types.Object, description: RigDescription) -> None:
    """Raises UserError if the character has neither shape keys nor bones."""
    if not description.meshes and not description.bones:
        raise UserError(f'"{root.name}" has no shape keys and no armature, so nothing on it can speak.',
                        "Give it shape keys (52 ARKit shapes are best) or a jaw bone, or select another character.")
