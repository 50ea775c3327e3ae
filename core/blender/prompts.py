# SPDX-License-Identifier: GPL-3.0-or-later
"""Prompts in the file: keys that a person set on the character's channels. Anything but a Generated key is one."""
from __future__ import annotations

from collections.abc import Iterator, Mapping

import bpy
import numpy as np

from ..errors import UserError
from ..performance.parts import driven_joints
from ..performance.pose_prompts import PosePrompts
from ..rigs.body_prompts import RigPrompts, to_canonical
from ..rigs.description import RigDescription
from ..rigs.mapping import CharacterMapping
from . import actions, characters, compat
from .channels import Channel, location_channel, rotation_channel, shape_channel
from .curves import Timing
from .kept_keys import Fixed
from .rotation_modes import to_quaternions

_MOST_NOTES = 4
CHANGED = 1e-4  # a value that differs from its curve by more was changed by hand and not keyed yet


def _owners(root: bpy.types.Object, scene: bpy.types.Scene) -> Iterator[bpy.types.ID]:
    for mesh in characters.face_meshes(root, scene):
        yield characters.shape_keys(mesh)
    if root.type == "ARMATURE":
        yield root


def add(root: bpy.types.Object, scene: bpy.types.Scene, frame: int, pose_bones: list[bpy.types.PoseBone]) -> int:
    """Key the face as it is now at `frame`, and the rotation of the given bones. Returns the number of keys set.

    Only shape keys whose value was changed by hand since the frame was shown are keyed, if there are any; else all.
    """
    channels = []
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
            channels.append((keys, path, abs(block.value - resting) > CHANGED))
    changed = [channel for channel in channels if channel[2]]
    for bone in pose_bones:
        path = characters.bone_path(bone.name, characters.rotation_property(bone.rotation_mode))
        changed.append((root, path, True))
    wanted = changed or channels
    if not wanted:
        raise UserError(f'"{root.name}" has nothing to key here.', "Pose shape keys, or select bones in Pose Mode.")
    count = 0
    for owner, path, _ in wanted:
        count += bool(owner.keyframe_insert(path, frame=frame, keytype="KEYFRAME"))
    return count


def remove(root: bpy.types.Object, scene: bpy.types.Scene, first: float, last: float) -> int:
    """Let the next generation overwrite the prompts from frame `first` to `last`: their keys become Generated ones.

    Nothing moves. Returns the number of keys.
    """
    generated = compat.generated_key_type()
    count = 0
    for owner in _owners(root, scene):
        curves = compat.active_curves(owner)
        for curve in curves.fcurves if curves is not None else ():
            keys = actions.read_keys(curve)
            chosen = keys.by_hand & (keys.frames >= first - 0.5) & (keys.frames <= last + 0.5)
            if chosen.any():
                curve.keyframe_points.foreach_set("type", np.where(chosen, generated, keys.types).astype(np.int32))
                count += int(chosen.sum())
    return count


def asked(existing: Mapping[Channel, Fixed], description: RigDescription, mapping: CharacterMapping, parts: frozenset[str],
          timing: Timing) -> tuple[PosePrompts, tuple[str, ...]]:
    """What the keys ask for in canonical space, for the models, and sentences about poses that people cannot take. Any thread."""
    driven = driven_joints(parts)

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
    prompts, beyond = to_canonical(RigPrompts(rotations, locations, shapes), description, mapping, driven)
    notes = [f"The prompt on “{one.bone}” at frame {timing.frame(one.time_s):.0f} bends it {one.degrees:.0f}° further than people do; "
             "it is kept." for one in beyond[:_MOST_NOTES]]
    if len(beyond) > _MOST_NOTES:
        notes.append(f"{len(beyond) - _MOST_NOTES} other bones have prompts beyond what people do.")
    return prompts, tuple(notes)


def frames(root: bpy.types.Object, scene: bpy.types.Scene) -> list[float]:
    """The frames that hold prompts, ascending."""
    found: set[float] = set()
    for owner in _owners(root, scene):
        curves = compat.active_curves(owner)
        for curve in curves.fcurves if curves is not None else ():
            keys = actions.read_keys(curve)
            found.update(keys.frames[keys.by_hand].tolist())
    return sorted(found)
