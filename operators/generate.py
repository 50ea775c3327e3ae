# SPDX-License-Identifier: GPL-3.0-or-later
"""Generate from Audio, and Cancel."""

from typing import TYPE_CHECKING, Any

import bpy

from ..core.blender import jobs, later, readiness
from ..core.blender.setting_properties import declare
from ..core.progress import Progress
from ..core.setting_fields import Place, settings_of
from ..core.settings import GenerateSettings
from .base import Audio2RigOperator

if TYPE_CHECKING:
    from ..core.blender.generate import Gathered, Worked

POLL_S = 0.1


class AUDIO2RIG_OT_generate(Audio2RigOperator, bpy.types.Operator):
    """Its properties are the settings that are offered at Place.OPERATOR; each overrides the scene's when it is given."""

    bl_idname = "audio2rig.generate"
    bl_label = "Generate from Audio"
    bl_description = "Turn the sound into keys on the character, as a new take. Blender stays usable; Esc cancels"
    # Not REGISTER: Adjust Last Operation would run it again at every change, with Blender standing still meanwhile.
    bl_options = {"UNDO"}

    _gathered = None
    _job: jobs.Job | None = None
    _timer: bpy.types.Timer | None = None

    @classmethod
    def why_not(cls, context: bpy.types.Context) -> str:
        if jobs.find(context.scene) is not None:
            return "Audio2Rig is still busy in this scene. Wait until it is done, or cancel it"
        if context.region is None or context.region.type != "UI":
            return ""  # a script may name what the scene lacks, and hears all about it if it does not
        return readiness.why_not(context)

    def _gather(self, context: bpy.types.Context) -> "Gathered":
        from ..core.blender import generate  # with all that it needs: not before someone generates

        overrides: dict[str, Any] = {}
        for setting in settings_of(GenerateSettings, Place.OPERATOR):
            if self.properties.is_property_set(setting.argument):
                overrides[setting.name] = getattr(self, setting.argument)
        return generate.gather(context, overrides)

    def run(self, context: bpy.types.Context) -> None:
        """Without a window: all at once."""
        from ..core.blender import generate

        gathered = self._gather(context)
        self._write(gathered, generate.work(gathered, Progress()))

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        return self.reported(lambda: self._start(context))

    def _start(self, context: bpy.types.Context) -> set[str]:
        from ..core.blender import generate

        self._gathered = gathered = self._gather(context)
        name = gathered.source.name
        self._job = jobs.start(context.scene, lambda progress: generate.work(gathered, progress), name)
        manager = context.window_manager
        self._timer = manager.event_timer_add(POLL_S, window=context.window)
        manager.modal_handler_add(self)
        context.workspace.status_text_set(f"Generating from {name} – Esc: cancel")
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        job, gathered = self._job, self._gathered
        if job is None or gathered is None:
            return {"CANCELLED"}
        if event.type == "ESC" and event.value == "PRESS" and job.running:
            job.cancel()
            return {"RUNNING_MODAL"}
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        later.redraw()
        if job.running:
            return {"PASS_THROUGH"}
        self._end(context, job)
        return self.reported(lambda: self._write(gathered, job.outcome()))

    def cancel(self, context: bpy.types.Context) -> None:
        """Blender ends the operator: its window closes, another file is loaded."""
        if self._job is not None:
            self._job.cancel()
            self._end(context, self._job)

    def _write(self, gathered: "Gathered", worked: "Worked") -> None:
        from ..core.blender import generate

        self.report({"INFO"}, generate.write(gathered, worked).headline)

    def _end(self, context: bpy.types.Context, job: jobs.Job) -> None:
        jobs.release(job)
        if self._timer is not None:
            context.window_manager.event_timer_remove(self._timer)
            self._timer = None
        if context.workspace is not None:
            context.workspace.status_text_set(None)
        later.redraw()


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


declare(AUDIO2RIG_OT_generate, Place.OPERATOR)
CLASSES = (AUDIO2RIG_OT_generate, AUDIO2RIG_OT_cancel)
register, unregister = bpy.utils.register_classes_factory(CLASSES)
