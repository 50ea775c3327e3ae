# SPDX-License-Identifier: GPL-3.0-or-later
"""The character, and what was found on it."""

from __future__ import annotations

import bpy

from ..core.blender import characters
from ..core.blender.reading import instances
from ..core.blender.setting_properties import scene_settings
from .drawing import Audio2RigPanel, wrapped


class AUDIO2RIG_PT_character(Audio2RigPanel, bpy.types.Panel):
    bl_label = "Character"
    bl_order = 1

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        settings = scene_settings(context.scene)
        row = layout.row(align=True)
        row.prop(settings, "character", text="", icon="OUTLINER_OB_ARMATURE")
        row.operator("audio2rig.detect_character", text="", icon="EYEDROPPER")
        root = characters.shown(context)
        if root is None:
            active = context.view_layer.objects.active
            if reason := instances.why_not(active):
                for line in wrapped(f"{reason} {instances.what_to_do(active)}", 38):
                    layout.label(text=line)
                return
            layout.operator("audio2rig.add_demo_character", icon="ADD")
            return
        found = characters.memory(root)
        if root != settings.character:
            layout.label(text=f"Selected: {root.name}", icon="RESTRICT_SELECT_OFF")
        if not found.summary:
            layout.operator("audio2rig.detect_character", text="See What Can Be Driven", icon="VIEWZOOM")
            return
        column = layout.column(align=True)
        for number, line in enumerate(found.summary.split(" · ")):
            column.label(text=line, icon="BLANK1" if number else "CHECKMARK")
        if found.missing:
            header, body = layout.panel("audio2rig_missing", default_closed=True)
            header.label(text=f"Missing: {found.missing.count(',') + 1}", icon="INFO")
            if body is not None:
                lines = body.column(align=True)
                lines.scale_y = 0.8
                for line in wrapped(found.missing, 38):
                    lines.label(text=line)


CLASSES = (AUDIO2RIG_PT_character,)
