# SPDX-License-Identifier: GPL-3.0-or-later
"""The sound: a file or a strip of the sequencer."""

from __future__ import annotations

import bpy

from ..core.blender import compat
from ..core.blender.setting_properties import scene_settings
from .drawing import Audio2RigPanel, hint


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
            hint(layout, "The sequencer has no strips yet")
            return
        layout.prop_search(settings, "strip", editor, compat.strips_property(editor), text="", icon="SOUND")
        if not settings.strip:
            hint(layout, "Empty: the active or only sound strip", icon="INFO")


CLASSES = (AUDIO2RIG_PT_sound,)
