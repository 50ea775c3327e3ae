# SPDX-License-Identifier: GPL-3.0-or-later
"""Prompts in the file: keys that a person set on the character's channels. Anything but a Generated key is one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import bpy
import numpy as np

from ..errors import UserError
from ..motion.joints import FACE_JOINTS, JOINT_INDEX
from ..performance.parts import driven_joints
from ..prompts.model import PosePrompts
from ..rigs.character import Character
from ..rigs.detection.mapping import map_character
from ..rigs.retargeting.canonical_prompts import RigPrompts, to_canonical
from ..wording import count
from . import characters, compat, rig_reading
from .keying import fcurves
from .keying.channels import Channel, location_channel, rotation_channel, shape_channel
from .keying.existing_keys import ExistingChannel
from .keying.rotation_modes import to_quaternions
from .keying.timing import Timing

_MOST_NOTES = 4
_RESTING = {"rotation_quaternion": (1.0, 0.0, 0.0, 0.0), "rotation_axis_angle": (0.0, 0.0, 1.0, 0.0)}
CHANGED = 1e-4  # a value that differs from its curve by more was changed by hand and not keyed yet


def _owners(root: bpy.types.Object, scene: bpy.types.Scene) -> Iterator[bpy.types.ID]:
    for mesh in characters.face_meshes(root, scene):
        yield characters.shape_keys(mesh)
    if root.type == "ARMATURE":
        yield root


@dataclass(frozen=True)
class Row:
    """The prompts of one part of the character at one frame, or over the frames that they hold. group: of GROUPS. keys: how many."""

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
    part = (
        "arm"
        if stem in ("collar", "shoulder", "elbow", "wrist")
        else "leg"
        if stem in ("hip", "knee", "ankle", "foot")
        else "fingers"
    )
    return f"{side.capitalize()} {part}"


# fmt: off
GROUPS = ("Face", "Head", "Torso", "Hips", "Left arm", "Right arm", "Left fingers", "Right fingers", "Left leg", "Right leg", "Other")
# fmt: on


def _groups(root: bpy.types.Object, scene: bpy.types.Scene, character: Character | None = None) -> dict[str, str]:
    """Bone → group, by the character's mapping; bones that it does not know go with the nearest one above."""
    if root.type != "ARMATURE":
        return {}
    if character is None:
        description = rig_reading.describe(root, scene)
        mapping = map_character(description, characters.stored_mapping(root))
    else:
        description, mapping = character.description, character.mapping
    roles = {bone: role for role, bone in mapping.bones.items()}
    found: dict[str, str] = {}
    for name, bone in description.bones.items():
        found[name] = group_of(roles[name]) if name in roles else found.get(bone.parent, "Other")
    return found


def rows(root: bpy.types.Object, scene: bpy.types.Scene, character: Character | None = None) -> list[Row]:
    """The prompts, one row for each frame and part of the character; equal ones one after the other are one hold.

    character: what is known of it already; None: it is looked at.
    """
    groups = _groups(root, scene, character)
    keyed: dict[str, dict[float, dict[tuple[str, int], float]]] = {}
    for owner in _owners(root, scene):
        curves = compat.active_curves(owner)
        for curve in curves.fcurves if curves is not None else ():
            keys = fcurves.read_keys(curve)
            if not keys.by_hand.any():
                continue
            bone = characters.bone_of_path(curve.data_path)
            group = "Face" if owner != root else groups.get(bone, "Other")
            for frame, value in zip(keys.frames[keys.by_hand].tolist(), keys.values[keys.by_hand].tolist()):
                keyed.setdefault(group, {}).setdefault(round(frame, 3), {})[
                    f"{owner.name} {curve.data_path}", curve.array_index
                ] = value
    found: list[Row] = []
    for group, by_frame in keyed.items():
        before: dict[tuple[str, int], float] = {}
        for frame in sorted(by_frame):
            values = by_frame[frame]
            holds = (
                bool(before)
                and values.keys() == before.keys()
                and all(abs(values[key] - before[key]) < CHANGED for key in values)
            )
            if holds:
                last = found.pop()
                found.append(Row(last.frame, frame, group, last.keys + len(values)))
            else:
                found.append(Row(frame, frame, group, len(values)))
            before = values
    return sorted(found, key=lambda row: (row.frame, GROUPS.index(row.group)))


def refresh(root: bpy.types.Object, scene: bpy.types.Scene, character: Character | None = None) -> int:
    """Renew the list that the panel shows. Returns its length. character: as for `rows`."""
    found = rows(root, scene, character)
    memory = characters.own_memory(root, scene)
    memory.prompts.clear()
    for row in found:
        entry = memory.prompts.add()
        entry.name, entry.group, entry.frame, entry.last, entry.keys = (
            row.group,
            row.group,
            row.frame,
            row.last,
            row.keys,
        )
    if memory.prompt_index >= len(memory.prompts):
        memory.prompt_index = -1
    return len(memory.prompts)


@dataclass(frozen=True)
class _Candidate:
    """A property that may be keyed. changed: it was set by hand and not keyed yet. bone: "" for a shape key."""

    owner: bpy.types.ID
    path: str
    changed: bool
    bone: str = ""


def add(
    root: bpy.types.Object,
    scene: bpy.types.Scene,
    frame: int,
    pose_bones: list[bpy.types.PoseBone],
    which: str = "AUTO",
) -> int:
    """Key the pose as it is now at `frame`, as prompts. Returns the number of properties keyed.

    which: CHANGED, what was changed by hand since the frame was shown; SELECTED, the given bones; ALL, the face and every bone that
    generating moves; AUTO, what was changed and the given bones, or the whole face if that is nothing. Raises UserError.
    """
    shapes, bones = list(_shape_candidates(root, scene, frame)), list(_bone_candidates(root, frame))
    selected = {bone.name for bone in pose_bones}
    if which == "ALL":
        driven = {bone for bone, group in _groups(root, scene).items() if group != "Other"} & _mapped(root, scene)
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
    keyed = 0
    for one in wanted:
        keyed += bool(one.owner.keyframe_insert(one.path, frame=frame, keytype="KEYFRAME"))
    return keyed


def _shape_candidates(root: bpy.types.Object, scene: bpy.types.Scene, frame: int) -> Iterator[_Candidate]:
    for mesh in characters.face_meshes(root, scene):
        keys = characters.shape_keys(mesh)
        if not compat.is_editable(keys):
            continue
        curves = compat.active_curves(keys)
        for block in keys.key_blocks:
            if block == keys.reference_key or block.mute:
                continue
            path = characters.shape_path(block.name)
            curve = curves.fcurves.find(path) if curves is not None else None
            resting = curve.evaluate(frame) if curve is not None else 0.0
            yield _Candidate(keys, path, abs(block.value - resting) > CHANGED)


def _bone_candidates(root: bpy.types.Object, frame: int) -> Iterator[_Candidate]:
    """Rotations of all bones, and places of those that have one or whose place was changed."""
    if root.type != "ARMATURE" or root.pose is None or not compat.is_editable(root):
        return
    found = compat.active_curves(root)
    curves = {(curve.data_path, curve.array_index): curve for curve in found.fcurves} if found is not None else {}
    for bone in root.pose.bones:
        rotation = characters.rotation_property(bone.rotation_mode)
        for name, resting in ((rotation, _RESTING.get(rotation, (0.0, 0.0, 0.0))), ("location", (0.0, 0.0, 0.0))):
            path = characters.bone_path(bone.name, name)
            animated = any((path, part) in curves for part in range(len(resting)))
            changed = any(
                abs(value - (curves[path, part].evaluate(frame) if (path, part) in curves else rest)) > CHANGED
                for part, (value, rest) in enumerate(zip(getattr(bone, name), resting))
            )
            if name == rotation or animated or changed:
                yield _Candidate(root, path, changed, bone.name)


def _mapped(root: bpy.types.Object, scene: bpy.types.Scene) -> set[str]:
    """Bones that generating may move: those of the mapping, and what plays already."""
    if root.type != "ARMATURE":
        return set()
    description = rig_reading.describe(root, scene)
    mapping = map_character(description, characters.stored_mapping(root))
    curves = compat.active_curves(root)
    playing = {characters.bone_of_path(curve.data_path) for curve in curves.fcurves} if curves is not None else set()
    return {*mapping.bones.values()} | playing


def remove(root: bpy.types.Object, scene: bpy.types.Scene, first: float, last: float, group: str = "") -> int:
    """Let the next generation overwrite the prompts from frame `first` to `last`: their keys become Generated ones.

    group: only of this part of the character. Nothing moves. Returns the number of keys.
    """
    generated = compat.generated_key_type()
    groups = _groups(root, scene) if group else {}
    released = 0
    for owner in _owners(root, scene):
        curves = compat.active_curves(owner)
        for curve in curves.fcurves if curves is not None else ():
            if (
                group
                and ("Face" if owner != root else groups.get(characters.bone_of_path(curve.data_path), "Other"))
                != group
            ):
                continue
            keys = fcurves.read_keys(curve)
            chosen = keys.by_hand & (keys.frames >= first - 0.5) & (keys.frames <= last + 0.5)
            if chosen.any():
                curve.keyframe_points.foreach_set("type", np.where(chosen, generated, keys.types).astype(np.int32))
                released += int(chosen.sum())
    return released


def asked(
    existing: Mapping[Channel, ExistingChannel], character: Character, parts: frozenset[str], timing: Timing
) -> tuple[PosePrompts, tuple[str, ...]]:
    """What the keys ask for in canonical space, for the models, and sentences about poses that people cannot take. Any thread."""
    driven, description = driven_joints(parts), character.description

    def of(channel: Channel) -> tuple[np.ndarray, np.ndarray] | None:
        fixed = existing.get(channel)
        if fixed is None:
            return None
        whole = fixed.keyed.all(1)
        if timing.region is not None:
            whole &= (fixed.frames >= timing.region[0]) & (fixed.frames <= timing.region[1])
        if not whole.any():
            return None
        return np.asarray(timing.time_s(fixed.frames[whole]), np.float64), fixed.values[whole].astype(np.float64)

    rotations, locations, shapes = {}, {}, {}
    for bone in description.bones.values():
        if found := of(rotation_channel(description.armature, bone.name, bone.rotation_mode)):
            rotations[bone.name] = found[0], to_quaternions(found[1], bone.rotation_mode)
        if found := of(location_channel(description.armature, bone.name)):
            locations[bone.name] = found
    for mesh in description.meshes:
        for key in mesh.keys:
            if found := of(shape_channel(mesh.name, key.name)):
                shapes.setdefault(key.name, (found[0], found[1][:, 0]))
    prompts, beyond = to_canonical(RigPrompts(rotations, locations, shapes), character, driven)
    notes = [
        f"The prompt on “{one.bone}” at frame {timing.frame(one.time_s):.0f} bends it {one.degrees:.0f}° further than people do; "
        "it is kept."
        for one in beyond[:_MOST_NOTES]
    ]
    if len(beyond) > _MOST_NOTES:
        others = count(len(beyond) - _MOST_NOTES, "other bone has prompts", "other bones have prompts")
        notes.append(f"{others} beyond what people do.")
    return prompts, tuple(notes)


def frames(root: bpy.types.Object, scene: bpy.types.Scene) -> list[float]:
    """The frames that hold prompts, ascending."""
    found: set[float] = set()
    for owner in _owners(root, scene):
        curves = compat.active_curves(owner)
        for curve in curves.fcurves if curves is not None else ():
            keys = fcurves.read_keys(curve)
            found.update(keys.frames[keys.by_hand].tolist())
    return sorted(found)
