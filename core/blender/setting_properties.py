# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of core.settings as Blender's properties: of the scene, the preferences and the operator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty, StringProperty

from ..setting_fields import Place, Setting, settings_of
from ..settings import GenerateSettings
from . import compat


def property_of(setting: Setting, place: Place, **more: Any) -> Any:
    """Blender's property for a setting; on an operator it says that it overrides the scene's. more: arguments of that property."""
    options: set[Any] = {"ANIMATABLE"} if setting.animatable and place is Place.SCENE else set()
    description = setting.tooltip
    if place is Place.OPERATOR:
        options = {"SKIP_SAVE"}
        description = f"{setting.tooltip} (instead of the scene's setting)"
    shared: dict[str, Any] = {"name": setting.label, "description": description, **more}
    subtype: dict[str, Any] = {"subtype": shared.pop("subtype", setting.subtype)}
    if setting.items:
        several = setting.kind is frozenset
        default = set(setting.default) if several else setting.default
        options |= {"ENUM_FLAG"} if several else set()
        return EnumProperty(items=_numbered(setting), default=default, options=options, **shared)
    if setting.kind is str:
        if subtype["subtype"] == "FILE_PATH":
            options |= compat.file_path_options()
        return StringProperty(default=setting.default, options=options, **shared, **subtype)
    shared |= {"default": setting.kind(setting.default or 0), "options": options}
    if setting.kind is bool:
        return BoolProperty(**shared)
    limits = {"min": setting.minimum, "max": setting.maximum, "soft_max": setting.soft_maximum}
    shared |= {name: setting.kind(limit) for name, limit in limits.items() if limit is not None}
    if setting.kind is int:
        return IntProperty(**shared)
    return FloatProperty(precision=setting.precision, **shared, **subtype)


def _numbered(setting: Setting) -> Any:
    """The items as Blender takes them; a file keeps a choice by its number, which must not change when items come between."""
    if not setting.kept_as:
        return setting.items
    return tuple((*item, setting.kept_as.index(item[0])) for item in setting.items)


def scene_settings(scene: bpy.types.Scene) -> Any:
    """`scene.audio2rig` (an Audio2RigScene): what the person chose in the panel."""
    return scene.audio2rig  # pyright: ignore[reportAttributeAccessIssue] -- registering adds it


def declare(
    cls: type, place: Place, settings: type = GenerateSettings, more: Mapping[str, Mapping[str, Any]] | None = None
) -> type:
    """Give a class of Blender's, before it is registered, a property for every setting that is offered there.

    more: {setting: further arguments of its property}.
    """
    for one in settings_of(settings, place):
        cls.__annotations__[one.name_in(place)] = property_of(one, place, **(more or {}).get(one.name, {}))
    return cls
