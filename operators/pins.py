# SPDX-License-Identifier: GPL-3.0-or-later
# pyright: reportInvalidTypeForm=false
# (Blender declares properties by annotations that are no types.)
"""Pins: hands, feet and hips held at a place, or on an object, for some frames."""

import bpy
from bpy.props import BoolProperty, EnumProperty, IntProperty, StringProperty

from ..core.errors import UserError
from ..core.rigs.pin_effectors import EFFECTORS
from .base import CharacterOperator, RangeOperator


class AUDIO2RIG_OT_add_pin(RangeOperator, bpy.types.Operator):
    bl_idname = "audio2rig.add_pin"
    bl_label = "Pin"
    bl_description = (
        "Hold the hand, foot or hips of the selected bone where it is now: in the scene, or on the other selected object. "
        "The next generation keeps it there"
    )

    effector: EnumProperty(
        name="Pinned",
        description="What is held",
        default="AUTO",
        options={"SKIP_SAVE"},
        items=(("AUTO", "Of the Selected Bone", "What the selected bone belongs to"), *EFFECTORS),
    )
    target: StringProperty(
        name="Object",
        description="The object that holds it. Empty: the other selected object, if there is one",
        options={"SKIP_SAVE"},
    )
    bone: StringProperty(name="Bone", description="A bone of that object", options={"SKIP_SAVE"})
    at_target: BoolProperty(
        name="To the Object",
        description="Put it to the object's own place instead of holding it where it is",
        options={"SKIP_SAVE"},
    )
    first: IntProperty(name="From", description="The first frame", options={"SKIP_SAVE"})
    last: IntProperty(name="To", description="The last frame", options={"SKIP_SAVE"})

    def run(self, context: bpy.types.Context) -> None:
        from ..core.blender import pins

        root = self.character(context)
        frames = self.given_frames("pin")
        pin = pins.add(
            context,
            root,
            "" if self.effector == "AUTO" else self.effector,
            self._target(context, root),
            self.bone,
            frames,
            self.at_target,
        )
        self.report({"INFO"}, f"Pinned: {pin.name}, frames {pin.first} to {pin.last}")

    def _target(self, context: bpy.types.Context, root: bpy.types.Object) -> bpy.types.Object | None:
        if self.target:
            found = context.scene.objects.get(self.target)
            if found is None:
                raise UserError(f"There is no object “{self.target}” in the scene.", "Choose another one.")
        else:
            others = [part for part in context.selected_objects if part != root and part.parent != root]
            found = others[0] if len(others) == 1 else None
        if found == root:
            raise UserError("A character cannot be pinned to itself.", "Choose another object.")
        return found


class AUDIO2RIG_OT_remove_pin(CharacterOperator, bpy.types.Operator):
    bl_idname = "audio2rig.remove_pin"
    bl_label = "Remove Pin"
    bl_description = "Remove the selected pin. Nothing moves until the next generation"

    def run(self, context: bpy.types.Context) -> None:
        from ..core.blender import pins

        self.report({"INFO"}, f"Removed: {pins.remove(self.character(context), context.scene)}")


CLASSES = (AUDIO2RIG_OT_add_pin, AUDIO2RIG_OT_remove_pin)
register, unregister = bpy.utils.register_classes_factory(CLASSES)
