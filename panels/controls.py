# SPDX-License-Identifier: GPL-3.0-or-later
"""Four controls of the face: where lips, head, eyes and expression come from, how strong, how smooth and how late."""

from __future__ import annotations

from typing import Any

import bpy

from ..core.blender import characters
from ..core.blender.setting_properties import scene_settings
from ..core.settings import CONTROLS, PARTS, strength_name
from .drawing import FoldedPanel, hint, split, wrapped

_LABELS = {identifier: label for identifier, label, _ in PARTS}


class AUDIO2RIG_PT_controls(FoldedPanel, bpy.types.Panel):
    bl_label = "Face Controls"
    bl_parent_id = "AUDIO2RIG_PT_parts"

    def draw(self, context: bpy.types.Context) -> None:
        settings = scene_settings(context.scene)
        root = characters.shown(context)
        undrivable = characters.undrivable_parts(root) if root is not None else {}
        for control in CONTROLS:
            header, body = self.layout.panel(f"audio2rig_control_{control.lower()}", default_closed=control != "LIPS")
            header.prop_enum(settings, "parts", control)
            source = header.row()
            source.active = control in settings.parts and control not in undrivable
            source.prop(settings, f"{control.lower()}_source", text="")
            if body is not None:
                self._control(body, context, settings, control, undrivable.get(control, ""))

    @staticmethod
    def _control(layout: Any, context: bpy.types.Context, settings: Any, control: str, undrivable: str) -> None:
        """What is set for one control. undrivable: why the character cannot show it."""
        column = split(layout).column()
        why = f"{_LABELS[control]}: {undrivable}" if undrivable else ""
        if not why and control not in settings.parts:
            why = f"{_LABELS[control]} is switched off"
        for line in wrapped(why, 40):
            hint(layout, line, icon="INFO")
        column.active = not why
        name = control.lower()
        source = getattr(settings, f"{name}_source")
        if source == "PRESET":
            column.prop(settings, f"{name}_preset", text="Preset")
        elif source == "ACTION":
            column.prop_search(settings, f"{name}_action", bpy.data, "actions", text="Action")
            _missing(column, settings, f"{name}_action")
        elif source == "CAPTURE":
            column.prop(settings, f"{name}_file", text="File")
        elif source == "LOOK_AT":
            _look_at(column, context, settings)
        column.prop(settings, strength_name(control), text="Strength", slider=True)
        column.prop(settings, f"{name}_smoothing", text="Smoothing")
        column.prop(settings, f"{name}_offset", text="Offset")


def _look_at(column: Any, context: bpy.types.Context, settings: Any) -> None:
    column.prop(settings, "look_at")
    if settings.look_at == "OBJECT":
        column.prop_search(settings, "look_at_target", context.scene, "objects", text="Object")
        _missing(column, settings, "look_at_target")
    elif settings.look_at == "CAMERA" and context.scene.camera is None:
        hint(column, "The scene has no camera")
    elif settings.look_at == "SPEAKER" and not settings.dialogue:
        hint(column, "Counts in a dialogue", icon="INFO")
    keyed = column.column()
    keyed.use_property_decorate = True  # made to be keyed
    keyed.prop(settings, "look_at_influence", slider=True)
    keyed.prop(settings, "look_at_head", slider=True)
    if settings.head_source != "SOUND":
        hint(column, "The head keeps to its own source", icon="INFO")


def _missing(column: Any, settings: Any, setting: str) -> None:
    """Why a name that was chosen means nothing any more, or that none is chosen."""
    if not getattr(settings, setting):
        hint(column, "Choose one")
    elif getattr(settings, f"{setting}_block") is None:
        hint(column, f"{getattr(settings, setting)} is gone")


CLASSES = (AUDIO2RIG_PT_controls,)
