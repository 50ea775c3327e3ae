# SPDX-License-Identifier: GPL-3.0-or-later
"""The sound: a file or a strip of the sequencer."""

from __future__ import annotations

from typing import Any

import bpy

from ..core.blender import compat
from ..core.blender.setting_properties import scene_settings
from ..core.blender.sounds import listening
from .drawing import Audio2RigPanel, hint, settings_of_section, split


class AUDIO2RIG_PT_sound(Audio2RigPanel, bpy.types.Panel):
    bl_label = "Sound"
    bl_order = 0

    def draw(self, context: bpy.types.Context) -> None:
        from ..core.blender.sounds import chosen  # with numpy: not for enabling

        layout = self.layout
        settings = scene_settings(context.scene)
        layout.row().prop(settings, "audio_source", expand=True)
        is_file = settings.audio_source == "FILE"
        if is_file:
            row = layout.row(align=True)
            row.prop(settings, "audio_path", text="", icon="FILE_SOUND")
            row.operator("audio2rig.choose_sound", text="", icon="FILEBROWSER")
        elif not _strip(layout, context, settings):
            return
        said = chosen.line(context)
        row = layout.row(align=True)
        row.label(text=said or ("No sound yet" if is_file else "The active or only sound strip"))
        listen = row.row(align=True)
        listen.enabled = bool(said) and not chosen.missing(context)
        listen.operator("audio2rig.play_sound", text="", icon="PAUSE" if listening.is_playing() else "PLAY")
        column = split(layout.column())
        if is_file:
            column.prop(settings, "frame_start")
        options = column.column(heading="Timeline")
        settings_of_section(options, settings, "SOUND")


def _strip(layout: Any, context: bpy.types.Context, settings: Any) -> bool:
    """Let a strip be chosen, if there is any."""
    editor = compat.sequencer_scene(context).sequence_editor
    if editor is None:
        hint(layout, "The sequencer has no strips yet")
        return False
    layout.prop_search(settings, "strip", editor, compat.strips_property(editor), text="", icon="SOUND")
    return True


CLASSES = (AUDIO2RIG_PT_sound,)
