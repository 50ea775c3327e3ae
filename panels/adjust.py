# SPDX-License-Identifier: GPL-3.0-or-later
"""Sliders that act on the take that plays."""

from __future__ import annotations

import bpy

from ..core.blender import characters
from ..core.blender.adjusting.adjustment import PARTS
from ..core.blender.remembered import current_take
from .drawing import FoldedPanel, hint, split, wrapped


class AUDIO2RIG_PT_adjust(FoldedPanel, bpy.types.Panel):
    bl_label = "Adjust Take"
    bl_parent_id = "AUDIO2RIG_PT_takes"

    def draw(self, context: bpy.types.Context) -> None:
        found = characters.shown_memory(context)
        take = current_take(found) if found is not None else None
        if take is None or take.is_original:
            hint(self.layout, "Select a take", icon="INFO")
            return
        column = split(self.layout).column(align=True)
        for part in PARTS:
            column.prop(take, part, slider=True)
        column = self.layout.column(align=True)
        column.prop(take, "offset_ms", slider=True)
        for line in wrapped(take.adjust_error, 40):
            hint(self.layout, line)
        self.layout.operator("audio2rig.adjust_reset", icon="LOOP_BACK")


CLASSES = (AUDIO2RIG_PT_adjust,)
