# SPDX-License-Identifier: GPL-3.0-or-later
"""What is written, and how."""

from __future__ import annotations

import bpy

from ..core.blender.setting_properties import scene_settings
from .drawing import FoldedPanel, settings_of_section, split

TOLERANCES = {"shape_tolerance": "Shapes", "rotation_tolerance": "Rotations"}


class AUDIO2RIG_PT_output(FoldedPanel, bpy.types.Panel):
    bl_label = "Output"
    bl_order = 8

    def draw(self, context: bpy.types.Context) -> None:
        settings = scene_settings(context.scene)
        column = split(self.layout).column()
        # under a head, for their names are longer than the tab is wide
        column.label(text="Tolerance of the curves:")
        for name, text in TOLERANCES.items():
            column.prop(settings, name, text=text)
        settings_of_section(column, settings, "OUTPUT", skipped=frozenset(TOLERANCES))


CLASSES = (AUDIO2RIG_PT_output,)
