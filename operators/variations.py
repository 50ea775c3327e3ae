# SPDX-License-Identifier: GPL-3.0-or-later
# pyright: reportInvalidTypeForm=false
# (Blender declares properties by annotations that are no types.)
"""Generate Variations, flip through them, keep one."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import bpy
from bpy.props import EnumProperty, IntProperty

from ..core.blender import characters
from ..core.blender.setting_properties import scene_settings
from ..core.blender.takes.variation_group import variation_group
from ..core.progress import Progress
from ..core.wording import count
from .background import SoundOperator, override_settings
from .takes import TakeOperator

if TYPE_CHECKING:
    from ..core.blender.generation import Gathered, Worked


class AUDIO2RIG_OT_generate_variations(SoundOperator, bpy.types.Operator):
    bl_idname = "audio2rig.generate_variations"
    bl_label = "Generate Variations"
    bl_description = "Make takes of several seeds, from this one on, to flip through and keep one of. Blender stays usable; Esc cancels"

    variations: IntProperty(
        name="Variations",
        description="How many, up to 8; 0: as many as the scene says",
        default=0,
        min=0,
        max=8,
        options={"SKIP_SAVE"},
    )

    def gather(self, context: bpy.types.Context) -> "tuple[Gathered, ...]":
        from ..core.blender import variations

        number = self.variations or scene_settings(context.scene).variations
        return variations.gather(context, number, self.given())

    def name_of(self, gathered: "tuple[Gathered, ...]") -> str:
        return f"{gathered[0].source.name}, {count(len(gathered), 'variation')}"

    def worker(self, gathered: "tuple[Gathered, ...]") -> "Callable[[Progress], tuple[Worked, ...]]":
        from ..core.blender import variations

        return lambda progress: variations.work(gathered, progress)

    def write(self, gathered: "tuple[Gathered, ...]", worked: "tuple[Worked, ...]") -> str:
        from ..core.blender import variations

        return variations.write(gathered, worked).headline


class _VariationOperator(TakeOperator):
    """An operator about the variations of the character that the panel shows."""

    @classmethod
    def why_not(cls, context: bpy.types.Context) -> str:
        reason = super().why_not(context)
        if not reason and not variation_group(characters.memory(cls.character(context))):
            return "No variation plays. Generate variations first"
        return reason


class AUDIO2RIG_OT_variation_step(_VariationOperator, bpy.types.Operator):
    bl_idname = "audio2rig.variation_step"
    bl_label = "Next Variation"
    bl_description = "Play the next variation, or the one before"

    direction: EnumProperty(
        name="Direction",
        items=(("NEXT", "Next", "The next one"), ("PREVIOUS", "Previous", "The one before")),
        default="NEXT",
    )

    def run(self, context: bpy.types.Context) -> None:
        from ..core.blender import variations

        with self.transaction(context) as root:
            take = variations.step(root, 1 if self.direction == "NEXT" else -1)
        self.report({"INFO"}, f"Playing {take.name}, seed {take.seed}")


class AUDIO2RIG_OT_variation_keep(_VariationOperator, bpy.types.Operator):
    bl_idname = "audio2rig.variation_keep"
    bl_label = "Keep This One"
    bl_description = "Keep the variation that plays, and delete the others"

    def run(self, context: bpy.types.Context) -> None:
        from ..core.blender import variations

        with self.transaction(context) as root:
            name, gone = variations.keep(root)
        self.report({"INFO"}, f"Kept {name}; {count(gone, 'other variation')} deleted")


override_settings(AUDIO2RIG_OT_generate_variations)
CLASSES = (AUDIO2RIG_OT_generate_variations, AUDIO2RIG_OT_variation_step, AUDIO2RIG_OT_variation_keep)
register, unregister = bpy.utils.register_classes_factory(CLASSES)
