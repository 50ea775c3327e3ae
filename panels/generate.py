# SPDX-License-Identifier: GPL-3.0-or-later
"""The one big button, or the progress of what it started."""

from __future__ import annotations

from typing import Any

import bpy

from ..core.blender import characters, jobs, preferences
from ..core.blender.setting_properties import scene_settings
from .drawing import Audio2RigPanel, hint


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
            hint(layout, reason)
        row = layout.row(align=True)
        row.prop(settings, "mode", text="")
        row.prop(settings, "seed")


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


CLASSES = (AUDIO2RIG_PT_generate,)
