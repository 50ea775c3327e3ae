# SPDX-License-Identifier: GPL-3.0-or-later
"""Generate from Audio, and Cancel."""

from typing import TYPE_CHECKING

import bpy
from bpy.props import EnumProperty, IntProperty, StringProperty

from ..core.blender import compat, jobs
from ..core.blender.properties import LOCOMOTIONS, MODES, PARTS
from ..core.errors import UserError
from ..core.progress import Progress
from . import errors

if TYPE_CHECKING:
    from ..core.blender.generate import Gathered, Overrides, Worked

POLL_S = 0.1


class AUDIO2RIG_OT_generate(bpy.types.Operator):
    bl_idname = "audio2rig.generate"
    bl_label = "Generate from Audio"
    bl_description = "Turn the sound into keys on the character, as a new take. Blender stays usable; Esc cancels"
    # Not REGISTER: Adjust Last Operation would run it again at every change, with Blender standing still meanwhile.
    bl_options = {"UNDO"}

    filepath: StringProperty(
        name="Sound",
        description="Sound file instead of the scene's setting",
        subtype="FILE_PATH",
        options={"SKIP_SAVE"} | compat.file_path_options(),
    )
    mode: EnumProperty(
        name="Mode", description="Mode instead of the scene's setting", items=MODES, options={"SKIP_SAVE"}
    )
    seed: IntProperty(name="Seed", description="Seed instead of the scene's setting", min=0, options={"SKIP_SAVE"})
    frame_start: IntProperty(
        name="First Frame",
        description="Frame at which the sound begins, instead of the scene's setting; together with Last "
        "Frame the first frame to generate anew",
        options={"SKIP_SAVE"},
    )
    frame_end: IntProperty(
        name="Last Frame",
        description="Generate only from First Frame to this one, and keep the rest of the current take",
        options={"SKIP_SAVE"},
    )
    parts: EnumProperty(
        name="Parts",
        description="Parts instead of the scene's setting",
        items=PARTS,
        options={"ENUM_FLAG", "SKIP_SAVE"},
    )
    locomotion: EnumProperty(
        name="Locomotion",
        description="What the legs do, instead of the scene's setting",
        items=LOCOMOTIONS,
        options={"SKIP_SAVE"},
    )
    transcript: StringProperty(
        name="Transcript", description="What is said, instead of the scene's setting", options={"SKIP_SAVE"}
    )

    _gathered = None
    _job: jobs.Job | None = None
    _timer: bpy.types.Timer | None = None

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if jobs.find(context.scene) is not None:
            cls.poll_message_set("Audio2Rig is still busy in this scene. Wait until it is done, or cancel it")
            return False
        return True

    def _overrides(self) -> "Overrides":
        from ..core.blender.generate import Overrides

        def given(name: str) -> object:
            return getattr(self, name) if self.properties.is_property_set(name) else None

        parts = given("parts")
        return Overrides(
            given("filepath"),
            given("mode"),
            given("seed"),
            given("frame_start"),
            given("frame_end"),
            None if parts is None else frozenset(parts),
            locomotion=given("locomotion"),
            transcript=given("transcript"),
        )

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..core.blender import generate  # with all that it needs: not before someone generates

        try:
            gathered = generate.gather(context, self._overrides())
            return self._write(gathered, generate.work(gathered, Progress()))
        except (UserError, OSError, RuntimeError, ValueError, MemoryError) as error:
            return errors.show(self, error)

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        from ..core.blender import generate

        try:
            self._gathered = gathered = generate.gather(context, self._overrides())
            self._job = jobs.start(
                context.scene, lambda progress: generate.work(gathered, progress), gathered.source.name
            )
        except UserError as error:
            return errors.show(self, error)
        manager = context.window_manager
        self._timer = manager.event_timer_add(POLL_S, window=context.window)
        manager.modal_handler_add(self)
        context.workspace.status_text_set(f"Generating from {gathered.source.name} – Esc: cancel")
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        job = self._job
        if event.type == "ESC" and event.value == "PRESS" and job.running:
            job.cancel()
            return {"RUNNING_MODAL"}
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        _redraw(context)
        if job.running:
            return {"PASS_THROUGH"}
        self._end(context)
        if job.state == "CANCELLED":
            self.report({"INFO"}, "Cancelled. Nothing was changed")
            return {"CANCELLED"}
        if job.error is not None:
            return errors.show(self, job.error)
        try:
            return self._write(self._gathered, job.result)
        except (UserError, RuntimeError) as error:
            return errors.show(self, error)

    def cancel(self, context: bpy.types.Context) -> None:
        """Blender ends the operator: its window closes, another file is loaded."""
        if self._job is not None:
            self._job.cancel()
            self._end(context)

    def _write(self, gathered: "Gathered", worked: "Worked") -> set[str]:
        from ..core.blender import generate

        report = generate.write(gathered, worked)
        self.report({"INFO"}, report.headline)
        return {"FINISHED"}

    def _end(self, context: bpy.types.Context) -> None:
        jobs.release(self._job)
        if self._timer is not None:
            context.window_manager.event_timer_remove(self._timer)
            self._timer = None
        if context.workspace is not None:
            context.workspace.status_text_set(None)
        _redraw(context)


class AUDIO2RIG_OT_cancel(bpy.types.Operator):
    bl_idname = "audio2rig.cancel"
    bl_label = "Cancel"
    bl_description = "Stop generating. Nothing is changed"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if jobs.find(context.scene) is None:
            cls.poll_message_set("Nothing is being generated in this scene")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        jobs.find(context.scene).cancel()
        return {"FINISHED"}


def _redraw(context: bpy.types.Context) -> None:
    """Show the job's progress in every sidebar."""
    for window in context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                for region in area.regions:
                    if region.type == "UI":
                        region.tag_redraw()


CLASSES = (AUDIO2RIG_OT_generate, AUDIO2RIG_OT_cancel)
register, unregister = bpy.utils.register_classes_factory(CLASSES)
