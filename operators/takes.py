# SPDX-License-Identifier: GPL-3.0-or-later
"""Switching, comparing, deleting and baking takes."""

import bpy
from bpy.props import IntProperty

from ..core.blender import characters
from .errors import reported


def _character(cls: type[bpy.types.Operator], context: bpy.types.Context) -> bpy.types.Object | None:
    """The character of the panel, or None with the reason set."""
    root = characters.shown(context)
    if root is None or not characters.memory(root).takes:
        cls.poll_message_set("Generate a take first")
        return None
    return root


class AUDIO2RIG_OT_take_activate(bpy.types.Operator):
    bl_idname = "audio2rig.take_activate"
    bl_label = "Play Take"
    bl_description = "Let the character play this take"
    bl_options = {"REGISTER", "UNDO"}

    index: IntProperty(name="Take", description="Place in the list", default=0, min=0)

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return _character(cls, context) is not None

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..core.blender import takes

        with reported(self) as result:
            takes.activate(characters.shown(context), self.index)
        return result


class AUDIO2RIG_OT_take_compare(bpy.types.Operator):
    bl_idname = "audio2rig.take_compare"
    bl_label = "Compare"
    bl_description = "Flip between this take and the one that was active before"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        root = _character(cls, context)
        if root is not None and characters.memory(root).previous_take < 0:
            cls.poll_message_set("There is no other take to compare with yet")
            return False
        return root is not None

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..core.blender import takes

        with reported(self) as result:
            self.report({"INFO"}, f"Playing {takes.compare(characters.shown(context)).name}")
        return result


class AUDIO2RIG_OT_take_delete(bpy.types.Operator):
    bl_idname = "audio2rig.take_delete"
    bl_label = "Delete Take"
    bl_description = "Delete the selected take and its keys"
    bl_options = {"REGISTER", "UNDO"}

    index: IntProperty(
        name="Take", description="Place in the list; -1: the selected one", default=-1, min=-1, options={"SKIP_SAVE"}
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return _character(cls, context) is not None

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..core.blender import takes

        root = characters.shown(context)
        with reported(self) as result:
            name = takes.delete(root, characters.memory(root).take_index if self.index < 0 else self.index)
            self.report({"INFO"}, f"Deleted {name}")
        return result


class AUDIO2RIG_OT_bake_down(bpy.types.Operator):
    bl_idname = "audio2rig.bake_down"
    bl_label = "Bake Down"
    bl_description = (
        "Write the active take into the Action that the character had before, as ordinary keys, replacing the "
        "curves of the same channels there"
    )
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return _character(cls, context) is not None

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..core.blender import takes

        with reported(self) as result:
            name, curves = takes.bake_down(characters.shown(context))
            self.report({"INFO"}, f"Baked {curves} curves of {name}")
        return result


CLASSES = (AUDIO2RIG_OT_take_activate, AUDIO2RIG_OT_take_compare, AUDIO2RIG_OT_take_delete, AUDIO2RIG_OT_bake_down)
register, unregister = bpy.utils.register_classes_factory(CLASSES)
