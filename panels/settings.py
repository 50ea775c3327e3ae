# SPDX-License-Identifier: GPL-3.0-or-later
"""The folded part: parts and strength, emotion and style, prompts, mapping, output."""

from __future__ import annotations

from typing import Any

import bpy

from ..core.blender import characters
from ..core.blender.setting_properties import scene_settings
from ..core.setting_fields import Place, settings_of
from ..core.settings import PARTS, GenerateSettings, strength_name
from .main import Audio2RigPanel, wrapped

_SETTINGS = settings_of(GenerateSettings, Place.SCENE)


def _props(layout: bpy.types.UILayout, settings: Any, panel: str) -> None:
    """Draw the settings that belong into this section of the panel."""
    for setting in _SETTINGS:
        if setting.panel == panel:
            layout.prop(settings, setting.name)


class FoldedPanel(Audio2RigPanel):
    bl_options = {"DEFAULT_CLOSED"}

    @property
    def split_layout(self) -> Any:
        self.layout.use_property_split = True
        self.layout.use_property_decorate = False
        return self.layout


class AUDIO2RIG_PT_parts(FoldedPanel, bpy.types.Panel):
    bl_label = "Parts and Strength"
    bl_order = 4

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        settings = scene_settings(context.scene)
        root = characters.shown(context)
        undrivable = characters.undrivable_parts(root) if root is not None else {}
        column = layout.column(align=True)
        for identifier, _label, _tooltip in PARTS:
            row = column.split(factor=0.45, align=True)
            row.enabled = identifier not in undrivable
            row.prop_enum(settings, "parts", identifier)
            if strength_name(identifier) in settings.bl_rna.properties:
                strength = row.row(align=True)
                strength.active = identifier in settings.parts
                strength.prop(settings, strength_name(identifier), text="", slider=True)
        for reason in dict.fromkeys(undrivable.values()):
            still = ", ".join(label for identifier, label, _tooltip in PARTS if undrivable.get(identifier) == reason)
            for line in wrapped(f"{still}: {reason}", 44):
                note = layout.row()
                note.active = False
                note.label(text=line)
        body = self.split_layout.column()
        body.enabled = "BODY" not in undrivable
        body.active = "BODY" in settings.parts
        _props(body, settings, "BODY")
        if settings.locomotion == "FREE" and "ROOT" not in settings.parts:
            note = layout.row()
            note.active = False
            note.label(text="Steps on the spot: Root is off", icon="INFO")


class AUDIO2RIG_PT_emotion(FoldedPanel, bpy.types.Panel):
    bl_label = "Emotion and Style"
    bl_order = 5

    def draw(self, context: bpy.types.Context) -> None:
        settings = scene_settings(context.scene)
        column = self.split_layout.column()
        column.prop(settings, "emotion")
        row = column.row()
        row.active = settings.emotion != "NEUTRAL"
        row.prop(settings, "emotion_strength", text="Strength")
        _props(column, settings, "STYLE")
        words = self.layout.column(align=True)
        words.label(text="Transcript (not needed)")
        line = words.row(align=True)
        line.enabled = settings.transcript_text is None
        line.prop(settings, "transcript", text="")
        words.prop(settings, "transcript_text", text="", icon="TEXT")


class AUDIO2RIG_PT_prompts(FoldedPanel, bpy.types.Panel):
    bl_label = "Prompts"
    bl_order = 6

    def draw_header(self, context: bpy.types.Context) -> None:
        self.layout.prop(scene_settings(context.scene), "use_prompts", text="")

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        scene = context.scene
        layout.active = scene_settings(scene).use_prompts
        row = layout.row(align=True)
        row.operator("audio2rig.add_prompt", icon="KEY_HLT").which = "AUTO"
        row.operator("audio2rig.jump_to_prompt", text="", icon="PREV_KEYFRAME").direction = "PREVIOUS"
        row.operator("audio2rig.jump_to_prompt", text="", icon="NEXT_KEYFRAME").direction = "NEXT"
        row = layout.row(align=True)
        for which, label in (("CHANGED", "Changed"), ("SELECTED", "Selected"), ("ALL", "Whole Pose")):
            row.operator("audio2rig.add_prompt", text=label).which = which
        self._list(layout, characters.shown(context))
        row = layout.row(align=True)
        row.operator("audio2rig.remove_prompts", text="Remove Here", icon="KEY_DEHLT").scope = "FRAME"
        row.operator("audio2rig.remove_prompts", text="All").scope = "ALL"
        column = layout.column()
        column.enabled = scene.use_preview_range
        again = column.operator("audio2rig.generate", text="Regenerate Preview Range", icon="PREVIEW_RANGE")
        if scene.use_preview_range:
            again.frame_start, again.frame_end = scene.frame_preview_start, scene.frame_preview_end
        else:
            note = layout.row()
            note.active = False
            note.label(text="Set a preview range in the timeline (P)", icon="INFO")

    @staticmethod
    def _list(layout: Any, root: bpy.types.Object | None) -> None:
        if root is None:
            return
        found = characters.memory(root)
        if not found.prompts:
            layout.operator("audio2rig.list_prompts", icon="PRESET")
            return
        row = layout.row()
        row.template_list("AUDIO2RIG_UL_prompts", "", found, "prompts", found, "prompt_index", rows=4)
        side = row.column(align=True)
        side.operator("audio2rig.list_prompts", text="", icon="FILE_REFRESH")
        side.operator("audio2rig.remove_prompts", text="", icon="REMOVE").scope = "ROW"


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


class AUDIO2RIG_PT_output(FoldedPanel, bpy.types.Panel):
    bl_label = "Output"
    bl_order = 8

    def draw(self, context: bpy.types.Context) -> None:
        settings = scene_settings(context.scene)
        _props(self.split_layout.column(), settings, "OUTPUT")


CLASSES = (AUDIO2RIG_PT_parts, AUDIO2RIG_PT_emotion, AUDIO2RIG_PT_prompts, AUDIO2RIG_PT_mapping, AUDIO2RIG_PT_output)
