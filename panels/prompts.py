# SPDX-License-Identifier: GPL-3.0-or-later
"""Prompts, the keys that a person set: one panel in the three editors in which one works on them."""

from __future__ import annotations

from typing import Any

import bpy

from ..core.blender import characters, jobs, prompt_listing
from ..core.blender.setting_properties import scene_settings
from ..core.wording import count
from .drawing import Audio2RigPanel, FoldedPanel, hint, progress


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
        right.label(text=count(item.keys, "prompt"))


class PromptsPanel:
    """What the panel shows in every editor. It lists by itself, and follows the playhead."""

    bl_label = "Prompts"

    def draw_header(self: Any, context: bpy.types.Context) -> None:
        self.layout.prop(scene_settings(context.scene), "use_prompts", text="")

    def draw(self: Any, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.active = scene_settings(context.scene).use_prompts
        row = layout.row(align=True)
        row.operator("audio2rig.add_prompt", icon="KEY_HLT").which = "AUTO"
        row.operator("audio2rig.jump_to_prompt", text="", icon="PREV_KEYFRAME").direction = "PREVIOUS"
        row.operator("audio2rig.jump_to_prompt", text="", icon="NEXT_KEYFRAME").direction = "NEXT"
        row = layout.row(align=True)
        for which, label in (("CHANGED", "Changed"), ("SELECTED", "Selected"), ("ALL", "Whole Pose")):
            row.operator("audio2rig.add_prompt", text=label).which = which
        _rows(layout, context)
        row = layout.row(align=True)
        for name, icon in (("show_ghosts", "GHOST_ENABLED"), ("show_trails", "ANIM_DATA")):
            row.prop(scene_settings(context.scene), name, toggle=True, icon=icon)
        _removing(layout)
        _usual_paces(layout, context.scene)
        _regenerating(layout, context.scene)


def _rows(layout: Any, context: bpy.types.Context) -> None:
    root = characters.shown(context)
    if root is None:
        hint(layout, "Select the character", icon="INFO")
        return
    prompt_listing.keep(context, root)
    found = characters.memory(root)
    if not found.prompts:
        hint(layout, "No key was set by hand yet", icon="INFO")
        return
    layout.template_list("AUDIO2RIG_UL_prompts", "", found, "prompts", found, "prompt_index", rows=4)
    index = found.prompt_index  # it is looked for among all rows whenever it is asked for
    if 0 <= index < len(found.prompts):
        chosen = found.prompts[index]
        row = layout.row(align=True)
        row.prop(chosen, "hold")
        row.prop(chosen, "ease")


def _usual_paces(layout: Any, scene: bpy.types.Scene) -> None:
    column = layout.column(align=True)
    heads = column.row()
    for text in ("Usually", "Hold", "Ease"):
        heads.label(text=text)
    for part, names in (("Body", ("prompt_hold", "prompt_ease")), ("Face", ("face_hold", "face_ease"))):
        row = column.row(align=True)
        row.label(text=part)
        for name in names:
            row.prop(scene_settings(scene), name, text="")


def _removing(layout: Any) -> None:
    row = layout.row(align=True)
    for scope, label in (("ROW", "Remove Row"), ("FRAME", "Here"), ("ALL", "All")):
        row.operator("audio2rig.remove_prompts", text=label).scope = scope


def _regenerating(layout: Any, scene: bpy.types.Scene) -> None:
    column = layout.column()
    column.enabled = scene.use_preview_range and jobs.find(scene) is None
    again = column.operator("audio2rig.generate", text="Regenerate Preview Range", icon="PREVIEW_RANGE")
    if scene.use_preview_range:
        again.frame_start, again.frame_end = scene.frame_preview_start, scene.frame_preview_end
    else:
        hint(layout, "Set a preview range in the timeline (P)", icon="INFO")


class AUDIO2RIG_PT_prompts(PromptsPanel, FoldedPanel, bpy.types.Panel):
    bl_order = 6


class _BesideCurves(PromptsPanel, Audio2RigPanel):
    """In an editor of keys, where the panel with the button is not."""

    def draw(self: Any, context: bpy.types.Context) -> None:
        if (job := jobs.find(context.scene)) is not None:
            progress(self.layout, job)
        PromptsPanel.draw(self, context)


class AUDIO2RIG_PT_prompts_dopesheet(_BesideCurves, bpy.types.Panel):
    bl_space_type = "DOPESHEET_EDITOR"


class AUDIO2RIG_PT_prompts_graph(_BesideCurves, bpy.types.Panel):
    bl_space_type = "GRAPH_EDITOR"


CLASSES = (AUDIO2RIG_UL_prompts, AUDIO2RIG_PT_prompts, AUDIO2RIG_PT_prompts_dopesheet, AUDIO2RIG_PT_prompts_graph)
