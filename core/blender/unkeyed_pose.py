# SPDX-License-Identifier: GPL-3.0-or-later
"""What was posed at a frame and is not keyed yet: sliders and bones that stand elsewhere than their curves say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np

from ..motion.rotations import angle_between_deg
from . import characters, compat
from .compat import Animated
from .keying.rotation_modes import to_quaternions
from .prompt_rows import DrivenChannels
from .setting_properties import scene_settings
from .takes import rest_values, take_memory

_PLACE_SHARE = 1e-4  # of a bone's length, for a place: less is rounding
_ROUNDING = 1e-4  # of a slider's value


@dataclass(frozen=True)
class Candidate:
    """A property that may be keyed. components: the array indices that are. changed: it was set by hand and not keyed yet. driven:
    generating moves it. bone: "" for a shape key."""

    owner: Animated
    path: str
    components: tuple[int, ...]
    changed: bool
    driven: bool
    bone: str = ""


def shape_candidates(
    root: bpy.types.Object, scene: bpy.types.Scene, frame: float, channels: DrivenChannels
) -> Iterator[Candidate]:
    """Sliders of the face. One that nothing moves stands as the character is built, and is not changed."""
    tolerance = max(scene_settings(scene).shape_tolerance, 1e-4)
    for mesh in characters.face_meshes(root, scene):
        keys = characters.shape_keys(mesh)
        if keys is None or not compat.is_editable(keys):
            continue
        curves = compat.active_curves(keys)
        known = _resting(root, mesh, True)
        driven = channels.shapes.get(mesh.name, frozenset())
        for block in keys.key_blocks:
            if block == keys.reference_key or block.mute:
                continue
            path = characters.shape_path(block.name)
            curve = curves.fcurves.find(path) if curves is not None else None
            unkeyed = known.get(path, 0.0 if block.name in driven else block.value)
            played = curve.evaluate(frame) if curve is not None else unkeyed
            played = min(max(played, block.slider_min), block.slider_max)  # as Blender shows it
            changed = abs(block.value - played) > tolerance
            yield Candidate(keys, path, (0,), changed, block.name in driven or curve is not None)


def slider_candidates(scene: bpy.types.Scene, frame: float, channels: DrivenChannels) -> Iterator[Candidate]:
    """What shapes follow: properties, and controls of a face board; those in the pose of the character's own bones come with its
    bones, too."""
    for slider in channels.sliders:
        target = scene.objects.get(slider.owner)
        owner = characters.shape_keys(target) if target is not None and slider.on_shape_keys else target
        if owner is None or not compat.is_editable(owner):
            continue
        value: Any = owner.path_resolve(slider.path)
        now = float(value[slider.index] if hasattr(value, "__len__") else value)
        curves = compat.active_curves(owner)
        curve = curves.fcurves.find(slider.path, index=slider.index) if curves is not None else None
        played = curve.evaluate(frame) if curve is not None else slider.rest
        changed = abs(now - played) > _ROUNDING * max(1.0, abs(played))
        yield Candidate(owner, slider.path, (slider.index,), changed, True)


def bone_candidates(root: bpy.types.Object, scene: bpy.types.Scene, frame: float) -> Iterator[Candidate]:
    """Rotations of all bones, and places of those that have one or whose place was changed."""
    if root.type != "ARMATURE" or root.pose is None or not compat.is_editable(root):
        return
    curves = compat.curves_by_channel(root)
    known = _resting(root, root, False)
    tolerance_deg = max(scene_settings(scene).rotation_tolerance, 0.01)
    for bone in root.pose.bones:
        rotation = characters.rotation_property(bone.rotation_mode)
        for name, at_rest in ((rotation, characters.REST_ROTATIONS[rotation]), ("location", (0.0, 0.0, 0.0))):
            path, now = characters.bone_path(bone.name, name), np.array(getattr(bone, name), np.float64)
            animated = [(path, part) in curves for part in range(len(now))]
            unkeyed = known.get(path, at_rest)
            played = np.array(
                [
                    curves[path, part].evaluate(frame) if is_animated else unkeyed[part]
                    for part, is_animated in enumerate(animated)
                ]
            )
            if name == rotation:
                changed = _apart_deg(now, played, bone.rotation_mode) > tolerance_deg
            else:
                changed = float(np.abs(now - played).max()) > _PLACE_SHARE * bone.length
            if name == rotation or any(animated) or changed:
                yield Candidate(root, path, tuple(range(len(now))), changed, any(animated), bone.name)


def _apart_deg(values: np.ndarray, others: np.ndarray, mode: str) -> float:
    """How far apart two rotations are, as a bone's mode writes them."""
    quaternions = to_quaternions(np.stack([values, others]), mode)
    return float(angle_between_deg(quaternions[0], quaternions[1]))


def _resting(root: bpy.types.Object, target: bpy.types.Object, on_shape_keys: bool) -> Mapping[str, Any]:
    """{data path: value} of what nothing animated before the first generation."""
    original = take_memory.find_original(characters.memory(root))
    for track in original.tracks if original is not None else ():
        if take_memory.target_of(root, track) == target and track.on_shape_keys == on_shape_keys:
            return rest_values.stored_values(track.resting)
    return {}
