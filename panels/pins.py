# SPDX-License-Identifier: GPL-3.0-or-later
"""Pins: what is held where, and when."""

from __future__ import annotations

import bpy

from ..core.blender import characters
from .drawing import FoldedPanel, frames_row, hint, split


class AUDIO2RIG_UL_pins(bpy.types.UIList):
    def draw_item(self, _context, layout, _data, item, _icon, _active_data, _active_property, index) -> None:
        gone = bool(item.target_name) and item.target is None
        frames_row(layout, item, "ERROR" if gone else "PINNED")


class AUDIO2RIG_PT_pins(FoldedPanel, bpy.types.Panel):
    bl_label = "Pins"
    bl_parent_id = "AUDIO2RIG_PT_prompts"

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.operator("audio2rig.add_pin", icon="PINNED")
        memory = characters.shown_memory(context)
        if memory is None or not memory.pins:
            hint(layout, "Select a hand's or foot's bone, then Pin", "INFO")
            return
        row = layout.row()
        row.template_list("AUDIO2RIG_UL_pins", "", memory, "pins", memory, "pin_index", rows=3)
        row.column().operator("audio2rig.remove_pin", text="", icon="REMOVE")
        if not 0 <= memory.pin_index < len(memory.pins):
            return
        pin = memory.pins[memory.pin_index]
        column = split(layout).column()
        column.prop(pin, "effector")
        column.prop(pin, "target")
        if pin.target is not None and pin.target.type == "ARMATURE":
            column.prop_search(pin, "bone", pin.target.data, "bones")
        elif pin.target is None and pin.target_name:
            hint(column, f"{pin.target_name} is gone")
        frames = column.column(align=True)
        frames.prop(pin, "first")
        frames.prop(pin, "last")
        column.prop(pin, "ease")
        column.prop(pin, "use_turn")


CLASSES = (AUDIO2RIG_UL_pins, AUDIO2RIG_PT_pins)
