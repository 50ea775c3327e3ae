# SPDX-License-Identifier: GPL-3.0-or-later
"""Who says what in a dialogue."""

from __future__ import annotations

import bpy

from ..core.blender import jobs
from ..core.blender.setting_properties import scene_settings
from .drawing import FoldedPanel, hint


class AUDIO2RIG_UL_dialogue(bpy.types.UIList):
    def draw_item(self, _context, layout, _data, item, _icon, _active_data, _active_property, index) -> None:
        row = layout.split(factor=0.45)
        row.label(text=item.strip, icon="SOUND")
        row.prop(item, "character", text="", icon="OUTLINER_OB_ARMATURE")


class AUDIO2RIG_PT_dialogue(FoldedPanel, bpy.types.Panel):
    bl_label = "Dialogue"
    bl_order = 9

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        settings = scene_settings(context.scene)
        if not settings.dialogue:
            hint(layout, "Several strips, several characters", icon="INFO")
            layout.operator("audio2rig.list_dialogue", icon="FILE_REFRESH")
            return
        row = layout.row()
        row.template_list("AUDIO2RIG_UL_dialogue", "", settings, "dialogue", settings, "dialogue_index", rows=3)
        row.column(align=True).operator("audio2rig.list_dialogue", text="", icon="FILE_REFRESH")
        button = layout.row()
        button.enabled = jobs.find(context.scene) is None
        button.operator("audio2rig.generate_dialogue", icon="PLAY_SOUND")


CLASSES = (AUDIO2RIG_UL_dialogue, AUDIO2RIG_PT_dialogue)
