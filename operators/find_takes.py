# SPDX-License-Identifier: GPL-3.0-or-later
"""Find takes whose sounds are like the chosen one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import bpy

from ..core.blender import compat, preferences, readiness
from ..core.blender.torch_import import import_torch
from ..core.progress import Progress
from .background import BackgroundOperator

if TYPE_CHECKING:
    from ..core.blender.takes.finding import Likes


class AUDIO2RIG_OT_find_takes(BackgroundOperator, bpy.types.Operator):
    bl_idname = "audio2rig.find_takes"
    bl_label = "Find Takes Like This Sound"
    bl_description = (
        "List the takes of all characters in this file by how like the chosen sound theirs are: by voice, tempo and mood, "
        "not by words"
    )

    @classmethod
    def why_not(cls, context: bpy.types.Context) -> str:
        if reason := super().why_not(context):
            return reason
        if reason := readiness.why_no_sound(context):
            return reason
        return readiness.why_no_takes()

    def gather(self, context: bpy.types.Context) -> Any:
        preferences.require_packages("SPEECH")
        import_torch()
        from ..core.blender.takes import finding

        return *finding.gather(context), compat.session_id(context.scene)

    def name_of(self, gathered: Any) -> str:
        return gathered[0].name

    def doing(self, name: str) -> str:
        return f"Looking for takes like {name}"

    def worker(self, gathered: Any) -> "Callable[[Progress], Likes]":
        from ..core.blender.takes import finding

        source, takes, _ = gathered
        return lambda progress: finding.compare(source, takes, progress)

    def write(self, gathered: Any, worked: "Likes") -> str:
        from ..core.blender.takes import found_takes

        scene = compat.by_session_id(bpy.data.scenes, gathered[2])
        if scene is not None:  # it may be gone by now
            rows = [(one.text, one.take, one.character) for one in worked.takes]
            found_takes.show(scene, worked.called, rows, worked.notes)
        for line in (*(one.text for one in worked.takes[1:6]), *worked.notes):
            self.report({"INFO"}, line)
        return worked.headline


CLASSES = (AUDIO2RIG_OT_find_takes,)
register, unregister = bpy.utils.register_classes_factory(CLASSES)
