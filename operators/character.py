# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding the character, and adding one to try things with."""

from __future__ import annotations

import bpy

from ..core.blender import characters
from .base import Audio2RigOperator


class AUDIO2RIG_OT_detect_character(Audio2RigOperator, bpy.types.Operator):
    bl_idname = "audio2rig.detect_character"
    bl_label = "Detect Character"
    bl_description = "Find the character from what is selected, or the scene's only one, and what can be driven on it"

    def run(self, context: bpy.types.Context) -> None:
        from ..core.blender import inspection

        root = inspection.detect(context)
        self.report({"INFO"}, f"{root.name}: {characters.memory(root).summary}")


class AUDIO2RIG_OT_add_demo_character(Audio2RigOperator, bpy.types.Operator):
    bl_idname = "audio2rig.add_demo_character"
    bl_label = "Add Demo Character"
    bl_description = "Add a character with a face, body and hands to try Audio2Rig with"

    @classmethod
    def why_not(cls, context: bpy.types.Context) -> str:
        return "" if context.mode == "OBJECT" else "Leave Edit or Pose Mode first"

    def run(self, context: bpy.types.Context) -> None:
        from ..core.blender import inspection

        self.report({"INFO"}, f"Added {inspection.add_demo_character(context).name}")


CLASSES = (AUDIO2RIG_OT_detect_character, AUDIO2RIG_OT_add_demo_character)
register, unregister = bpy.utils.register_classes_factory(CLASSES)
