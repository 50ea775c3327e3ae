# SPDX-License-Identifier: GPL-3.0-or-later
"""The properties of a character that may be keyed, by data path."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass

import bpy
import numpy as np

from ...rigs.description import RigDescription
from ...rigs.sliders import Slider
from .. import characters
from ..compat import Animated


@dataclass(frozen=True)
class Channel:
    """One property that may be keyed: a shape key's value, a bone's rotation or location.

    target: object name. on_shape_keys: the property belongs to the object's shape keys. path: data path. size:
    components. first: array index of the first of them.
    """

    target: str
    on_shape_keys: bool
    path: str
    size: int
    first: int = 0

    def own(self, values: np.ndarray) -> np.ndarray:
        """Its components, (size,), of all that the property has: (N,), or a single number."""
        return np.atleast_1d(values)[self.first : self.first + self.size]


def shape_channel(mesh: str, key: str) -> Channel:
    return Channel(mesh, True, characters.shape_path(key), 1)


def rotation_channel(armature: str, bone: str, rotation_mode: str) -> Channel:
    name = characters.rotation_property(rotation_mode)
    return Channel(armature, False, characters.bone_path(bone, name), 3 if name == "rotation_euler" else 4)


def location_channel(armature: str, bone: str) -> Channel:
    return Channel(armature, False, characters.bone_path(bone, "location"), 3)


def slider_channel(slider: Slider) -> Channel:
    return Channel(slider.owner, slider.on_shape_keys, slider.path, 1, slider.index)


def channels_of(
    root: bpy.types.Object,
    scene: bpy.types.Scene,
    description: RigDescription,
    bone_paths: Container[str] | None = None,
) -> Iterator[tuple[Channel, Animated]]:
    """Every channel of a character, with its data-block. bone_paths: of bones only these."""
    for mesh in description.meshes:
        keys = characters.shape_keys(scene.objects[mesh.name])
        if keys is not None:
            yield from ((shape_channel(mesh.name, key.name), keys) for key in mesh.keys)
    for slider in (written for one in description.sliders for written in one.written):
        target = scene.objects.get(slider.owner)
        owner = characters.shape_keys(target) if target is not None and slider.on_shape_keys else target
        if owner is not None:
            yield slider_channel(slider), owner
    for bone in description.bones.values() if description.armature else ():
        rotation = characters.rotation_property(bone.rotation_mode)
        if bone_paths is None or characters.bone_path(bone.name, rotation) in bone_paths:
            yield rotation_channel(root.name, bone.name, bone.rotation_mode), root
        if bone_paths is None or characters.bone_path(bone.name, "location") in bone_paths:
            yield location_channel(root.name, bone.name), root
