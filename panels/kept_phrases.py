# SPDX-License-Identifier: GPL-3.0-or-later
"""Kept phrases of a dance: which frames, and when they come again."""

from __future__ import annotations

import bpy

from ..core.blender import characters
from .drawing import FoldedPanel, frames_row, hint, split


class AUDIO2RIG_UL_kept_phrases(bpy.types.UIList):
    def draw_item(self, _context, layout, _data, item, _icon, _active_data, _active_property, index) -> None:
        frames_row(layout, item, "FILE_REFRESH")


class AUDIO2RIG_PT_kept_phrases(FoldedPanel, bpy.types.Panel):
    bl_label = "Phrases of a Dance"
    bl_parent_id = "AUDIO2RIG_PT_prompts"

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.operator("audio2rig.repeat_phrase", icon="FILE_REFRESH")
        memory = characters.shown_memory(context)
        if memory is None or not memory.kept_phrases:
            hint(layout, "Set the preview range (P) around what is to come again", "INFO")
            return
        row = layout.row()
        row.template_list("AUDIO2RIG_UL_kept_phrases", "", memory, "kept_phrases", memory, "kept_phrase_index", rows=2)
        row.column().operator("audio2rig.remove_phrase", text="", icon="REMOVE")
        if not 0 <= memory.kept_phrase_index < len(memory.kept_phrases):
            return
        phrase = memory.kept_phrases[memory.kept_phrase_index]
        column = split(layout).column()
        column.prop(phrase, "at_a_frame")
        if phrase.at_a_frame:
            column.prop(phrase, "again")


CLASSES = (AUDIO2RIG_UL_kept_phrases, AUDIO2RIG_PT_kept_phrases)
