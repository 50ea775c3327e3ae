# SPDX-License-Identifier: GPL-3.0-or-later
"""Looking again for the packages that generating needs."""

from __future__ import annotations

import bpy

from ..core.blender import preferences
from .base import Audio2RigOperator


class AUDIO2RIG_OT_refresh_packages(Audio2RigOperator, bpy.types.Operator):
    bl_idname = "audio2rig.refresh_packages"
    bl_label = "Look Again"
    bl_description = "Look again for the packages that generating needs"
    bl_options = {"REGISTER"}

    def run(self, _context: bpy.types.Context) -> None:
        missing = preferences.look_again()
        self.report({"WARNING"} if missing else {"INFO"}, f"Missing: {', '.join(missing)}" if missing else "All found")


CLASSES = (AUDIO2RIG_OT_refresh_packages,)
register, unregister = bpy.utils.register_classes_factory(CLASSES)
