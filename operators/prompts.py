# SPDX-License-Identifier: GPL-3.0-or-later
"""Prompts: keys set by hand, which every generation keeps."""

import bpy
from bpy.props import EnumProperty

from ..core.blender import characters
from ..core.errors import UserError
from .errors import reported


def _character(cls: type[bpy.types.Operator], context: bpy.types.Context) -> bool:
    if characters.shown(context) is None:
        cls.poll_message_set("Select the character")
        return False
    return True


class AUDIO2RIG_OT_add_prompt(bpy.types.Operator):
    bl_idname = "audio2rig.add_prompt"
    bl_label = "Add Prompt"
    bl_description = "Key the pose as it is now, so that the next generation keeps it and flows into and out of it"
    bl_options = {"REGISTER", "UNDO"}

    which: EnumProperty(
        name="What",
        description="What is keyed",
        default="AUTO",
        options={"SKIP_SAVE"},
        items=(
            (
                "AUTO",
                "Changed and Selected",
                "What was posed at this frame, and the selected bones; the whole face if that is nothing",
            ),
            ("CHANGED", "Changed", "What was posed at this frame and is not keyed yet"),
            ("SELECTED", "Selected Bones", "The bones that are selected in Pose Mode"),
            ("ALL", "Whole Pose", "The face and every bone that generating moves"),
        ),
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return _character(cls, context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..core.blender import prompts

        scene = context.scene
        root = characters.shown(context)
        bones = context.selected_pose_bones_from_active_object or [] if context.object == root else []
        with reported(self) as result:
            count = prompts.add(root, scene, scene.frame_current, list(bones), self.which)
            prompts.refresh(root, scene)
            self.report({"INFO"}, f"{count} keys are prompts at frame {scene.frame_current}")
        return result


class AUDIO2RIG_OT_remove_prompts(bpy.types.Operator):
    bl_idname = "audio2rig.remove_prompts"
    bl_label = "Remove Prompts"
    bl_description = "Let the next generation overwrite keys that were set by hand. Nothing moves until then"
    bl_options = {"REGISTER", "UNDO"}

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

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return _character(cls, context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..core.blender import prompts

        scene, root = context.scene, characters.shown(context)
        first, last, group = {
            "FRAME": (scene.frame_current, scene.frame_current, ""),
            "ALL": (-1e9, 1e9, ""),
            "ROW": (0, 0, ""),
            "PREVIEW": (scene.frame_preview_start, scene.frame_preview_end, ""),
        }[self.scope]
        with reported(self) as result:
            if self.scope == "PREVIEW" and not scene.use_preview_range:
                raise UserError("There is no preview range.", "Set one in the timeline (P).")
            if self.scope == "ROW":
                memory = characters.memory(root)
                if not 0 <= memory.prompt_index < len(memory.prompts):
                    raise UserError("No prompt is selected in the list.", "Choose one in the Prompts panel.")
                row = memory.prompts[memory.prompt_index]
                first, last, group = row.frame, row.last, row.group
            count = prompts.remove(root, scene, first, last, group)
            prompts.refresh(root, scene)
            self.report(
                {"INFO"} if count else {"WARNING"},
                f"{count} keys are no prompts any more" if count else "There is no prompt there",
            )
        return result


class AUDIO2RIG_OT_jump_to_prompt(bpy.types.Operator):
    bl_idname = "audio2rig.jump_to_prompt"
    bl_label = "Jump to Prompt"
    bl_description = "Go to the next or previous frame with keys that were set by hand"

    direction: EnumProperty(
        name="Direction",
        description="Which way",
        default="NEXT",
        items=(("NEXT", "Next", "The next one"), ("PREVIOUS", "Previous", "The one before")),
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return _character(cls, context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..core.blender import prompts

        scene = context.scene
        found = prompts.frames(characters.shown(context), scene)
        if self.direction == "NEXT":
            beyond = [frame for frame in found if frame > scene.frame_current + 0.5]
        else:
            beyond = [frame for frame in reversed(found) if frame < scene.frame_current - 0.5]
        if not beyond:
            self.report({"INFO"}, "There is no prompt further on")
            return {"CANCELLED"}
        scene.frame_set(round(beyond[0]))
        return {"FINISHED"}


class AUDIO2RIG_OT_list_prompts(bpy.types.Operator):
    bl_idname = "audio2rig.list_prompts"
    bl_label = "List Prompts"
    bl_description = "List the keys that were set by hand, by frame and part of the character"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return _character(cls, context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..core.blender import prompts

        with reported(self) as result:
            count = prompts.refresh(characters.shown(context), context.scene)
            self.report({"INFO"}, f"{count} prompts" if count else "No key was set by hand")
        return result


CLASSES = (AUDIO2RIG_OT_add_prompt, AUDIO2RIG_OT_list_prompts, AUDIO2RIG_OT_remove_prompts, AUDIO2RIG_OT_jump_to_prompt)
register, unregister = bpy.utils.register_classes_factory(CLASSES)
