# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts and strength."""

from __future__ import annotations

import bpy

from ..core.blender import characters
from ..core.blender.setting_properties import scene_settings
from ..core.settings import PARTS, strength_name
from .drawing import FoldedPanel, settings_of_section, split, wrapped


class AUDIO2RIG_PT_parts(FoldedPanel, bpy.types.Panel):
    bl_label = "Parts and Strength"
    bl_order = 4

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        settings = scene_settings(context.scene)
        root = characters.shown(context)
        undrivable = characters.undrivable_parts(root) if root is not None else {}
        column = layout.column(align=True)
        for identifier, _label, _tooltip in PARTS:
            row = column.split(factor=0.45, align=True)
            row.enabled = identifier not in undrivable
            row.prop_enum(settings, "parts", identifier)
            if strength_name(identifier) in settings.bl_rna.properties:
                strength = row.row(align=True)
                strength.active = identifier in settings.parts
                strength.prop(settings, strength_name(identifier), text="", slider=True)
        for reason in dict.fromkeys(undrivable.values()):
            still = ", ".join(label for identifier, label, _tooltip in PARTS if undrivable.get(identifier) == reason)
            for line in wrapped(f"{still}: {reason}", 44):
                note = layout.row()
                note.active = False
                note.label(text=line)
        body = split(self.layout).column()
        body.enabled = "BODY" not in undrivable
        body.active = "BODY" in settings.parts
        settings_of_section(body, settings, "BODY")
        if settings.locomotion == "FREE" and "ROOT" not in settings.parts:
            note = layout.row()
            note.active = False
            note.label(text="Steps on the spot: Root is off", icon="INFO")


CLASSES = (AUDIO2RIG_PT_parts,)
