# SPDX-License-Identifier: GPL-3.0-or-later
# pyright: reportInvalidTypeForm=false
# (Blender declares properties by annotations that are no types.)
"""Switching, comparing, deleting and baking takes."""

from collections.abc import Iterable
from contextlib import AbstractContextManager

import bpy
from bpy.props import IntProperty

from ..core.blender import characters
from .base import CharacterOperator


class TakeOperator(CharacterOperator):
    """An operator about the takes of the character that the panel shows."""

    def transaction(
        self, context: bpy.types.Context, changed_in_place: Iterable[bpy.types.Action] = ()
    ) -> AbstractContextManager[bpy.types.Object]:
        """Around what changes the file: all of it happens or nothing. Gives the character."""
        from ..core.blender.transaction import Transaction

        return Transaction(context.scene, self.character(context), changed_in_place)

    @classmethod
    def why_not(cls, context: bpy.types.Context) -> str:
        found = characters.shown_memory(context)
        return "" if found is not None and found.takes else "Generate a take first"


class AUDIO2RIG_OT_take_activate(TakeOperator, bpy.types.Operator):
    bl_idname = "audio2rig.take_activate"
    bl_label = "Play Take"
    bl_description = "Let the character play this take"

    index: IntProperty(name="Take", description="Place in the list", default=0, min=0)

    def run(self, context: bpy.types.Context) -> None:
        from ..core.blender.takes import playing

        with self.transaction(context) as root:
            playing.activate(root, self.index)


class AUDIO2RIG_OT_take_compare(TakeOperator, bpy.types.Operator):
    bl_idname = "audio2rig.take_compare"
    bl_label = "Compare"
    bl_description = "Flip between this take and the one that was active before"

    @classmethod
    def why_not(cls, context: bpy.types.Context) -> str:
        reason = super().why_not(context)
        if not reason and characters.memory(cls.character(context)).previous_take < 0:
            return "There is no other take to compare with yet"
        return reason

    def run(self, context: bpy.types.Context) -> None:
        from ..core.blender.takes import playing

        with self.transaction(context) as root:
            name = playing.compare(root).name
        self.report({"INFO"}, f"Playing {name}")


class AUDIO2RIG_OT_take_delete(TakeOperator, bpy.types.Operator):
    bl_idname = "audio2rig.take_delete"
    bl_label = "Delete Take"
    bl_description = "Delete the selected take and its keys"

    index: IntProperty(
        name="Take", description="Place in the list; -1: the selected one", default=-1, min=-1, options={"SKIP_SAVE"}
    )

    def run(self, context: bpy.types.Context) -> None:
        from ..core.blender.takes import playing

        with self.transaction(context) as root:
            name = playing.delete(root, characters.memory(root).take_index if self.index < 0 else self.index)
        self.report({"INFO"}, f"Deleted {name}")


class AUDIO2RIG_OT_bake_down(TakeOperator, bpy.types.Operator):
    bl_idname = "audio2rig.bake_down"
    bl_label = "Bake Down"
    bl_description = (
        "Write the active take into the character's own animation, as ordinary keys, replacing the curves of the same channels "
        "there: into the Action that it had before, or into a new one"
    )

    def run(self, context: bpy.types.Context) -> None:
        from ..core.blender.takes import baking

        with self.transaction(context, baking.own_actions(self.character(context))) as root:
            baked = baking.bake_down(root)
        self.report({"INFO"}, baked.text)


class AUDIO2RIG_OT_adjust_reset(TakeOperator, bpy.types.Operator):
    bl_idname = "audio2rig.adjust_reset"
    bl_label = "As Generated"
    bl_description = "Set all sliders of the take that plays to what was generated"

    def run(self, context: bpy.types.Context) -> None:
        from ..core.blender.adjusting import applying
        from ..core.blender.takes import take_memory

        with self.transaction(context) as root:
            applying.reset(take_memory.current(root))


CLASSES = (
    AUDIO2RIG_OT_take_activate,
    AUDIO2RIG_OT_take_compare,
    AUDIO2RIG_OT_take_delete,
    AUDIO2RIG_OT_bake_down,
    AUDIO2RIG_OT_adjust_reset,
)
register, unregister = bpy.utils.register_classes_factory(CLASSES)
