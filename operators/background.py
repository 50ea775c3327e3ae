# SPDX-License-Identifier: GPL-3.0-or-later
"""Operators whose work takes seconds: in a window on a job, while Blender stays usable; in a script all at once."""

from collections.abc import Callable
from typing import Any

import bpy

from ..core.blender import jobs, later, readiness
from ..core.blender.setting_properties import declare
from ..core.progress import Progress
from ..core.setting_fields import Place, settings_of
from ..core.settings import GenerateSettings, Overrides
from .base import Audio2RigOperator

POLL_S = 0.1


class BackgroundOperator(Audio2RigOperator):
    """Mixed into `bpy.types.Operator`. A subclass says what is gathered before, worked on, and written with its result; only the work
    leaves the main thread."""

    # Not REGISTER: Adjust Last Operation would run it again at every change, with Blender standing still meanwhile.
    bl_options = {"UNDO"}

    _gathered: Any = None
    _job: jobs.Job | None = None
    _timer: bpy.types.Timer | None = None

    @classmethod
    def why_not(cls, context: bpy.types.Context) -> str:
        if jobs.find(context.scene) is not None:
            return "Audio2Rig is still busy in this scene. Wait until it is done, or cancel it"
        return ""

    def gather(self, context: bpy.types.Context) -> Any:
        """What the work needs, without bpy. Raises UserError."""
        raise NotImplementedError

    def name_of(self, gathered: Any) -> str:
        """What is worked on, in words."""
        raise NotImplementedError

    def doing(self, name: str) -> str:
        """What is done with it, for the status bar."""
        return f"Generating from {name}"

    def worker(self, gathered: Any) -> Callable[[Progress], Any]:
        """What runs in a thread; nothing in it may touch bpy."""
        raise NotImplementedError

    def write(self, gathered: Any, worked: Any) -> str:
        """Put the result into the file. Returns one line for the status bar."""
        raise NotImplementedError

    def run(self, context: bpy.types.Context) -> None:
        """Without a window: all at once."""
        gathered = self.gather(context)
        self.report({"INFO"}, self.write(gathered, self.worker(gathered)(Progress())))

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        return self.reported(lambda: self._start(context))

    def _start(self, context: bpy.types.Context) -> set[str]:
        self._gathered = self.gather(context)
        name = self.name_of(self._gathered)
        self._job = jobs.start(context.scene, self.worker(self._gathered), name)
        manager = context.window_manager
        self._timer = manager.event_timer_add(POLL_S, window=context.window)
        manager.modal_handler_add(self)
        context.workspace.status_text_set(f"{self.doing(name)} – Esc: cancel")
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        job, gathered = self._job, self._gathered
        if job is None:
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
        return self.reported(lambda: self.report({"INFO"}, self.write(gathered, job.outcome())))

    def cancel(self, context: bpy.types.Context) -> None:
        """Blender ends the operator: its window closes, another file is loaded."""
        if self._job is not None:
            self._job.cancel()
            self._end(context, self._job)

    def _end(self, context: bpy.types.Context, job: jobs.Job) -> None:
        jobs.release(job)
        if self._timer is not None:
            context.window_manager.event_timer_remove(self._timer)
            self._timer = None
        if context.workspace is not None:
            context.workspace.status_text_set(None)
        later.redraw()


class SoundOperator(BackgroundOperator):
    """A background operator that generates from the chosen sound. `override_settings` gives it properties that override the scene's
    settings."""

    @classmethod
    def why_not(cls, context: bpy.types.Context) -> str:
        if reason := super().why_not(context):
            return reason
        if context.region is None or context.region.type != "UI":
            return ""  # a script may name what the scene lacks, and hears all about it if it does not
        return readiness.why_not(context)

    def given(self) -> Overrides:
        """The settings that the caller gives in place of the scene's."""
        set_here = {
            setting.argument: getattr(self, setting.argument)
            for setting in settings_of(GenerateSettings, Place.OPERATOR)
            if self.properties.is_property_set(setting.argument)
        }
        return Overrides(**set_here)


def override_settings(cls: type) -> type:
    """Give a SoundOperator, before it is registered, a property for every setting that may be given to one."""
    return declare(cls, Place.OPERATOR)
