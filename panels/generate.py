# SPDX-License-Identifier: GPL-3.0-or-later
"""The one big button, or the progress of what it started."""

from __future__ import annotations

from typing import Any

import bpy

from ..core.blender import characters, existing_summary, jobs, readiness
from ..core.blender.setting_properties import scene_settings
from ..core.setting_fields import identifiers
from .drawing import SETTINGS, Audio2RigPanel, hints, progress, wrapped

_MOST_LINES = 3  # about existing motion


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
        hints(layout, reason, 36)
        _existing_motion(layout, context, settings)
        row = layout.row(align=True)
        for mode in identifiers(SETTINGS["mode"].items):
            row.prop_enum(settings, "mode", mode)
        layout.prop(settings, "seed")
        row = layout.row(align=True)
        row.enabled = not reason
        row.operator("audio2rig.generate_variations", text="Variations", icon="SEQ_PREVIEW")
        row.prop(settings, "variations", text="")


def _existing_motion(layout: Any, context: bpy.types.Context, settings: Any) -> None:
    """What the character does already, and what would be done with it."""
    root = characters.shown(context)
    lines = existing_summary.lines(context, root) if root is not None else []
    if not lines:
        return
    box = layout.column(align=True)
    row = box.row(align=True)
    row.label(text="Existing Motion", icon="ACTION")
    row.prop(settings, "existing_motion", text="")
    text = box.column(align=True)
    text.scale_y = 0.8
    for line in lines[:_MOST_LINES]:
        for piece in wrapped(line, 42):
            text.label(text=piece)
    if len(lines) > _MOST_LINES:
        text.label(text=f"and {len(lines) - _MOST_LINES} more")


CLASSES = (AUDIO2RIG_PT_generate,)
