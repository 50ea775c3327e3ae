# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding the character, and adding one to try things with."""

from __future__ import annotations

import math

import bpy
from mathutils import Euler, Vector

from .base import Audio2RigOperator

_ROOM = 5.5  # half heights away with a lens of 50 mm: the figure and some room around it, by eye


class AUDIO2RIG_OT_detect_character(Audio2RigOperator, bpy.types.Operator):
    bl_idname = "audio2rig.detect_character"
    bl_label = "Detect Character"
    bl_description = "Find the character from what is selected, or the scene's only one, and what can be driven on it"

    def run(self, context: bpy.types.Context) -> None:
        from ..core.blender import inspection

        root = inspection.detect(context)
        self.report({"INFO"}, f"{root.name}. {inspection.found(root)}")


class AUDIO2RIG_OT_add_demo_character(Audio2RigOperator, bpy.types.Operator):
    bl_idname = "audio2rig.add_demo_character"
    bl_label = "Add Demo Character"
    bl_description = (
        "Add a character with a face, body and hands to try Audio2Rig with, at the 3D cursor or beside what is there"
    )

    @classmethod
    def why_not(cls, context: bpy.types.Context) -> str:
        return "" if context.mode == "OBJECT" else "Leave Edit or Pose Mode first"

    def run(self, context: bpy.types.Context) -> None:
        from ..core.blender import inspection

        root = inspection.add_demo_character(context)
        frame_in_view(context, root)
        self.report({"INFO"}, f"Added {root.name}")


def frame_in_view(context: bpy.types.Context, root: bpy.types.Object) -> None:
    """Turn every 3D View of the window that looks around freely to the whole figure, from the front; through a camera it stays."""
    window = context.window
    for area in window.screen.areas if window is not None else ():
        space = area.spaces.active
        if not isinstance(space, bpy.types.SpaceView3D) or space.region_3d is None:
            continue
        view = space.region_3d
        if view.view_perspective == "CAMERA" or view.lock_rotation:
            continue
        half = root.dimensions.z / 2.0
        view.view_location = root.matrix_world.translation + Vector((0.0, 0.0, half))
        view.view_rotation = Euler((math.radians(82.0), 0.0, math.radians(18.0))).to_quaternion()
        view.view_distance = half * space.lens / 50.0 * _ROOM
        area.tag_redraw()


CLASSES = (AUDIO2RIG_OT_detect_character, AUDIO2RIG_OT_add_demo_character)
register, unregister = bpy.utils.register_classes_factory(CLASSES)
