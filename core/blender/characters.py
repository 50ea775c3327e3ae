# SPDX-License-Identifier: GPL-3.0-or-later
"""Characters in the scene: which one is meant, what it is made of, and what on it can be keyed."""
from __future__ import annotations

from collections.abc import Iterable, Iterator

import bpy
import numpy as np

from ..errors import UserError
from ..rigs.description import Bone, FaceMesh, RigDescription, ShapeKey
from . import compat

# Constraints that replace a bone's own rotation altogether, so that keys on it would not be seen.
_REPLACING_CONSTRAINTS = {"COPY_TRANSFORMS", "COPY_ROTATION", "ARMATURE"}
_LINKED = "linked from another file; make a library override (Object > Library Override > Make) or make it local"
_SYSTEM_OVERRIDE = "a library override that cannot be edited; make it editable in the Outliner"


def shape_keys(mesh_object: bpy.types.Object) -> bpy.types.Key | None:
    """The shape keys of a mesh object, or None if there are none besides the basis."""
    if mesh_object.type != "MESH" or mesh_object.data is None:
        return None
    keys = mesh_object.data.shape_keys
    return keys if keys is not None and len(keys.key_blocks) > 1 else None


def armature_of(part: bpy.types.Object) -> bpy.types.Object | None:
    """The armature that moves `part`: itself, its Armature modifier's, or the nearest one that it is parented to."""
    if part.type == "ARMATURE":
        return part
    for modifier in part.modifiers:
        if modifier.type == "ARMATURE" and modifier.object is not None:
            return modifier.object
    parent = part.parent
    while parent is not None:
        if (armature := armature_of(parent)) is not None:
            return armature
        parent = parent.parent
    return None


def root_of(part: bpy.types.Object | None) -> bpy.types.Object | None:
    """The object that stands for the whole character of which `part` is one: its armature, or its mesh; or None."""
    if part is None:
        return None
    armature = armature_of(part)
    if armature is not None:
        return armature
    if shape_keys(part) is not None:
        return part
    below = part.children_recursive
    for kind in ("ARMATURE", "MESH"):
        for child in below:
            if child.type == kind and (kind == "ARMATURE" or shape_keys(child) is not None):
                return armature_of(child) or child
    # A mesh without keys (a body) next to one with keys (a head) below the same empty.
    if part.parent is not None and part.type == "MESH":
        return root_of(part.parent)
    return None


def _top(part: bpy.types.Object) -> bpy.types.Object:
    while part.parent is not None:
        part = part.parent
    return part


def face_meshes(root: bpy.types.Object, scene: bpy.types.Scene) -> list[bpy.types.Object]:
    """The character's mesh objects in this scene that have shape keys, each set of keys once, in order of name."""
    if root.type == "ARMATURE":
        members = [other for other in scene.objects if other.type == "MESH" and armature_of(other) == root]
    elif root.parent is not None:
        top = _top(root)
        members = [other for other in (top, *top.children_recursive) if other.type == "MESH" and armature_of(other) is None]
        members = [other for other in members if other.name in scene.objects]
    else:
        members = [root, *(child for child in root.children_recursive if child.type == "MESH")]
    seen, meshes = set(), []
    for member in sorted(members, key=lambda mesh: mesh.name):
        keys = shape_keys(member)
        if keys is not None and keys not in seen:
            seen.add(keys)
            meshes.append(member)
    return meshes


def candidates(scene: bpy.types.Scene) -> list[bpy.types.Object]:
    """The roots of all characters of a scene that have shape keys, or else of all armatures, in order of name."""
    armatures = [part for part in scene.objects if part.type == "ARMATURE"]
    with_face = {armature_of(part) or _group_root(part, scene) for part in scene.objects if shape_keys(part) is not None}
    return sorted(with_face or armatures, key=lambda part: part.name)


def _group_root(mesh_object: bpy.types.Object, scene: bpy.types.Scene) -> bpy.types.Object:
    """One of several keyed meshes without an armature stands for them: the first by name below the same parent."""
    return (face_meshes(mesh_object, scene) or [mesh_object])[0] if mesh_object.parent is not None else mesh_object


def find(context: bpy.types.Context) -> bpy.types.Object:
    """The character that is meant: the one chosen by hand, else that of the selection, else the scene's only one.

    Raises UserError if there is none, or more than one to choose from.
    """
    scene = context.scene
    settings = scene.audio2rig
    chosen = settings.character
    if chosen is not None and scene.objects.get(chosen.name) != chosen:
        if not settings.character_follows_selection:
            raise UserError(f'"{chosen.name}" is not in the scene "{scene.name}".', "Choose another character in the panel.")
        chosen = None
    if chosen is not None and not settings.character_follows_selection:
        return root_of(chosen) or chosen
    selected = _selected_roots(context)
    if len(selected) > 1 and root_of(context.view_layer.objects.active) not in selected:
        raise UserError(f"Several characters are selected: {_names(selected)}.", "Select one, or choose it in the panel.")
    if selected:
        active = root_of(context.view_layer.objects.active)
        return active if active in selected else selected[0]
    if chosen is not None:
        return root_of(chosen) or chosen
    possible = candidates(scene)
    if len(possible) == 1:
        return possible[0]
    if possible:
        raise UserError(f"The scene has several characters: {_names(possible)}.", "Select the one that speaks.")
    raise UserError(
        "There is no character with shape keys or bones in this scene.",
        "Select yours, or add one with Add Demo Character in the Audio2Rig tab.")


def _selected_roots(context: bpy.types.Context) -> list[bpy.types.Object]:
    roots = {root_of(part) for part in context.view_layer.objects if part.select_get()}
    return sorted(roots - {None}, key=lambda part: part.name)


def _names(parts: Iterable[bpy.types.Object]) -> str:
    return ", ".join(part.name for part in parts)


# --------------------------------------------------------------------------------------------------------- description


def describe(root: bpy.types.Object, scene: bpy.types.Scene) -> RigDescription:
    """Read a character once into plain data, with why something cannot be keyed."""
    meshes = tuple(_describe_mesh(mesh) for mesh in face_meshes(root, scene))
    if root.type != "ARMATURE":
        return RigDescription(root.name, meshes, {}, np.array(root.matrix_world, np.float64))
    return RigDescription(root.name, meshes, _describe_bones(root), np.array(root.matrix_world, np.float64), root.name)


def _describe_mesh(mesh_object: bpy.types.Object) -> FaceMesh:
    keys = shape_keys(mesh_object)
    blocked = _why_not_editable(keys)
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


# ---------------------------------------------------------------------------------------------------------- data paths


def shape_path(key_name: str) -> str:
    """The data path of a shape key's value, from its Key data-block."""
    return f'key_blocks["{bpy.utils.escape_identifier(key_name)}"].value'


def bone_path(bone_name: str, property_name: str) -> str:
    """The data path of a property of a pose bone, from its armature object."""
    return f'pose.bones["{bpy.utils.escape_identifier(bone_name)}"].{property_name}'


def rotation_property(rotation_mode: str) -> str:
    """Which property a rotation mode keys."""
    return {"QUATERNION": "rotation_quaternion", "AXIS_ANGLE": "rotation_axis_angle"}.get(rotation_mode, "rotation_euler")


def require_ready(root: bpy.types.Object, description: RigDescription, scene: bpy.types.Scene) -> None:
    """Raises UserError if the character cannot be keyed now: edit mode, nothing to drive, all linked."""
    for part in (root, *face_meshes(root, scene)):
        if part.mode == "EDIT":
            raise UserError(f'"{part.name}" is in Edit Mode.', "Leave Edit Mode (Tab), then generate.")
    if not description.meshes and not description.bones:
        raise UserError(f'"{root.name}" has no shape keys and no armature, so nothing on it can speak.',
                        "Give it shape keys (52 ARKit shapes are best) or a jaw bone, or select another character.")
    reasons = {mesh.blocked for mesh in description.meshes} | {bone.blocked for bone in description.bones.values()}
    if "" not in reasons:
        raise UserError(f'Nothing of "{root.name}" can be keyed: {sorted(reasons)[0]}.', "")
