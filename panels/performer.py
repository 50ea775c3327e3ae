# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose face it is."""

from __future__ import annotations

import bpy

from ..core.blender.setting_properties import scene_settings
from .drawing import FoldedPanel, settings_of_section, split


class AUDIO2RIG_PT_performer(FoldedPanel, bpy.types.Panel):
    bl_label = "Performer"
    bl_order = 5

    def draw(self, context: bpy.types.Context) -> None:
        settings_of_section(split(self.layout).column(), scene_settings(context.scene), "PERFORMER")
        self.layout.operator("audio2rig.adapt_to_performer", icon="OUTLINER_OB_ARMATURE")


CLASSES = (AUDIO2RIG_PT_performer,)
