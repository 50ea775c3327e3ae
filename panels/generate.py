# SPDX-License-Identifier: GPL-3.0-or-later
"""The one big button, or the progress of what it started."""

from __future__ import annotations

import bpy

from ..core.blender import jobs, readiness
from ..core.blender.setting_properties import scene_settings
from ..core.setting_fields import identifiers
from .drawing import SETTINGS, Audio2RigPanel, hint, progress, wrapped


class AUDIO2RIG_PT_generate(Audio2RigPanel, bpy.types.Panel):
    bl_label = "Generate"
    bl_order = 2

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        settings = scene_settings(context.scene)
        job = jobs.find(context.scene)
        if job is not None:
            progress(layout, job)
            return
        reason = readiness.why_not(context)
        button = layout.row()
        button.scale_y = 1.8
        button.enabled = not reason
        button.operator("audio2rig.generate", icon="PLAY_SOUND")
        for number, line in enumerate(wrapped(reason, 36)):
            hint(layout, line, icon="BLANK1" if number else "ERROR")
        row = layout.row(align=True)
        for mode in identifiers(SETTINGS["mode"].offered):
            row.prop_enum(settings, "mode", mode)
        layout.prop(settings, "seed")
        row = layout.row(align=True)
        row.enabled = not reason
        row.operator("audio2rig.generate_variations", icon="SEQ_PREVIEW")
        row.prop(settings, "variations", text="")


CLASSES = (AUDIO2RIG_PT_generate,)
