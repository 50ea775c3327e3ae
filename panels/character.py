# SPDX-License-Identifier: GPL-3.0-or-later
"""The character, and what was found on it."""

from __future__ import annotations

from typing import Any

import bpy

from ..core.blender import characters
from ..core.blender.reading import instances
from ..core.blender.setting_properties import scene_settings
from ..core.wording import count, in_words
from .drawing import Audio2RigPanel, wrapped

NOTHING = "none"  # what a line about face or body says then


class AUDIO2RIG_PT_character(Audio2RigPanel, bpy.types.Panel):
    bl_label = "Character"
    bl_order = 1

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        settings = scene_settings(context.scene)
        row = layout.row(align=True)
        row.prop(settings, "character", text="", icon="OUTLINER_OB_ARMATURE")
        root = characters.shown(context)
        if root is None:
            active = context.view_layer.objects.active
            if reason := instances.why_not(active):
                for line in wrapped(f"{reason} {instances.what_to_do(active)}", 38):
                    layout.label(text=line)
                return
            layout.operator("audio2rig.detect_character", icon="VIEWZOOM")
            layout.operator("audio2rig.add_demo_character", icon="ADD")
            return
        found = characters.memory(root)
        if root != settings.character:
            layout.label(text=f"Selected: {root.name}", icon="RESTRICT_SELECT_OFF")
        if not found.summary:
            layout.operator("audio2rig.detect_character", icon="VIEWZOOM")
            return
        row.operator("audio2rig.detect_character", text="", icon="VIEWZOOM")
        column = layout.column(align=True)
        if found.face:
            _found(column, "Face", found.face, found.missing)
            _found(column, "Body", found.body, found.missing_bones)
        else:  # it was looked at by an older version
            for line in wrapped(found.summary, 38):
                column.label(text=line)
        _missing(layout, found)


def _found(layout: Any, what: str, said: str, missing: str) -> None:
    """One line; the tick is for what is there and lacks nothing, and what is not there is pale."""
    icon = "X" if said == NOTHING else "DOT" if missing else "CHECKMARK"
    for number, line in enumerate(wrapped(f"{what}: {said}", 34)):
        row = layout.row()
        row.active = said != NOTHING
        row.label(text=line, icon="BLANK1" if number else icon)


def _missing(layout: Any, found: Any) -> None:
    """What nothing was found for, in words, folded."""
    shapes = [in_words(name) for name in found.missing.split(", ") if name] if found.face != NOTHING else []
    bones = [name for name in found.missing_bones.split(", ") if name]
    counts = [count(len(names), what) for names, what in ((bones, "bone"), (shapes, "shape")) if names]
    if not counts:
        return
    header, body = layout.panel("audio2rig_missing", default_closed=True)
    header.label(text=f"Missing: {', '.join(counts)}", icon="INFO")
    if body is None:
        return
    lines = body.column(align=True)
    lines.scale_y = 0.8
    for what, names in (("Body", bones), ("Face", shapes)):
        for line in wrapped(f"{what}: {', '.join(names)}", 38) if names else ():
            lines.label(text=line)


CLASSES = (AUDIO2RIG_PT_character,)
