# SPDX-License-Identifier: GPL-3.0-or-later
"""The unfolded part, in working order: Sound, Character, Generate, Takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import bpy

from ..core.blender import characters, compat, jobs, preferences
from ..core.blender.reading import instances
from ..core.blender.setting_properties import scene_settings


class Audio2RigPanel:
    """What all panels share."""

    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Audio2Rig"
    if TYPE_CHECKING:
        layout: Any  # a UILayout: None only while nothing is drawn


class AUDIO2RIG_PT_sound(Audio2RigPanel, bpy.types.Panel):
    bl_label = "Sound"
    bl_order = 0

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        settings = scene_settings(context.scene)
        layout.row().prop(settings, "audio_source", expand=True)
        if settings.audio_source == "FILE":
            layout.prop(settings, "audio_path", text="")
            row = layout.row()
            row.use_property_split = True
            row.use_property_decorate = False
            row.prop(settings, "frame_start")
            return
        editor = compat.sequencer_scene(context).sequence_editor
        if editor is None:
            _hint(layout, "The sequencer has no strips yet")
            return
        layout.prop_search(settings, "strip", editor, compat.strips_property(editor), text="", icon="SOUND")
        if not settings.strip:
            _hint(layout, "Empty: the active or only sound strip", icon="INFO")


class AUDIO2RIG_PT_character(Audio2RigPanel, bpy.types.Panel):
    bl_label = "Character"
    bl_order = 1

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        settings = scene_settings(context.scene)
        row = layout.row(align=True)
        row.prop(settings, "character", text="", icon="OUTLINER_OB_ARMATURE")
        row.operator("audio2rig.detect_character", text="", icon="EYEDROPPER")
        root = characters.shown(context)
        if root is None:
            active = context.view_layer.objects.active
            if reason := instances.why_not(active):
                for line in wrapped(f"{reason} {instances.what_to_do(active)}", 38):
                    layout.label(text=line)
                return
            layout.operator("audio2rig.add_demo_character", icon="ADD")
            return
        found = characters.memory(root)
        if root != settings.character:
            layout.label(text=f"Selected: {root.name}", icon="RESTRICT_SELECT_OFF")
        if not found.summary:
            layout.operator("audio2rig.detect_character", text="See What Can Be Driven", icon="VIEWZOOM")
            return
        column = layout.column(align=True)
        for number, line in enumerate(found.summary.split(" · ")):
            column.label(text=line, icon="BLANK1" if number else "CHECKMARK")
        if found.missing:
            header, body = layout.panel("audio2rig_missing", default_closed=True)
            header.label(text=f"Missing: {found.missing.count(',') + 1}", icon="INFO")
            if body is not None:
                lines = body.column(align=True)
                lines.scale_y = 0.8
                for line in wrapped(found.missing, 38):
                    lines.label(text=line)


class AUDIO2RIG_PT_generate(Audio2RigPanel, bpy.types.Panel):
    bl_label = "Generate"
    bl_order = 2

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        settings = scene_settings(context.scene)
        job = jobs.find(context.scene)
        if job is not None:
            layout.progress(factor=job.progress.fraction, text=job.progress.message or "Starting")
            row = layout.row()
            row.scale_y = 1.4
            row.operator("audio2rig.cancel", icon="CANCEL")
            return
        reason = _why_not(settings, characters.shown(context))
        button = layout.row()
        button.scale_y = 1.8
        button.enabled = not reason
        button.operator("audio2rig.generate", icon="PLAY_SOUND")
        if reason:
            _hint(layout, reason)
        row = layout.row(align=True)
        row.prop(settings, "mode", text="")
        row.prop(settings, "seed")


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


def _why_not(settings: Any, root: bpy.types.Object | None) -> str:
    """Why Generate cannot work now, as far as one can tell without looking; "" if it may."""
    if settings.audio_source == "FILE" and not settings.audio_path:
        return "Choose a sound file above"
    if not settings.parts:
        return "Choose a part below"
    if settings.mode == "DANCE":
        return "Dance comes in a later version"
    if missing := preferences.missing_packages("SPEECH"):
        return f"Missing: {', '.join(missing)} (see Preferences)"
    if root is not None and root.mode == "EDIT":
        return "Leave Edit Mode first"
    return ""


def _hint(layout: Any, text: str, icon: str = "ERROR") -> None:
    row = layout.row()
    row.active = False
    row.label(text=text, icon=icon)


def wrapped(text: str, width: int) -> list[str]:
    """Lines of at most `width` characters; Blender's labels do not wrap."""
    lines, line = [], ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return [*lines, line] if line else lines


CLASSES = (AUDIO2RIG_PT_sound, AUDIO2RIG_PT_character, AUDIO2RIG_PT_generate, AUDIO2RIG_PT_takes)
