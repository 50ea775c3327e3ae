# SPDX-License-Identifier: GPL-3.0-or-later
"""All of an open file that the extension may change, as plain data that can be compared."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np

from .. import clone

_POSE = ("location", "rotation_quaternion", "rotation_euler", "scale")


def snapshot() -> dict[str, Any]:
    """{where: what} of the open file."""
    bpy.context.scene.frame_set(bpy.context.scene.frame_current)  # what plays is seen once it is evaluated
    found: dict[str, Any] = {
        "actions": sorted((one.name, one.use_fake_user) for one in bpy.data.actions),
        **{
            name: sorted(one.name for one in getattr(bpy.data, name))
            for name in ("objects", "meshes", "sounds", "texts", "collections", "armatures", "shape_keys")
        },
    }
    for scene in bpy.data.scenes:
        settings = clone.settings(scene)
        character = settings.character
        found[f"scene {scene.name}"] = (
            settings.last_report,
            character.name if character is not None else "",
            (scene.frame_start, scene.frame_end, scene.sync_mode),
            sorted((strip.name, strip.frame_final_start) for strip in clone.part("core.blender.compat").strips(scene)),
        )
    for holder in bpy.data.objects:
        found[f"memory of {holder.name}"] = _plain(holder.audio2rig)  # pyright: ignore[reportAttributeAccessIssue] -- registering adds it
        found[f"motion of {holder.name}"] = _animation(holder)
        found[f"values of {holder.name}"] = _values(holder)
        keys = getattr(holder.data, "shape_keys", None)
        if keys is not None:
            found[f"shapes of {holder.name}"] = (_animation(keys), [_number(one.value) for one in keys.key_blocks])
    return found


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Where two snapshots differ, in words."""
    return [
        f"{where}: {_short(before.get(where))} → {_short(after.get(where))}"
        for where in (*before, *(after.keys() - before.keys()))
        if before.get(where) != after.get(where)
    ]


def not_finite_keys() -> int:
    """How many keys of takes are not finite, in place, value or handles."""
    count = 0
    for action in bpy.data.actions:
        if clone.part("core.blender.takes.take_memory").TAG in action:
            for curve in curves(action):
                for name in ("co", "handle_left", "handle_right"):
                    numbers = np.empty(2 * len(curve.keyframe_points), np.float32)
                    curve.keyframe_points.foreach_get(name, numbers)
                    count += int((~np.isfinite(numbers)).sum())
    return count


def curves(action: Any) -> list[Any]:
    """Every curve of an Action, whatever slot it is for."""
    if not clone.part("core.blender.compat").has_slots():
        return list(action.fcurves)
    bags = [bag for layer in action.layers for strip in layer.strips for bag in strip.channelbags]
    return [curve for bag in bags for curve in bag.fcurves]


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) < 90 else f"{text[:60]}…{text[-25:]}"


def _number(value: float) -> float | str:
    return round(value, 6) if np.isfinite(value) else str(value)  # NaN is not equal to itself


def _plain(group: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for prop in group.bl_rna.properties:
        if prop.identifier == "rna_type":
            continue
        value = getattr(group, prop.identifier)
        if prop.type == "COLLECTION":
            value = [_plain(one) for one in value]
        elif prop.type == "POINTER":
            value = value.name if value is not None and hasattr(value, "name") else str(value is not None)
        elif getattr(prop, "is_array", False):
            value = tuple(_number(one) if prop.type == "FLOAT" else one for one in value)
        elif prop.type == "FLOAT":
            value = _number(value)
        found[prop.identifier] = value
    return found


def _animation(owner: Any) -> Any:
    data = owner.animation_data
    if data is None:
        return None
    held = clone.part("core.blender.compat").active_curves(owner)
    places = clone.part("core.blender.keying.fcurves").places
    played = [
        (curve.data_path, curve.array_index, len(curve.keyframe_points), hash(places(curve).tobytes()))
        for curve in (held.fcurves if held is not None else ())
    ]
    tracks = [
        (track.name, track.mute, [(strip.name, strip.action.name if strip.action else "") for strip in track.strips])
        for track in data.nla_tracks
    ]
    return data.action.name if data.action is not None else "", data.action_extrapolation, tracks, sorted(played)


def _values(holder: bpy.types.Object) -> Any:
    own = [tuple(map(_number, getattr(holder, name))) for name in _POSE]
    switches = {key: value for key, value in holder.items() if isinstance(value, (int, float, str))}
    if holder.pose is None:
        return own, switches
    bones = [[tuple(map(_number, getattr(bone, name))) for name in _POSE] for bone in holder.pose.bones]
    return own, switches, bones
