# SPDX-License-Identifier: GPL-3.0-or-later
"""How a character is posed before a generation: as Blender shows it, and at its keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import bpy
import numpy as np

from ...rigs.description import Bone, RigDescription
from ...rigs.posed_figure import PosedFigure
from .. import characters, compat
from ..keying.channels import Channel, rotation_channel
from ..keying.existing_keys import ExistingChannel
from ..keying.fcurves import by_property, usable
from ..keying.rotation_modes import to_quaternions
from ..takes import rest_values, take_memory

_MOST_MOMENTS = 12  # keys that are looked at, evenly over all: enough to tell someone who sits from someone who walks
_AT_REST = 1e-4  # rotations and places nearer to rest were not posed


def read_pose(
    context: bpy.types.Context,
    root: bpy.types.Object,
    description: RigDescription,
    existing: Mapping[Channel, ExistingChannel],
) -> PosedFigure:
    """How the character is posed now and at its keys. Main thread; changes nothing."""
    if root.type != "ARMATURE" or root.pose is None:
        return PosedFigure()
    context.view_layer.update()
    curves = _curves(root)
    moments = _moments(curves)
    armature: Any = root.data
    rotations, locations = {}, {}
    for bone in description.bones.values():
        posed = root.pose.bones.get(bone.name)
        if posed is None or _rests(posed, bone, curves):
            continue
        turned, moved = _series(posed, bone, curves, moments)
        if np.abs(np.abs(turned[:, 0]) - 1.0).max() > _AT_REST**2:
            rotations[bone.name] = turned
        if np.abs(moved).max() > _AT_REST:
            locations[bone.name] = moved
    shown = armature.pose_position != "REST"
    heads = _heads(root.pose.bones) if shown else {}
    own, keyed = _own(root, description, existing, rotations, curves)
    return PosedFigure(heads, rotations, locations, own, keyed)


def _curves(root: bpy.types.Object) -> dict[str, dict[int, bpy.types.FCurve]]:
    """The curves of the character's own Action: data path → component → curve."""
    active = compat.active_curves(root)
    return by_property(active.fcurves) if active is not None else {}


def _rests(posed: bpy.types.PoseBone, bone: Bone, curves: Mapping[str, Mapping[int, bpy.types.FCurve]]) -> bool:
    """Whether nobody posed a bone or keyed it: most of a large rig, which need not be looked at any closer."""
    name = characters.rotation_property(bone.rotation_mode)
    if tuple(getattr(posed, name)) != characters.REST_ROTATIONS[name] or posed.location.length_squared:
        return False
    return not curves or not any(characters.bone_path(bone.name, one) in curves for one in (name, "location"))


def _heads(bones: Any) -> dict[str, np.ndarray]:
    """Where bones begin as they are posed, {bone: float64 (3,)}."""
    places = np.empty(3 * len(bones), np.float32)
    bones.foreach_get("head", places)
    return dict(zip((bone.name for bone in bones), places.reshape(-1, 3).astype(np.float64)))


def _moments(curves: Mapping[str, Mapping[int, bpy.types.FCurve]]) -> list[float]:
    """Frames at which bones have keys, some of them if there are many."""
    frames: set[float] = set()
    for path, components in curves.items():
        if path.startswith("pose.bones") and not path.endswith("scale"):
            for curve in components.values():
                places = np.empty(2 * len(curve.keyframe_points), np.float32)
                curve.keyframe_points.foreach_get("co", places)
                frames.update(np.round(places[::2], 3).tolist())
    ordered = sorted(frames)
    if len(ordered) <= _MOST_MOMENTS:
        return ordered
    return [ordered[index] for index in np.linspace(0, len(ordered) - 1, _MOST_MOMENTS).astype(int)]


def _series(
    posed: bpy.types.PoseBone, bone: Bone, curves: Mapping[str, Mapping[int, bpy.types.FCurve]], moments: list[float]
) -> tuple[np.ndarray, np.ndarray]:
    """A bone's rotation, quaternions (F, 4), and location (F, 3): now, and at the moments."""
    found = []
    for name in (characters.rotation_property(bone.rotation_mode), "location"):
        now = np.array(getattr(posed, name), np.float64)
        values = np.tile(now, (len(moments) + 1, 1))
        for component, curve in curves.get(characters.bone_path(bone.name, name), {}).items():
            if component < values.shape[1]:
                values[1:, component] = [curve.evaluate(frame) for frame in moments]
        found.append(usable(values, now))
    return np.asarray(to_quaternions(found[0], bone.rotation_mode), np.float64), found[1]


def _own(
    root: bpy.types.Object,
    description: RigDescription,
    existing: Mapping[Channel, ExistingChannel],
    rotations: Mapping[str, np.ndarray],
    curves: Mapping[str, Mapping[int, bpy.types.FCurve]],
) -> tuple[dict[str, np.ndarray], frozenset[str]]:
    """The pose that an animator made, {bone: quaternion (4,)}: keyed by hand, posed without keys, or so before the first
    take; and which bones have keys of the animator's."""
    before = _before_takes(root)
    own, keyed = {}, set()
    with_keys = {channel.path for channel in existing} | curves.keys()
    for bone in description.bones.values():
        if bone.name not in rotations and _rotation_path(bone) not in with_keys:
            continue
        channel = rotation_channel(root.name, bone.name, bone.rotation_mode)
        given = existing.get(channel)
        if given is not None and len(given.frames):
            keyed.add(bone.name)
            own[bone.name] = _unit(to_quaternions(given.values[:1].astype(np.float64), bone.rotation_mode)[0])
        elif channel.path not in curves:
            if bone.name in rotations:
                own[bone.name] = _unit(rotations[bone.name][0])
        elif channel.path in before:
            values = np.array([before[channel.path]], np.float64)
            own[bone.name] = _unit(to_quaternions(values, bone.rotation_mode)[0])
    turned = {name: value for name, value in own.items() if abs(abs(value[0]) - 1.0) > _AT_REST**2}
    return turned, frozenset(keyed)


def _rotation_path(bone: Bone) -> str:
    return characters.bone_path(bone.name, characters.rotation_property(bone.rotation_mode))


def _unit(quaternion: np.ndarray) -> np.ndarray:
    quaternion = np.asarray(quaternion, np.float64)
    length = float(np.linalg.norm(quaternion))
    return quaternion / length if length > 1e-9 else np.array([1.0, 0.0, 0.0, 0.0])


def _before_takes(root: bpy.types.Object) -> dict[str, Any]:
    """How the character's bones were before its first take where nothing animated them: {data path: values}."""
    original = take_memory.find_original(characters.memory(root))
    kept = (
        next((track for track in original.tracks if track.on_root and not track.on_shape_keys), None)
        if original
        else None
    )
    return rest_values.stored_values(kept.resting) if kept is not None else {}
