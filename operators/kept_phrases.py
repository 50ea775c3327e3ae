# SPDX-License-Identifier: GPL-3.0-or-later
# pyright: reportInvalidTypeForm=false
# (Blender declares properties by annotations that are no types.)
"""Kept phrases: what is danced in some frames stays, and comes again."""

import bpy
from bpy.props import BoolProperty, IntProperty

from .base import CharacterOperator, RangeOperator


class AUDIO2RIG_OT_repeat_phrase(RangeOperator, bpy.types.Operator):
    bl_idname = "audio2rig.repeat_phrase"
    bl_label = "Repeat Phrase"
    bl_description = (
        "Keep what the character dances in the timeline's preview range (P), also what you keyed there. The next dance "
        "has it at these frames, whatever its seed and style, and again where the music comes back"
    )

    first: IntProperty(name="From", description="The first frame", options={"SKIP_SAVE"})
    last: IntProperty(name="To", description="The last frame", options={"SKIP_SAVE"})
    at_a_frame: BoolProperty(
        name="At a Frame",
        description="Let it come again once, at a frame, instead of where the music comes back",
        options={"SKIP_SAVE"},
    )
    again: IntProperty(
        name="Again at", description="The frame; it begins on the beat that is nearest", options={"SKIP_SAVE"}
    )

    def run(self, context: bpy.types.Context) -> None:
        from ..core.blender import kept_phrases

        frames = self.given_frames("phrase")
        again = self.again if self.at_a_frame else None
        phrase = kept_phrases.add(context, self.character(context), frames, again)
        self.report({"INFO"}, f"Kept: {phrase.name}, frames {phrase.first} to {phrase.last}. The next dance repeats it")


class AUDIO2RIG_OT_remove_phrase(CharacterOperator, bpy.types.Operator):
    bl_idname = "audio2rig.remove_phrase"
    bl_label = "Remove Phrase"
    bl_description = "Remove the selected phrase. Nothing moves until the next generation"

    def run(self, context: bpy.types.Context) -> None:
        from ..core.blender import kept_phrases

        self.report({"INFO"}, f"Removed: {kept_phrases.remove(self.character(context), context.scene)}")


CLASSES = (AUDIO2RIG_OT_repeat_phrase, AUDIO2RIG_OT_remove_phrase)
register, unregister = bpy.utils.register_classes_factory(CLASSES)
