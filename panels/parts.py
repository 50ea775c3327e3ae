# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts and strength."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import bpy

from ..core.blender import characters
from ..core.blender.setting_properties import scene_settings
from ..core.settings import IN_BODY, PARTS, strength_name
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
            if identifier in IN_BODY:
                continue
            row = column.split(factor=0.45, align=True)
            row.enabled = identifier not in undrivable
            row.prop_enum(settings, "parts", identifier)
            if strength_name(identifier) in settings.bl_rna.properties:
                strength = row.row(align=True)
                strength.active = identifier in settings.parts
                strength.prop(settings, strength_name(identifier), text="", slider=True)
            if identifier == "BODY":
                self._in_body(layout, settings, undrivable)
                column = layout.column(align=True)
        for reason in dict.fromkeys(undrivable.values()):
            still = ", ".join(
                label
                for identifier, label, _tooltip in PARTS
                if undrivable.get(identifier) == reason and not ("BODY" in undrivable and identifier in IN_BODY)
            )
            for line in wrapped(f"{still}: {reason}", 44):
                note = layout.row()
                note.active = False
                note.label(text=line)
        lips = split(self.layout).column()
        lips.active = "LIPS" in settings.parts
        settings_of_section(lips, settings, "LIPS")
        body = split(self.layout).column()
        body.enabled = "BODY" not in undrivable
        body.active = bool(settings.parts & {"BODY", *IN_BODY})
        settings_of_section(body, settings, "BODY")
        if settings.locomotion == "FREE" and "ROOT" not in settings.parts:
            note = layout.row()
            note.active = False
            note.label(text="Steps on the spot: Root is off", icon="INFO")

    @staticmethod
    def _in_body(layout: Any, settings: Any, undrivable: Mapping[str, str]) -> None:
        """What Body stands for, to be chosen one by one in its place, and the hands that hold something."""
        grid = layout.grid_flow(row_major=True, columns=2, even_columns=True, align=True)
        grid.active = "BODY" not in settings.parts
        for identifier in IN_BODY:
            one = grid.row(align=True)
            one.enabled = identifier not in undrivable
            one.prop_enum(settings, "parts", identifier)
        layout.label(text="Holds Something:")
        hands = layout.row(align=True)
        hands.prop_enum(settings, "holds", "LEFT", text="Left Hand")
        hands.prop_enum(settings, "holds", "RIGHT", text="Right Hand")


CLASSES = (AUDIO2RIG_PT_parts,)
