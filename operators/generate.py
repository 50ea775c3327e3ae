# SPDX-License-Identifier: GPL-3.0-or-later
"""Generate from Audio, and Cancel."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import bpy

from ..core.blender import jobs
from ..core.progress import Progress
from .background import SoundOperator, override_settings
from .base import Audio2RigOperator

if TYPE_CHECKING:
    from ..core.blender.generation import Gathered, Worked


class AUDIO2RIG_OT_generate(SoundOperator, bpy.types.Operator):
    """Its properties are the settings that are offered at Place.OPERATOR; each overrides the scene's when it is given."""

    bl_idname = "audio2rig.generate"
    bl_label = "Generate from Audio"
    bl_description = "Turn the sound into keys on the character, as a new take. Blender stays usable; Esc cancels"

    def gather(self, context: bpy.types.Context) -> "Gathered":
        from ..core.blender import generate  # with all that it needs: not before someone generates

        return generate.gather(context, self.given())

    def name_of(self, gathered: "Gathered") -> str:
        return gathered.source.name

    def worker(self, gathered: "Gathered") -> "Callable[[Progress], Worked]":
        from ..core.blender import generate

        return lambda progress: generate.work(gathered, progress)

    def write(self, gathered: "Gathered", worked: "Worked") -> str:
        from ..core.blender import generate

        return generate.write(gathered, worked).headline


class AUDIO2RIG_OT_cancel(Audio2RigOperator, bpy.types.Operator):
    bl_idname = "audio2rig.cancel"
    bl_label = "Cancel"
    bl_description = "Stop generating. Nothing is changed"
    bl_options = {"REGISTER"}

    @classmethod
    def why_not(cls, context: bpy.types.Context) -> str:
        return "" if jobs.find(context.scene) is not None else "Nothing is being generated in this scene"

    def run(self, context: bpy.types.Context) -> None:
        if (job := jobs.find(context.scene)) is not None:
            job.cancel()


override_settings(AUDIO2RIG_OT_generate)
CLASSES = (AUDIO2RIG_OT_generate, AUDIO2RIG_OT_cancel)
register, unregister = bpy.utils.register_classes_factory(CLASSES)
