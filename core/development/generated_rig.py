# SPDX-License-Identifier: GPL-3.0-or-later
"""A rig in an empty scene on which Generate from Audio runs again and again, as benches of prompts need it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import numpy as np

from ..blender import characters
from ..blender.reading import rig_reading
from ..rigs.character import Character
from . import clone

FPS = 30


class GeneratedRig:
    """A rig at 30 frames a second, from frame 1 on.

    What goes through the product is the enabled extension's (`clone.part`); what only measures is this file's neighbours.
    A subclass sets `sound`, the path of what is spoken.
    """

    sound: str

    def __init__(self, rig: str, data: Path, seed: int):
        self.random = np.random.default_rng(seed)
        self.armature: bpy.types.Object = clone.part("core.development.bench_rigs").load(rig, data)
        assert bpy.context.scene is not None and self.armature.pose is not None  # loading makes both
        self.scene, self.bones = bpy.context.scene, self.armature.pose.bones
        self.scene.render.fps, self.scene.render.fps_base = FPS, 1.0
        clone.settings(self.scene).frame_start = 1
        clone.settings(self.scene).character = self.armature
        self.character = Character.of(rig_reading.describe(self.armature, self.scene))
        self.metre = float(np.mean(self.armature.matrix_world.to_scale().to_tuple()))  # in the scene, of the armature's

    def clear(self) -> None:
        """Neither takes nor pins nor keys nor a pose, at the first frame."""
        self.armature.animation_data_clear()
        memory = characters.memory(self.armature)
        memory.takes.clear()
        memory.pins.clear()
        for action in list(bpy.data.actions):
            bpy.data.actions.remove(action)
        for bone in self.bones:
            bone.matrix_basis.identity()
        self.scene.frame_set(1)

    def run(self, seed: int, **more: Any) -> Any:
        """Generate through the button's own path; settings by name. Returns the report."""
        settings = {"audio_path": self.sound, "seed": seed, "parts": frozenset({"BODY", "HANDS", "HEAD"}), **more}
        return clone.part("core.blender.generate").generate(bpy.context, settings, character=self.armature)
