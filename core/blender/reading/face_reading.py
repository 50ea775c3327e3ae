# SPDX-License-Identifier: GPL-3.0-or-later
"""A character's face as its curves show it: what an Action, or what plays, does to shape keys, sliders, bones of face and head."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import bpy
import numpy as np

from ...capture.captured_face import CHANNELS, CapturedFace
from ...rigs.animation import Controls
from ...rigs.character import Character
from ...rigs.retargeting import canonical_face
from ..compat import Animated
from ..keying.channels import Channel, location_channel, rotation_channel, shape_channel, slider_channel
from ..keying.fcurves import usable
from ..keying.rotation_modes import to_quaternions
from ..property_paths import read
from ..takes.take_memory import owner_of

FaceCurves = Mapping[Animated, Mapping[tuple[str, int], bpy.types.FCurve]]  # by data-block; by data path and component


def face_curves(scene: bpy.types.Scene, character: Character, curves: FaceCurves) -> list[bpy.types.FCurve]:
    """Those of the curves that move the face or turn the head."""
    channels = _face_channels(character)
    return [curves[owner][channel.path, index] for channel, owner, index in _components(scene, channels, curves)]


def frame_range(curves: Iterable[bpy.types.FCurve]) -> tuple[float, float] | None:
    """The first and the last key frame of curves; None where they have none, or nowhere a frame that there is."""
    ranges = [curve.range() for curve in curves if len(curve.keyframe_points) or len(curve.sampled_points)]
    ranges = [one for one in ranges if np.isfinite([*one]).all()]
    return (min(one[0] for one in ranges), max(one[1] for one in ranges)) if ranges else None


def face_at_frames(
    scene: bpy.types.Scene, character: Character, curves: FaceCurves, frames: np.ndarray, rate_hz: float
) -> CapturedFace:
    """The face that curves show at key frames, float64 (T,), of which so many pass in a second."""
    controls = _sampled(scene, character, curves, frames)
    values, shown = canonical_face.canonical_values(controls, character)
    head = canonical_face.head_angles_deg(controls, character)
    known = np.zeros(len(CHANNELS), bool)
    known[: len(shown)], known[len(shown) :] = shown, head is not None
    return CapturedFace(values, np.zeros((len(frames), 3), np.float32) if head is None else head, known, rate_hz)


def _face_channels(character: Character) -> list[Channel]:
    """What shows the face and turns the head."""
    description = character.description
    keys = {
        name for shapes in (character.mapping.shapes, character.mapping.apart) for of in shapes.values() for name in of
    }
    found = [shape_channel(mesh.name, key.name) for mesh in description.meshes for key in mesh.keys if key.name in keys]
    found += [slider_channel(part) for slider in description.sliders for part in slider.written]
    for bone in canonical_face.face_bones_of(character):
        mode = description.bones[bone].rotation_mode
        found += [rotation_channel(description.armature, bone, mode), location_channel(description.armature, bone)]
    return found


def _owner(scene: bpy.types.Scene, channel: Channel) -> Any:
    return owner_of(scene.objects.get(channel.target), channel.on_shape_keys)


def _components(
    scene: bpy.types.Scene, channels: Iterable[Channel], curves: FaceCurves
) -> Iterable[tuple[Channel, Animated, int]]:
    """Those components of channels that have curves."""
    for channel in channels:
        owner = _owner(scene, channel)
        for index in range(channel.first, channel.first + channel.size):
            if owner in curves and (channel.path, index) in curves[owner]:
                yield channel, owner, index


def _sampled(scene: bpy.types.Scene, character: Character, curves: FaceCurves, times: np.ndarray) -> Controls:
    """The character's face at key frames, float64 (T,)."""
    description, controls = character.description, Controls(1.0)

    def values(channel: Channel) -> np.ndarray | None:
        return _values(_owner(scene, channel), channel, curves, times)

    for mesh in description.meshes:
        for key in mesh.keys:
            if (found := values(shape_channel(mesh.name, key.name))) is not None:
                controls.shapes.setdefault(mesh.name, {})[key.name] = found[:, 0]
    for slider in description.sliders:
        for part in slider.written:
            if (found := values(slider_channel(part))) is not None:
                controls.sliders[part] = found[:, 0]
    for bone in canonical_face.face_bones_of(character):
        mode = description.bones[bone].rotation_mode
        if (found := values(rotation_channel(description.armature, bone, mode))) is not None:
            controls.rotations[bone] = to_quaternions(found, mode)
        if (found := values(location_channel(description.armature, bone))) is not None:
            controls.locations[bone] = found
    return controls


def _values(owner: Any, channel: Channel, curves: FaceCurves, times: np.ndarray) -> np.ndarray | None:
    """float64 (T, size) of a channel; None if none of its components moves."""
    own = curves.get(owner, {})
    parts = [own.get((channel.path, channel.first + part)) for part in range(channel.size)]
    if all(curve is None for curve in parts):
        return None
    still = read(owner, channel.path)
    rest = np.zeros(channel.size) if still is None else channel.own(np.asarray(still, np.float64))
    table = np.tile(rest, (len(times), 1))
    for part, curve in enumerate(parts):
        if curve is not None:
            table[:, part] = [curve.evaluate(frame) for frame in times]
    return usable(table, rest)
