# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding the character, and adding one to try things with."""

from __future__ import annotations

import bpy

from .errors import reported


class AUDIO2RIG_OT_detect_character(bpy.types.Operator):
    bl_idname = "audio2rig.detect_character"
    bl_label = "Detect Character"
    bl_description = "Find the character from what is selected, or the scene's only one, and what can be driven on it"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..core.blender import characters, inspection

        with reported(self) as result:
            root = inspection.detect(context)
            self.report({"INFO"}, f"{root.name}: {characters.memory(root).summary}")
        return result


class AUDIO2RIG_OT_add_demo_character(bpy.types.Operator):
    bl_idname = "audio2rig.add_demo_character"
    bl_label = "Add Demo Character"
    bl_description = "Add a character with a face, body and hands to try Audio2Rig with"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if context.mode != "OBJECT":
            cls.poll_message_set("Leave Edit or Pose Mode first")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..core.blender import characters, demo_character, inspection

        with reported(self) as result:
            root = demo_character.add(context)
            inspection.remember(root, context.scene)
            characters.follow_selection_to(context.scene, root)
            self.report({"INFO"}, f"Added {root.name}")
        return result


CLASSES = (AUDIO2RIG_OT_detect_character, AUDIO2RIG_OT_add_demo_character)
register, unregister = bpy.utils.register_classes_factory(CLASSES)
