# SPDX-License-Identifier: GPL-3.0-or-later
"""What the animator does with prompts: key a pose, let go of keys, list them. What is there is read by
`prompt_rows`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np

from ..errors import UserError
from ..rigs.character import Character
from ..rigs.detection.mapping import map_character
from . import characters, compat
from .keying import fcurves
from .prompt_rows import CHANGED, bone_groups, curves_by_group, groups_of_bones, rows
from .reading import rig_reading
from .remembered import append

_AT_REST = {"rotation_quaternion": (1.0, 0.0, 0.0, 0.0), "rotation_axis_angle": (0.0, 0.0, 1.0, 0.0)}


@dataclass(frozen=True)
class _Candidate:
    """A property that may be keyed. changed: it was set by hand and not keyed yet. bone: "" for a shape key."""

    owner: bpy.types.ID
    path: str
    changed: bool
    bone: str = ""


def refresh(root: bpy.types.Object, scene: bpy.types.Scene, character: Character | None = None) -> int:
    """Renew the list that the panel shows. Returns its length. Raises UserError with the list as it was. character: as
    for `rows`."""
    found = rows(root, scene, character)
    memory: Any = characters.own_memory(root, scene)  # properties that registering makes
    memory.prompts.clear()
    for row in found:
        append(memory.prompts, name=row.group, group=row.group, frame=row.frame, last=row.last, keys=row.keys)
    if memory.prompt_index >= len(memory.prompts):
        memory.prompt_index = -1
    return len(memory.prompts)


def add(
    root: bpy.types.Object,
    scene: bpy.types.Scene,
    frame: int,
    pose_bones: list[bpy.types.PoseBone],
    which: str = "AUTO",
) -> int:
    """Key the pose as it is now at `frame`, as prompts. Returns the number of properties keyed.

    which: CHANGED, what was changed by hand since the frame was shown; SELECTED, the given bones; ALL, the face and
    every bone that generating moves; AUTO, what was changed and the given bones, or the whole face if that is nothing.
    Raises UserError.
    """
    shapes, bones = list(_shape_candidates(root, scene, frame)), list(_bone_candidates(root, frame))
    selected = {bone.name for bone in pose_bones}
    if which == "ALL":
        driven = _driven_bones(root, scene)
        wanted = [*shapes, *(one for one in bones if one.bone in driven)]
    elif which == "SELECTED":
        wanted = [one for one in bones if one.bone in selected]
    else:
        wanted = [one for one in (*shapes, *bones) if one.changed or one.bone in selected]
        if not wanted and which == "AUTO":
            wanted = shapes
    if not wanted:
        raise UserError(
            f'"{root.name}" has nothing to key here.',
            "Select bones in Pose Mode." if which == "SELECTED" else "Pose shape keys or bones first.",
        )
    return sum(bool(one.owner.keyframe_insert(one.path, frame=frame, keytype="KEYFRAME")) for one in wanted)


def remove(root: bpy.types.Object, scene: bpy.types.Scene, first: float, last: float, group: str = "") -> int:
    """Let the next generation overwrite the prompts from frame `first` to `last`, and none beside them: their keys
    become Generated ones.

    group: only of this part of the character. Nothing moves. Returns the number of keys. Raises UserError.
    """
    generated = compat.generated_key_type()
    count = 0
    groups = groups_of_bones(root, scene) if group else {}
    for _, curve, part in curves_by_group(root, scene, groups):
        if group and part != group:
            continue
        keys = fcurves.read_keys(curve)
        chosen = keys.by_hand & (keys.frames >= first - fcurves.SAME_FRAME) & (keys.frames <= last + fcurves.SAME_FRAME)
        if chosen.any():
            curve.keyframe_points.foreach_set("type", np.where(chosen, generated, keys.types).astype(np.int32))
            count += int(chosen.sum())
    return count


# ---------------------------------------------------------------------------------------------------- what may be keyed


def _shape_candidates(root: bpy.types.Object, scene: bpy.types.Scene, frame: int) -> Iterator[_Candidate]:
    for mesh in characters.face_meshes(root, scene):
        keys = characters.shape_keys(mesh)
        if keys is None or not compat.is_editable(keys):
            continue
        curves = compat.active_curves(keys)
        for block in keys.key_blocks:
            if block == keys.reference_key or block.mute:
                continue
            path = characters.shape_path(block.name)
            curve = curves.fcurves.find(path) if curves is not None else None
            played = curve.evaluate(frame) if curve is not None else 0.0
            yield _Candidate(keys, path, abs(block.value - played) > CHANGED)


def _bone_candidates(root: bpy.types.Object, frame: int) -> Iterator[_Candidate]:
    """Rotations of all bones, and places of those that have one or whose place was changed."""
    if root.type != "ARMATURE" or root.pose is None or not compat.is_editable(root):
        return
    found = compat.active_curves(root)
    curves = {(curve.data_path, curve.array_index): curve for curve in found.fcurves} if found is not None else {}
    for bone in root.pose.bones:
        rotation = characters.rotation_property(bone.rotation_mode)
        for name, at_rest in ((rotation, _AT_REST.get(rotation, (0.0, 0.0, 0.0))), ("location", (0.0, 0.0, 0.0))):
            path = characters.bone_path(bone.name, name)
            animated = any((path, part) in curves for part in range(len(at_rest)))
            changed = any(
                abs(value - (curves[path, part].evaluate(frame) if (path, part) in curves else rest)) > CHANGED
                for part, (value, rest) in enumerate(zip(getattr(bone, name), at_rest))
            )
            if name == rotation or animated or changed:
                yield _Candidate(root, path, changed, bone.name)


def _driven_bones(root: bpy.types.Object, scene: bpy.types.Scene) -> set[str]:
    """Bones that generating may move, and that the character is made of: those of the mapping, and what plays
    already."""
    if root.type != "ARMATURE":
        return set()
    description = rig_reading.describe(root, scene)
    mapping = map_character(description, characters.stored_mapping(root))
    known = {bone for bone, group in bone_groups(description, mapping).items() if group != "Other"}
    curves = compat.active_curves(root)
    playing = {characters.bone_of_path(curve.data_path) for curve in curves.fcurves} if curves is not None else set()
    return known & ({*mapping.bones.values()} | playing)
