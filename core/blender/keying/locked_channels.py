# SPDX-License-Identifier: GPL-3.0-or-later
"""Channels that an animator has locked, or that something drives, get no keys."""

from __future__ import annotations

from dataclasses import replace

from ...rigs.description import RigDescription
from ...rigs.retargeting.locks import locked_components
from .channels import location_channel, rotation_channel
from .keyframe_plan import Plan


def leave_locked(plan: Plan, description: RigDescription) -> Plan:
    """The plan without curves of locked axes; `rigs.locks` has turned the others so that they make the best of it."""
    locked: set[tuple[str, int]] = set()
    for bone in description.bones.values():
        rotation = rotation_channel(description.armature, bone.name, bone.rotation_mode).path
        location = location_channel(description.armature, bone.name).path
        locked |= {(rotation, part) for part in locked_components(bone)}
        locked |= {(location, axis) for axis in range(3) if bone.locked_location[axis]}
    if not locked:
        return plan
    tracks = tuple(
        track
        if track.on_shape_keys or track.target != description.armature
        else replace(track, keys=tuple(keys for keys in track.keys if (keys.path, keys.index) not in locked))
        for track in plan.tracks
    )
    return replace(plan, tracks=tracks)
