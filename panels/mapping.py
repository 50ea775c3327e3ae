# SPDX-License-Identifier: GPL-3.0-or-later
"""What drives what."""

from __future__ import annotations

import bpy

from ..core.blender import characters
from .drawing import FoldedPanel, wrapped

NO_BONE = "no bone"
_LEFT = 0.52  # share of a row that the name takes


class AUDIO2RIG_UL_mapping(bpy.types.UIList):
    def draw_item(self, _context, layout, _data, item, _icon, _active_data, _active_property, index) -> None:
        split = layout.split(factor=_LEFT)
        split.label(text=item.label or item.name, icon="BONE_DATA" if item.is_bone else "SHAPEKEY_DATA")
        right = split.row()
        right.active = bool(item.target)
        right.label(text=item.target or item.state or NO_BONE)

    def filter_items(self, _context, data, property_name) -> tuple[list[int], list[int]]:
        """The search field finds both sides of a row."""
        wanted = self.filter_name.lower()
        shown = [
            not (data.only_unmapped and row.target) and wanted in f"{row.label} {row.name} {row.target}".lower()
            for row in getattr(data, property_name)
        ]
        return [self.bitflag_filter_item * hit for hit in shown], []


class AUDIO2RIG_PT_mapping(FoldedPanel, bpy.types.Panel):
    bl_label = "Mapping"
    bl_order = 7

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        found = characters.shown_memory(context)
        if found is None or not (found.mapping_rows or found.mapping):
            layout.operator("audio2rig.detect_character", icon="VIEWZOOM")
            return
        layout.prop(found, "only_unmapped", icon="FILTER")
        heads = layout.split(factor=_LEFT)
        heads.label(text="Shape key or joint")
        heads.label(text="Shows, or its bone")
        layout.template_list("AUDIO2RIG_UL_mapping", "", found, "mapping_rows", found, "mapping_index", rows=5)
        if 0 <= found.mapping_index < len(found.mapping_rows):
            chosen = found.mapping_rows[found.mapping_index]  # in full: the list cuts long names
            for line in wrapped(f"{chosen.label}: {chosen.target or chosen.state or NO_BONE}", 38):
                layout.label(text=line)
        row = layout.row(align=True)
        row.operator("audio2rig.mapping_edit", icon="GREASEPENCIL")
        row.operator("audio2rig.test_shape", icon="PLAY")
        row.operator("audio2rig.test_next", text="", icon="FF")
        if found.nameless:
            layout.operator_menu_enum("audio2rig.use_key_order", "order", icon="SORTALPHA")
        row = layout.row(align=True)
        row.operator("audio2rig.mapping_import", text="Import", icon="IMPORT")
        row.operator("audio2rig.mapping_export", text="Export", icon="EXPORT")
        reset = row.row(align=True)
        reset.enabled = bool(found.mapping)
        reset.operator("audio2rig.mapping_reset", text="", icon="LOOP_BACK")


CLASSES = (AUDIO2RIG_UL_mapping, AUDIO2RIG_PT_mapping)
