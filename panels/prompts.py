# SPDX-License-Identifier: GPL-3.0-or-later
"""Prompts: the keys that a person set."""

from __future__ import annotations

from typing import Any

import bpy

from ..core.blender import characters
from ..core.blender.setting_properties import scene_settings
from ..core.wording import count
from .drawing import FoldedPanel


class AUDIO2RIG_UL_prompts(bpy.types.UIList):
    def draw_item(self, _context, layout, _data, item, _icon, _active_data, _active_property, index) -> None:
        split = layout.split(factor=0.4)
        split.label(
            text=f"{item.frame:g}" if item.last == item.frame else f"{item.frame:g} – {item.last:g}",
            icon="KEYFRAME_HLT",
        )
        row = split.row()
        row.label(text=item.name)
        right = row.row()
        right.alignment = "RIGHT"
        right.active = False
        right.label(text=count(item.keys, "key"))


class AUDIO2RIG_PT_prompts(FoldedPanel, bpy.types.Panel):
    bl_label = "Prompts"
    bl_order = 6

    def draw_header(self, context: bpy.types.Context) -> None:
        self.layout.prop(scene_settings(context.scene), "use_prompts", text="")

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        scene = context.scene
        layout.active = scene_settings(scene).use_prompts
        row = layout.row(align=True)
        row.operator("audio2rig.add_prompt", icon="KEY_HLT").which = "AUTO"
        row.operator("audio2rig.jump_to_prompt", text="", icon="PREV_KEYFRAME").direction = "PREVIOUS"
        row.operator("audio2rig.jump_to_prompt", text="", icon="NEXT_KEYFRAME").direction = "NEXT"
        row = layout.row(align=True)
        for which, label in (("CHANGED", "Changed"), ("SELECTED", "Selected"), ("ALL", "Whole Pose")):
            row.operator("audio2rig.add_prompt", text=label).which = which
        self._list(layout, characters.shown(context))
        row = layout.row(align=True)
        row.operator("audio2rig.remove_prompts", text="Remove Here", icon="KEY_DEHLT").scope = "FRAME"
        row.operator("audio2rig.remove_prompts", text="All").scope = "ALL"
        column = layout.column()
        column.enabled = scene.use_preview_range
        again = column.operator("audio2rig.generate", text="Regenerate Preview Range", icon="PREVIEW_RANGE")
        if scene.use_preview_range:
            again.frame_start, again.frame_end = scene.frame_preview_start, scene.frame_preview_end
        else:
            note = layout.row()
            note.active = False
            note.label(text="Set a preview range in the timeline (P)", icon="INFO")

    @staticmethod
    def _list(layout: Any, root: bpy.types.Object | None) -> None:
        if root is None:
            return
        found = characters.memory(root)
        if not found.prompts:
            layout.operator("audio2rig.list_prompts", icon="PRESET")
            return
        row = layout.row()
        row.template_list("AUDIO2RIG_UL_prompts", "", found, "prompts", found, "prompt_index", rows=4)
        side = row.column(align=True)
        side.operator("audio2rig.list_prompts", text="", icon="FILE_REFRESH")
        side.operator("audio2rig.remove_prompts", text="", icon="REMOVE").scope = "ROW"


CLASSES = (AUDIO2RIG_UL_prompts, AUDIO2RIG_PT_prompts)
