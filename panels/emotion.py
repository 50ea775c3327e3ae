# SPDX-License-Identifier: GPL-3.0-or-later
"""Emotion and style."""

from __future__ import annotations

import bpy

from ..core.blender.setting_properties import scene_settings
from .drawing import FoldedPanel, settings_of_section, split


class AUDIO2RIG_PT_emotion(FoldedPanel, bpy.types.Panel):
    bl_label = "Emotion and Style"
    bl_order = 5

    def draw(self, context: bpy.types.Context) -> None:
        settings = scene_settings(context.scene)
        column = split(self.layout).column()
        for emotion, strength in (("emotion", "emotion_strength"), ("second_emotion", "second_strength")):
            column.prop(settings, emotion)
            row = column.row()
            row.active = getattr(settings, emotion) != "NEUTRAL"
            row.prop(settings, strength, text="Strength")
        settings_of_section(column, settings, "STYLE")
        words = self.layout.column(align=True)
        words.label(text="Transcript (not needed)")
        line = words.row(align=True)
        line.enabled = settings.transcript_text is None
        line.prop(settings, "transcript", text="")
        words.prop(settings, "transcript_text", text="", icon="TEXT")


CLASSES = (AUDIO2RIG_PT_emotion,)
