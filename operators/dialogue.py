# SPDX-License-Identifier: GPL-3.0-or-later
"""Generate Dialogue, and the list of who says what."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import bpy

from ..core.progress import Progress
from .background import BackgroundOperator
from .base import Audio2RigOperator

if TYPE_CHECKING:
    from ..core.blender.dialogue.generating import Dialogue
    from ..core.blender.generation import Worked


class AUDIO2RIG_OT_list_dialogue(Audio2RigOperator, bpy.types.Operator):
    bl_idname = "audio2rig.list_dialogue"
    bl_label = "List Strips"
    bl_description = (
        "List the sound strips that are heard, each with who says it: by its name or channel, unless you chose one"
    )

    def run(self, context: bpy.types.Context) -> None:
        from ..core.blender.dialogue import assigning

        said = assigning.refresh(context)
        if said:
            self.report({"INFO"}, " ".join(said))


class AUDIO2RIG_OT_generate_dialogue(BackgroundOperator, bpy.types.Operator):
    bl_idname = "audio2rig.generate_dialogue"
    bl_label = "Generate Dialogue"
    bl_description = "Let each character say its strips, in one take, and listen while the others speak. Blender stays usable; Esc cancels"

    def gather(self, context: bpy.types.Context) -> "Dialogue":
        from ..core.blender.dialogue import generating

        return generating.gather(context)

    def name_of(self, gathered: "Dialogue") -> str:
        return gathered.name

    def worker(self, gathered: "Dialogue") -> "Callable[[Progress], tuple[Worked, ...]]":
        from ..core.blender.dialogue import generating

        return lambda progress: generating.work(gathered, progress)

    def write(self, gathered: "Dialogue", worked: "tuple[Worked, ...]") -> str:
        from ..core.blender.dialogue import generating

        return generating.write(gathered, worked).headline


CLASSES = (AUDIO2RIG_OT_list_dialogue, AUDIO2RIG_OT_generate_dialogue)
register, unregister = bpy.utils.register_classes_factory(CLASSES)
