# SPDX-License-Identifier: GPL-3.0-or-later
"""The person in a video whose keypoints drive face and body."""

from __future__ import annotations

import bpy

from ..core.blender.setting_properties import scene_settings
from .drawing import FoldedPanel, hints, split


class AUDIO2RIG_PT_keypoints(FoldedPanel, bpy.types.Panel):
    bl_label = "Video Keypoints"
    bl_parent_id = "AUDIO2RIG_PT_parts"

    def draw(self, context: bpy.types.Context) -> None:
        settings = scene_settings(context.scene)
        column = split(self.layout).column()
        column.prop(settings, "keypoints", text="File")
        if not settings.keypoints:
            hints(column, "OpenPose or MediaPipe, of the video whose sound is chosen above", 40, icon="INFO")
            return
        column.prop(settings, "keypoints_drive", text="Drive")
        chosen = [
            name for name in settings.keypoints_drive if getattr(settings, f"{name.lower()}_source", "SOUND") != "SOUND"
        ]
        if chosen:
            hints(column, f"{', '.join(sorted(chosen)).title()} keep to what Face Controls say", 40, icon="INFO")


CLASSES = (AUDIO2RIG_PT_keypoints,)
