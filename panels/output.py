# SPDX-License-Identifier: GPL-3.0-or-later
"""What is written, and how."""

from __future__ import annotations

import bpy

from ..core.blender.setting_properties import scene_settings
from .drawing import FoldedPanel, settings_of_section, split


class AUDIO2RIG_PT_output(FoldedPanel, bpy.types.Panel):
    bl_label = "Output"
    bl_order = 8

    def draw(self, context: bpy.types.Context) -> None:
        settings = scene_settings(context.scene)
        settings_of_section(split(self.layout).column(), settings, "OUTPUT")


CLASSES = (AUDIO2RIG_PT_output,)
