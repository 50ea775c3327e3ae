# SPDX-License-Identifier: GPL-3.0-or-later
"""Which meshes a bone moves: by their weights, or as they are parented to it."""

from __future__ import annotations

import bpy

from .. import characters
from .bone_order import with_all_below

_HELD = 0.5  # a point that a bone holds by more than this follows it
_SHARE = 0.01  # of a mesh's points; fewer are a slip of the brush


def moved_by(armature: bpy.types.Object, bone: str, scene: bpy.types.Scene) -> frozenset[str]:
    """The names of the character's mesh objects that move with a bone of its armature, or with one below it."""
    if not isinstance(armature.data, bpy.types.Armature) or armature.data.bones.get(bone) is None:
        return frozenset()
    bones = with_all_below(armature.data.bones, bone)
    return frozenset(
        part.name
        for part in scene.objects
        if part.type == "MESH" and characters.armature_of(part) == armature and _is_moved(part, armature, bones)
    )


def _is_moved(part: bpy.types.Object, armature: bpy.types.Object, bones: set[str]) -> bool:
    if part.parent == armature and part.parent_type == "BONE":
        return part.parent_bone in bones
    groups = {group.index for group in part.vertex_groups if group.name in bones}
    if not groups or not isinstance(part.data, bpy.types.Mesh):
        return False
    wanted = max(1.0, _SHARE * len(part.data.vertices))
    held = 0
    for point in part.data.vertices:
        if any(entry.weight > _HELD and entry.group in groups for entry in point.groups):
            held += 1
            if held >= wanted:
                return True
    return False
