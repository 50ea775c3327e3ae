# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of the lists: takes, mapping, prompts."""

from __future__ import annotations

import bpy

from ..core.wording import count


class AUDIO2RIG_UL_takes(bpy.types.UIList):
    def draw_item(self, _context, layout, _data, item, _icon, _active_data, _active_property, index) -> None:
        row = layout.row(align=True)
        row.label(text=item.name, icon="LOOP_BACK" if item.is_original else "ACTION")
        if not item.is_original:
            right = row.row()
            right.alignment = "RIGHT"
            right.label(text=f"seed {item.seed}")


class AUDIO2RIG_UL_mapping(bpy.types.UIList):
    def draw_item(self, _context, layout, _data, item, _icon, _active_data, _active_property, index) -> None:
        split = layout.split(factor=0.52)
        split.label(text=item.name, icon="BONE_DATA" if item.is_bone else "SHAPEKEY_DATA")
        right = split.row()
        right.active = bool(item.target)
        right.label(text=item.target or item.state or "not found")


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


CLASSES = (AUDIO2RIG_UL_takes, AUDIO2RIG_UL_mapping, AUDIO2RIG_UL_prompts)
