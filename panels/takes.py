# SPDX-License-Identifier: GPL-3.0-or-later
"""The takes of the character, and the report of the selected one."""

from __future__ import annotations

from typing import Any

import bpy

from ..core.blender import characters
from ..core.blender.remembered import current_take
from ..core.blender.takes import describing
from ..core.blender.takes.variation_group import variation_group
from .drawing import Audio2RigPanel, hints, wrapped


class AUDIO2RIG_UL_takes(bpy.types.UIList):
    def draw_item(self, _context, layout, _data, item, _icon, _active_data, _active_property, index) -> None:
        if item.is_original:
            layout.label(text=item.name, icon="LOOP_BACK")
            return
        row = layout.split(factor=0.45)
        row.prop(item, "name", text="", emboss=False, icon="ACTION")
        right = row.row()
        right.alignment = "RIGHT"
        right.active = False
        right.label(text=describing.in_a_row(item), icon="TEXT" if item.note else "NONE")

    def filter_items(self, _context, data, property_name) -> tuple[list[int], list[int]]:
        """The search field finds names and notes."""
        wanted = self.filter_name.lower()
        takes = getattr(data, property_name)
        if not wanted:
            return [], []
        found = [wanted in f"{take.name} {take.note}".lower() for take in takes]
        return [self.bitflag_filter_item * hit for hit in found], []


class AUDIO2RIG_MT_takes(bpy.types.Menu):
    bl_label = "Take Files"

    def draw(self, _context: bpy.types.Context) -> None:
        layout: Any = self.layout
        layout.operator("audio2rig.import_face", icon="IMPORT")
        layout.operator("audio2rig.export_face", icon="EXPORT")


def _found(layout: Any, context: bpy.types.Context, memory: Any) -> None:
    """Takes like the chosen sound, and the button that looks for them; those of this character can be played."""
    from ..core.blender.takes.found_takes import shown

    layout.operator("audio2rig.find_takes", icon="VIEWZOOM")
    found = shown(context.scene)
    if found is None:
        return
    header, body = layout.panel("audio2rig_found_takes", default_closed=False)
    header.label(text=f"Like {found.called}", icon="SOUND")
    if body is None:
        return
    names, root = [take.name for take in memory.takes], characters.shown(context)
    lines = body.column(align=True)
    for text, take, character in found.rows:
        if root is not None and character == root.name and take in names:
            lines.operator("audio2rig.take_activate", text=text, icon="PLAY").index = names.index(take)
        else:
            lines.label(text=text, icon="BLANK1")
    for note in found.notes:
        hints(body, note, 42, icon="INFO")


class AUDIO2RIG_PT_takes(Audio2RigPanel, bpy.types.Panel):
    bl_label = "Takes"
    bl_order = 3

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        found = characters.shown_memory(context)
        if found is None or not found.takes:
            row = layout.row()
            row.label(text="Every generation is kept here", icon="INFO")
            row.menu("AUDIO2RIG_MT_takes", text="", icon="DOWNARROW_HLT")
            return
        row = layout.row()
        row.template_list("AUDIO2RIG_UL_takes", "", found, "takes", found, "take_index", rows=3)
        side = row.column(align=True)
        side.operator("audio2rig.take_compare", text="", icon="UV_SYNC_SELECT")
        side.operator("audio2rig.take_delete", text="", icon="TRASH")
        side.menu("AUDIO2RIG_MT_takes", text="", icon="DOWNARROW_HLT")
        _variations(layout, found)
        layout.operator("audio2rig.bake_down", icon="ACTION_TWEAK")
        _found(layout, context, found)
        take = current_take(found)
        if take is not None and not take.is_original:
            _made_with(layout, take)
        if take is not None and take.report:
            header, body = layout.panel("audio2rig_report", default_closed=False)
            header.label(text="Report", icon="TEXT")
            if body is not None:
                lines = body.column(align=True)
                lines.scale_y = 0.8
                for line in take.report.splitlines():
                    for part in wrapped(line, 42):
                        lines.label(text=part)
                _timeline(body, context.scene, take)


def _variations(layout: Any, found: Any) -> None:
    """Where one is among the variations of a click, and the buttons to flip through them."""
    places = variation_group(found)
    if not places:
        return
    row = layout.row(align=True)
    row.operator("audio2rig.variation_step", text="", icon="TRIA_LEFT").direction = "PREVIOUS"
    row.label(text=f"Variation {places.index(found.take_index) + 1} of {len(places)}")
    row.operator("audio2rig.variation_keep", icon="CHECKMARK")
    row.operator("audio2rig.variation_step", text="", icon="TRIA_RIGHT").direction = "NEXT"


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


def _made_with(layout: Any, take: Any) -> None:
    """What a take was made with, and a note about it."""
    layout.prop(take, "note", icon="TEXT")
    header, body = layout.panel("audio2rig_made_with", default_closed=True)
    header.label(text="Made With")
    if body is not None:
        for line in describing.in_words(take):
            body.label(text=line)


CLASSES = (AUDIO2RIG_UL_takes, AUDIO2RIG_MT_takes, AUDIO2RIG_PT_takes)
