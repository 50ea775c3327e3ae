# SPDX-License-Identifier: GPL-3.0-or-later
"""What drives what."""

from __future__ import annotations

import bpy

from ..core.blender import characters
from .drawing import FoldedPanel


class AUDIO2RIG_UL_mapping(bpy.types.UIList):
    def draw_item(self, _context, layout, _data, item, _icon, _active_data, _active_property, index) -> None:
        split = layout.split(factor=0.52)
        split.label(text=item.name, icon="BONE_DATA" if item.is_bone else "SHAPEKEY_DATA")
        right = split.row()
        right.active = bool(item.target)
        right.label(text=item.target or item.state or "not found")


class AUDIO2RIG_PT_mapping(FoldedPanel, bpy.types.Panel):
    bl_label = "Mapping"
    bl_order = 7

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        root = characters.shown(context)
        found = characters.memory(root) if root is not None else None
        if found is None or not (found.mapping_rows or found.mapping):
            layout.operator("audio2rig.detect_character", text="See What Can Be Driven", icon="VIEWZOOM")
            return
        layout.template_list("AUDIO2RIG_UL_mapping", "", found, "mapping_rows", found, "mapping_index", rows=5)
        row = layout.row(align=True)
        row.operator("audio2rig.mapping_edit", text="Edit", icon="GREASEPENCIL")
        row.operator("audio2rig.test_shape", text="Test", icon="HIDE_OFF")
        row = layout.row(align=True)
        row.operator("audio2rig.mapping_import", text="Import", icon="IMPORT")
        row.operator("audio2rig.mapping_export", text="Export", icon="EXPORT")
        reset = row.row(align=True)
        reset.enabled = bool(found.mapping)
        reset.operator("audio2rig.mapping_reset", text="", icon="LOOP_BACK")


CLASSES = (AUDIO2RIG_UL_mapping, AUDIO2RIG_PT_mapping)
