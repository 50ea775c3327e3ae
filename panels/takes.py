# SPDX-License-Identifier: GPL-3.0-or-later
"""The takes of the character, and the report of the selected one."""

from __future__ import annotations

from typing import Any

import bpy

from ..core.blender import characters
from .drawing import Audio2RigPanel, wrapped


class AUDIO2RIG_UL_takes(bpy.types.UIList):
    def draw_item(self, _context, layout, _data, item, _icon, _active_data, _active_property, index) -> None:
        row = layout.row(align=True)
        row.label(text=item.name, icon="LOOP_BACK" if item.is_original else "ACTION")
        if not item.is_original:
            right = row.row()
            right.alignment = "RIGHT"
            right.label(text=f"seed {item.seed}")


class AUDIO2RIG_PT_takes(Audio2RigPanel, bpy.types.Panel):
    bl_label = "Takes"
    bl_order = 3

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        root = characters.shown(context)
        if root is None or not characters.memory(root).takes:
            layout.label(text="Every generation is kept here", icon="INFO")
            return
        found = characters.memory(root)
        row = layout.row()
        row.template_list("AUDIO2RIG_UL_takes", "", found, "takes", found, "take_index", rows=3)
        side = row.column(align=True)
        side.operator("audio2rig.take_compare", text="", icon="UV_SYNC_SELECT")
        side.operator("audio2rig.take_delete", text="", icon="TRASH")
        layout.operator("audio2rig.bake_down", icon="ACTION_TWEAK")
        if 0 <= found.take_index < len(found.takes) and found.takes[found.take_index].report:
            header, body = layout.panel("audio2rig_report", default_closed=False)
            header.label(text="Report", icon="TEXT")
            if body is not None:
                lines = body.column(align=True)
                lines.scale_y = 0.8
                for line in found.takes[found.take_index].report.splitlines():
                    for part in wrapped(line, 42):
                        lines.label(text=part)
                _timeline(body, context.scene, found.takes[found.take_index])


def _timeline(layout: Any, scene: bpy.types.Scene, take: Any) -> None:
    """Buttons for what keeps the take from being heard and seen to its end."""
    from ..core.blender.sounds import timeline  # with numpy: not for enabling

    line = take.lines[-1] if take.lines else None
    if line is None:
        return
    row = layout.row(align=True)
    if not timeline.starts_of(scene, line.sound):
        row.operator("audio2rig.add_sound", icon="SOUND")
    if timeline.ends_at(scene, line.last) > scene.frame_end:
        row.operator("audio2rig.extend_scene", icon="TIME")


CLASSES = (AUDIO2RIG_UL_takes, AUDIO2RIG_PT_takes)
