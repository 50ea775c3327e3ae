# SPDX-License-Identifier: GPL-3.0-or-later
# pyright: reportInvalidTypeForm=false
# (Blender declares properties by annotations that are no types.)
"""Prompts: keys set by hand, which every generation keeps."""

import bpy
from bpy.props import EnumProperty

from ..core.blender import characters
from ..core.errors import UserError
from ..core.wording import count
from .base import CharacterOperator

EVERY_FRAME = (-1e9, 1e9)
_BESIDE = 0.5  # frames: keys between two frames belong to both


class AUDIO2RIG_OT_add_prompt(CharacterOperator, bpy.types.Operator):
    bl_idname = "audio2rig.add_prompt"
    bl_label = "Add Prompt"
    bl_description = "Key the pose as it is now, so that the next generation keeps it and flows into and out of it"

    which: EnumProperty(
        name="What",
        description="What is keyed",
        default="AUTO",
        options={"SKIP_SAVE"},
        items=(
            (
                "AUTO",
                "Changed or Selected",
                "What was posed at this frame; if that is nothing, the selected bones, or else the whole face",
            ),
            ("CHANGED", "Changed", "What was posed at this frame and is not keyed yet"),
            ("SELECTED", "Selected Bones", "The bones that are selected in Pose Mode"),
            ("ALL", "Whole Pose", "The face and every bone that generating moves"),
        ),
    )

    def run(self, context: bpy.types.Context) -> None:
        from ..core.blender import prompts
        from ..core.blender.transaction import Transaction

        scene = context.scene
        root = self.character(context)
        bones = context.selected_pose_bones_from_active_object or [] if context.object == root else []
        frame = scene.frame_current_final
        with Transaction.on_playing(scene, root):
            added = prompts.add(root, scene, frame, list(bones), self.which)
            prompts.refresh(root, scene)
        self.report({"INFO"}, f"{count(added, 'prompt')} set at frame {frame:g}")


class AUDIO2RIG_OT_remove_prompts(CharacterOperator, bpy.types.Operator):
    bl_idname = "audio2rig.remove_prompts"
    bl_label = "Remove Prompts"
    bl_description = "Let the next generation overwrite keys that were set by hand. Nothing moves until then"

    scope: EnumProperty(
        name="Which",
        description="Which prompts",
        default="FRAME",
        items=(
            ("FRAME", "This Frame", "Those at the current frame"),
            ("ALL", "All", "All of this character"),
            ("PREVIEW", "Preview Range", "Those inside the preview range"),
            ("ROW", "Row", "Those of the selected row of the list"),
        ),
    )

    def run(self, context: bpy.types.Context) -> None:
        from ..core.blender import prompts
        from ..core.blender.transaction import Transaction

        root = self.character(context)
        first, last, group = self._which(context.scene, root)
        with Transaction.on_playing(context.scene, root):
            removed = prompts.remove(root, context.scene, first, last, group)
            prompts.refresh(root, context.scene)
        if removed:
            self.report({"INFO"}, f"{count(removed, 'prompt')} removed: the next generation overwrites what was kept")
        else:
            self.report({"WARNING"}, "There is no prompt there")

    def _which(self, scene: bpy.types.Scene, root: bpy.types.Object) -> tuple[float, float, str]:
        """(first frame, last frame, part of the character or ""). Raises UserError."""
        if self.scope == "ALL":
            return (*EVERY_FRAME, "")
        if self.scope == "PREVIEW":
            if not scene.use_preview_range:
                raise UserError("There is no preview range.", "Set one in the timeline (P).")
            return scene.frame_preview_start - _BESIDE, scene.frame_preview_end + _BESIDE, ""
        if self.scope == "ROW":
            memory = characters.memory(root)
            if not 0 <= memory.prompt_index < len(memory.prompts):
                raise UserError("No prompt is selected in the list.", "Choose one in the Prompts panel.")
            row = memory.prompts[memory.prompt_index]
            return row.frame, row.last, row.group
        return scene.frame_current - _BESIDE, scene.frame_current + _BESIDE, ""


class AUDIO2RIG_OT_jump_to_prompt(CharacterOperator, bpy.types.Operator):
    bl_idname = "audio2rig.jump_to_prompt"
    bl_label = "Jump to Prompt"
    bl_description = "Go to the next or previous frame with keys that were set by hand"
    bl_options = {"REGISTER"}

    direction: EnumProperty(
        name="Direction",
        description="Which way",
        default="NEXT",
        items=(("NEXT", "Next", "The next one"), ("PREVIOUS", "Previous", "The one before")),
    )

    def run(self, context: bpy.types.Context) -> set[str]:
        from ..core.blender import prompt_rows

        scene = context.scene
        root = self.character(context)
        channels = prompt_rows.DrivenChannels.of(root, scene)
        found = prompt_rows.frames(prompt_rows.prompts_of(root, scene, channels))
        if self.direction == "NEXT":
            beyond = [frame for frame in found if frame > scene.frame_current + 0.5]
        else:
            beyond = [frame for frame in reversed(found) if frame < scene.frame_current - 0.5]
        if not beyond:
            self.report({"INFO"}, "There is no prompt further on")
            return {"CANCELLED"}
        scene.frame_set(round(beyond[0]))
        return {"FINISHED"}


class AUDIO2RIG_OT_list_prompts(CharacterOperator, bpy.types.Operator):
    bl_idname = "audio2rig.list_prompts"
    bl_label = "List Prompts"
    bl_description = "List the keys that were set by hand, by frame and part of the character"

    def run(self, context: bpy.types.Context) -> None:
        from ..core.blender import prompts

        listed = prompts.refresh(self.character(context), context.scene)
        self.report({"INFO"}, count(len(listed), "prompt") if listed else "No key was set by hand")


CLASSES = (AUDIO2RIG_OT_add_prompt, AUDIO2RIG_OT_list_prompts, AUDIO2RIG_OT_remove_prompts, AUDIO2RIG_OT_jump_to_prompt)
register, unregister = bpy.utils.register_classes_factory(CLASSES)
