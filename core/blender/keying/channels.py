# SPDX-License-Identifier: GPL-3.0-or-later
"""The properties of a character that may be keyed, by data path."""

from __future__ import annotations

from dataclasses import dataclass

from ...rigs.sliders import Slider
from .. import characters


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


def shape_channel(mesh: str, key: str) -> Channel:
    return Channel(mesh, True, characters.shape_path(key), 1)


def rotation_channel(armature: str, bone: str, rotation_mode: str) -> Channel:
    name = characters.rotation_property(rotation_mode)
    return Channel(armature, False, characters.bone_path(bone, name), 3 if name == "rotation_euler" else 4)


def location_channel(armature: str, bone: str) -> Channel:
    return Channel(armature, False, characters.bone_path(bone, "location"), 3)


def slider_channel(slider: Slider) -> Channel:
    return Channel(slider.owner, slider.on_shape_keys, slider.path, 1, slider.index)
