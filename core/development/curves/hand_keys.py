# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys set by hand for recordings of curves: drawn once with a fixed seed when a character is prepared, then set as people do."""

from __future__ import annotations

import math
from typing import Any

import bpy
import numpy as np
from mathutils import Quaternion, Vector

Owner = bpy.types.Object | bpy.types.Key

MODES = ("XYZ", "ZYX", "YXZ", "AXIS_ANGLE", "QUATERNION")
_MIXED = 0.5  # of the bones get another rotation mode than the rig's own
_SEED = 8
_TURN_RAD = 0.15
_PLACES = 4  # in time at which something is keyed
_ROOT_WORDS = ("hip", "pelvis", "torso", "root", '"spine"')
_ROTATIONS = ("rotation_quaternion", "rotation_euler", "rotation_axis_angle")


def mix_rotation_modes(root: bpy.types.Object) -> None:
    """Give some bones another rotation mode, so that recordings cover all."""
    if root.pose is None:
        return
    random = np.random.default_rng(_SEED)
    for bone in sorted(root.pose.bones, key=lambda bone: bone.name):
        mode, mixed = MODES[random.integers(len(MODES))], random.uniform() < _MIXED
        if mixed:
            bone.rotation_mode = mode


def draw(last_frame: int) -> list[dict[str, Any]]:
    """Keys near what the characters of the scene play now: rows of object, shapes (its keys, not it), path, frame, values."""
    random = np.random.default_rng(_SEED)
    channels = _played()
    rotations = [channel for channel in channels if channel[2].rpartition(".")[2] in _ROTATIONS]
    shapes = [channel for channel in channels if channel[1]]
    hips = [channel for channel in channels if channel[2].endswith(".location") and _is_root(channel[2])]
    rows: list[dict[str, Any]] = []
    for place in range(_PLACES):
        frame = float(round(last_frame * (0.12 + 0.8 * place / _PLACES))) + (0.5 if place == 2 else 0.0)
        held = [frame, frame + 9.0] if place == 1 else [frame]
        chosen = [*_some(rotations, 5, random), *_some(shapes, 3, random), *_some(hips, 1, random)]
        for channel in chosen:
            owner, (name, on_shapes, path) = _owner(channel), channel
            values = _near(owner, path, frame, random)
            rows += [{"object": name, "shapes": on_shapes, "path": path, "frame": at, "values": values} for at in held]
    return rows


def set_by_hand(rows: list[dict[str, Any]]) -> None:
    """Set the keys on their objects."""
    for row in rows:
        owner = _owner((row["object"], row["shapes"], row["path"]))
        head, _, name = row["path"].rpartition(".")
        values = row["values"]
        setattr(owner.path_resolve(head), name, values[0] if len(values) == 1 else values)
        owner.keyframe_insert(row["path"], frame=row["frame"], keytype="KEYFRAME")


def _is_root(path: str) -> bool:
    return any(word in path.lower() for word in _ROOT_WORDS)


def _some(channels: list, count: int, random: np.random.Generator) -> list:
    picked = random.choice(len(channels), min(count, len(channels)), replace=False) if channels else []
    return [channels[index] for index in sorted(picked)]


def _played() -> list[tuple[str, bool, str]]:
    """(object, on its shape keys, path) of everything that an Action of the scene's objects animates, sorted."""
    found = set()
    for thing in bpy.context.scene.objects:
        for on_shapes in (False, True):
            owner = getattr(thing.data, "shape_keys", None) if on_shapes else thing
            if owner is not None:
                found |= {(thing.name, on_shapes, curve.data_path) for curve in _fcurves(owner)}
    return sorted(channel for channel in found if channel[2].rpartition(".")[2] in (*_ROTATIONS, "location", "value"))


def _fcurves(owner: Owner) -> list[bpy.types.FCurve]:
    """The curves that animate it now."""
    data = owner.animation_data
    if data is None or data.action is None:
        return []
    action: Any = data.action  # the stubs know neither Blender before 4.4 nor strips of keyframes
    if not hasattr(action, "layers"):
        return list(action.fcurves)
    bags = [strip.channelbag(data.action_slot) for layer in action.layers for strip in layer.strips]
    return [curve for bag in bags if bag is not None for curve in bag.fcurves]


def _owner(channel: tuple[str, bool, str]) -> Owner:
    """The object of a channel, or its shape keys."""
    thing = bpy.data.objects[channel[0]]
    if not channel[1]:
        return thing
    assert isinstance(thing.data, bpy.types.Mesh) and thing.data.shape_keys is not None  # it was animated before
    return thing.data.shape_keys


def _near(owner: Owner, path: str, frame: float, random: np.random.Generator) -> list[float]:
    """What the channel plays at the frame, turned or moved a little; a shape gets any value."""
    name = path.rpartition(".")[2]
    if name == "value":
        return [round(float(random.uniform(0.0, 1.0)), 3)]
    curves = {curve.array_index: curve for curve in _fcurves(owner) if curve.data_path == path}
    now: Any = owner.path_resolve(path)
    values = [curves[part].evaluate(frame) if part in curves else float(now[part]) for part in range(len(now))]
    axis = Vector(random.normal(size=3).tolist()).normalized()
    if name == "rotation_quaternion":
        turned: Any = Quaternion(values).normalized() @ Quaternion(axis, _TURN_RAD)
        return list(turned)
    if name == "rotation_axis_angle":
        return [values[0] + _TURN_RAD, *values[1:]]
    if name == "rotation_euler":
        return [value + _TURN_RAD * math.copysign(1.0, part) for value, part in zip(values, axis.to_tuple())]
    assert isinstance(owner, bpy.types.Object)  # shape keys have no place
    height = max(owner.dimensions.to_tuple()) or 1.0
    return [value + 0.02 * height * part for value, part in zip(values, axis.to_tuple())]
