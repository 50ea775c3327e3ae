# SPDX-License-Identifier: GPL-3.0-or-later
# pyright: reportInvalidTypeForm=false
# (Blender declares properties by annotations that are no types.)
"""Choosing a sound, listening to it, and letting a take be heard and seen to its end."""

import os
from pathlib import Path
from typing import Any

import bpy
from bpy.props import BoolProperty, StringProperty

from ..core.blender import characters, compat, later
from ..core.blender.remembered import current_take
from ..core.blender.setting_properties import scene_settings
from ..core.errors import UserError
from ..core.input_files import shown
from .base import Audio2RigOperator

POLL_S = 0.2
PATH_OPTIONS: Any = {"SKIP_SAVE"} | compat.file_path_options()


class AUDIO2RIG_OT_choose_sound(Audio2RigOperator, bpy.types.Operator):
    bl_idname = "audio2rig.choose_sound"
    bl_label = "Choose Sound"
    bl_description = "Choose a sound or video file"

    filepath: StringProperty(name="File", description="The sound", subtype="FILE_PATH", options=PATH_OPTIONS)
    filter_sound: BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"})
    filter_movie: BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"})
    filter_folder: BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"})
    relative_path: BoolProperty(
        name="Relative Path", description="Write the path relative to the .blend file", default=True
    )

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        if chosen := scene_settings(context.scene).audio_path:
            self.filepath = bpy.path.abspath(chosen)
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def run(self, context: bpy.types.Context) -> None:
        settings = scene_settings(context.scene)
        path = self.filepath
        if self.relative_path and bpy.data.filepath and not path.startswith("//"):
            try:
                path = bpy.path.relpath(path)
            except ValueError:  # on another drive
                path = self.filepath
        settings.audio_source, settings.audio_path = "FILE", path


class AUDIO2RIG_OT_play_sound(Audio2RigOperator, bpy.types.Operator):
    bl_idname = "audio2rig.play_sound"
    bl_label = "Play Sound"
    bl_description = "Listen to the chosen sound, or stop it"
    bl_options = {"REGISTER"}

    _timer = None

    def run(self, context: bpy.types.Context) -> None:
        from ..core.blender.sounds import listening

        if not listening.stop():
            listening.play(context)
        later.redraw()

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        from ..core.blender.sounds import listening

        result = self.execute(context)
        if result != {"FINISHED"} or not listening.is_playing():
            return result
        self._timer = context.window_manager.event_timer_add(POLL_S, window=context.window)
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        from ..core.blender.sounds import listening

        if event.type != "TIMER" or listening.is_playing():
            return {"PASS_THROUGH"}
        self.cancel(context)
        return {"FINISHED"}

    def cancel(self, context: bpy.types.Context) -> None:
        if self._timer is not None:
            context.window_manager.event_timer_remove(self._timer)
            self._timer = None
        later.redraw()


class _OfTheTake(Audio2RigOperator):
    """An operator about the newest line of the take that the character plays."""

    @classmethod
    def line(cls, context: bpy.types.Context) -> Any:
        """The line, or None if there is no take with one."""
        found = characters.shown_memory(context)
        take = current_take(found) if found is not None else None
        return take.lines[-1] if take is not None and take.lines else None

    @classmethod
    def why_not(cls, context: bpy.types.Context) -> str:
        line = cls.line(context)
        return "Generate a take first" if line is None else cls.why_not_for(context.scene, line)

    @classmethod
    def why_not_for(cls, scene: bpy.types.Scene, line: Any) -> str:
        """What makes the button useless for this line; "" if nothing does."""
        raise NotImplementedError


class AUDIO2RIG_OT_add_sound(_OfTheTake, bpy.types.Operator):
    bl_idname = "audio2rig.add_sound"
    bl_label = "Add Sound"
    bl_description = "Add the sound of this take to the sequencer, and sync playback to it"

    @classmethod
    def why_not_for(cls, scene: bpy.types.Scene, line: Any) -> str:
        from ..core.blender.sounds import timeline

        return "The sound is in the sequencer already" if timeline.starts_of(scene, line.sound) else ""

    def run(self, context: bpy.types.Context) -> None:
        from ..core.blender.sounds import scene_time, timeline

        line = self.line(context)
        path = Path(line.sound)
        if not os.path.isfile(path):  # which answers no to a path that none can have
            raise UserError(f"{shown(path)} is not there any more.", "Choose the sound anew and generate again.")
        start = line.first / scene_time.key_frames_a_frame(context.scene)
        self.report({"INFO"}, " ".join(timeline.make_heard(context.scene, path, start)))


class AUDIO2RIG_OT_extend_scene(_OfTheTake, bpy.types.Operator):
    bl_idname = "audio2rig.extend_scene"
    bl_label = "Extend Scene"
    bl_description = "Let the scene end with this take"

    @classmethod
    def why_not_for(cls, scene: bpy.types.Scene, line: Any) -> str:
        from ..core.blender.sounds import timeline

        is_inside = timeline.ends_at(scene, line.last) <= scene.frame_end
        return "The scene lasts as long as the take already" if is_inside else ""

    def run(self, context: bpy.types.Context) -> None:
        from ..core.blender.sounds import timeline

        last = timeline.ends_at(context.scene, self.line(context).last)
        self.report({"INFO"}, timeline.extend(context.scene, last))


CLASSES = (AUDIO2RIG_OT_choose_sound, AUDIO2RIG_OT_play_sound, AUDIO2RIG_OT_add_sound, AUDIO2RIG_OT_extend_scene)
register, unregister = bpy.utils.register_classes_factory(CLASSES)
