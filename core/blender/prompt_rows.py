# SPDX-License-Identifier: GPL-3.0-or-later
"""Prompts in the file, read: keys that a person set on the character's channels. Anything but a Generated key is
one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import bpy

from ..motion.joints import FACE_JOINTS, JOINT_INDEX
from ..rigs.character import Character
from ..rigs.description import RigDescription
from ..rigs.detection.mapping import CharacterMapping, map_character
from . import characters, compat
from .keying import fcurves
from .reading import rig_reading

CHANGED = 1e-4  # a value that differs from its curve by more was changed by hand and not keyed yet
GROUPS = (
    "Face",
    "Head",
    "Torso",
    "Hips",
    *(f"{side} {limb}" for limb in ("arm", "fingers", "leg") for side in ("Left", "Right")),
    "Other",
)
_ARM, _LEG = ("collar", "shoulder", "elbow", "wrist"), ("hip", "knee", "ankle", "foot")

_Values = dict[tuple[str, int], float]  # by curve: its data-block and path, its component


@dataclass(frozen=True)
class Row:
    """The prompts of one part of the character at one frame, or over the frames that they hold. group: of GROUPS. keys:
    how many."""

    frame: float
    last: float
    group: str
    keys: int


def group_of(joint: str) -> str:
    """The part of the character that a canonical joint or part of the face belongs to."""
    if joint in ("pelvis", ""):
        return "Hips" if joint else "Other"
    if joint not in JOINT_INDEX or joint in FACE_JOINTS:
        return "Face"
    if joint in ("neck", "head"):
        return "Head"
    if joint.startswith("spine"):
        return "Torso"
    side, _, stem = joint.partition("_")
    limb = "arm" if stem in _ARM else "leg" if stem in _LEG else "fingers"
    return f"{side.capitalize()} {limb}"


def groups_of_bones(
    root: bpy.types.Object, scene: bpy.types.Scene, character: Character | None = None
) -> dict[str, str]:
    """Bone → group, by the character's mapping; bones that it does not know go with the nearest one above. Raises
    UserError.

    character: what is known of it already; None: it is looked at.
    """
    if root.type != "ARMATURE":
        return {}
    if character is None:
        description = rig_reading.describe(root, scene)
        mapping = map_character(description, characters.stored_mapping(root))
    else:
        description, mapping = character.description, character.mapping
    return bone_groups(description, mapping)


def bone_groups(description: RigDescription, mapping: CharacterMapping) -> dict[str, str]:
    """Like `groups_of_bones`, of a character that was looked at."""
    roles = {bone: role for role, bone in mapping.bones.items()}
    found: dict[str, str] = {}
    for name, bone in description.bones.items():
        found[name] = group_of(roles[name]) if name in roles else found.get(bone.parent, "Other")
    return found


def curves_by_group(
    root: bpy.types.Object, scene: bpy.types.Scene, groups: dict[str, str]
) -> Iterator[tuple[compat.Animated, bpy.types.FCurve, str]]:
    """(data-block, curve, group) of everything that animates the character. groups: of its bones."""
    meshes = characters.face_meshes(root, scene)
    owners: list[compat.Animated] = [keys for mesh in meshes if (keys := characters.shape_keys(mesh)) is not None]
    for owner in (*owners, root) if root.type == "ARMATURE" else owners:
        curves = compat.active_curves(owner)
        for curve in curves.fcurves if curves is not None else ():
            bone = characters.bone_of_path(curve.data_path)
            yield owner, curve, "Face" if owner != root else groups.get(bone, "Other")


def rows(root: bpy.types.Object, scene: bpy.types.Scene, character: Character | None = None) -> list[Row]:
    """The prompts, one row for each frame and part of the character; equal ones one after the other are one hold.

    character: as for `groups_of_bones`. Raises UserError.
    """
    keyed: dict[str, dict[float, _Values]] = {}
    for owner, curve, group in curves_by_group(root, scene, groups_of_bones(root, scene, character)):
        keys = fcurves.read_keys(curve)
        keys = keys[keys.by_hand]
        for frame, value in zip(keys.frames.tolist(), keys.values.tolist()):
            at_frame = keyed.setdefault(group, {}).setdefault(round(frame, 3), {})
            at_frame[f"{owner.name} {curve.data_path}", curve.array_index] = value
    found = [row for group, by_frame in keyed.items() for row in _rows_of(group, by_frame)]
    return sorted(found, key=lambda row: (row.frame, GROUPS.index(row.group)))


def _rows_of(group: str, by_frame: dict[float, _Values]) -> list[Row]:
    found: list[Row] = []
    before: _Values = {}
    for frame in sorted(by_frame):
        values = by_frame[frame]
        if found and _is_same(values, before):
            held = found.pop()
            found.append(Row(held.frame, frame, group, held.keys + len(values)))
        else:
            found.append(Row(frame, frame, group, len(values)))
        before = values
    return found


def _is_same(values: _Values, before: _Values) -> bool:
    return values.keys() == before.keys() and all(abs(values[key] - before[key]) < CHANGED for key in values)


def frames(root: bpy.types.Object, scene: bpy.types.Scene) -> list[float]:
    """The frames that hold prompts, ascending."""
    found: set[float] = set()
    for _, curve, _ in curves_by_group(root, scene, {}):
        keys = fcurves.read_keys(curve)
        found.update(keys.frames[keys.by_hand].tolist())
    return sorted(found)
