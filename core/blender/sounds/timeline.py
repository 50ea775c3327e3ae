# SPDX-License-Identifier: GPL-3.0-or-later
"""Play is heard, stays in sync and does not stop early: the sound in the sequencer, Sync to Audio, the scene's last frame."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any

import bpy

from .. import compat, stored_paths
from ..setting_properties import scene_settings
from . import scene_time, strips

_NOT_IN_SYNC = "NONE"  # Play Every Frame; dropping frames keeps up with the sound already
_CHANNELS = 128  # of a sequencer


def strips_of(scene: bpy.types.Scene, path: Path) -> list[bpy.types.SoundStrip]:
    """The strips of the scene's sequencer that play a file, also those in meta strips."""
    return [strip for strip in _named_alike(scene, path) if strips.path_of(strip) == path]


def starts_of(scene: bpy.types.Scene, sound: str) -> list[float]:
    """Where the sequencer plays a file from its beginning on, as far as paths tell: for panels, which touch no files."""
    wanted = os.path.normcase(sound)
    return [
        compat.strip_frames(strip)[2]
        for strip in _named_alike(scene, Path(sound))
        if os.path.normcase(bpy.path.abspath(strip.sound.filepath, library=strip.sound.library)) == wanted
    ]


def _named_alike(scene: bpy.types.Scene, path: Path) -> list[Any]:
    name = path.name.casefold()
    return [
        strip
        for strip in strips.sounds_of(scene)
        if strip.sound is not None and strip.sound.filepath.casefold().endswith(name)
    ]


def make_heard(scene: bpy.types.Scene, path: Path, start: float, written: str = "") -> list[str]:
    """Add a sound file to the sequencer unless it is there, and let playback follow the sound. Returns sentences for the report.

    start: the scene's frame at which the file begins. written: how the person wrote its path; one that is relative to the .blend file
    stays so.
    """
    there = [strip for strip in strips_of(scene, path) if _is_near(scene, strip, start)]
    if there and all(strip.mute for strip in there):
        return [f'{path.name} is in the sequencer already, but the strip "{there[0].name}" is muted: nothing is heard.']
    said = []
    if not there:
        try:
            compat.new_sound_strip(scene, path.stem, _stored(path, written), _free_channel(scene, start), round(start))
        except RuntimeError as error:  # a build of Blender without sound; the take is there all the same
            return [f"The sound could not be added to the sequencer: {str(error).strip()}."]
        said = [f"{path.name} was added to the sequencer at frame {round(start)}."]
    return said + follow_sound(scene)


def _stored(path: Path, written: str) -> str:
    """How the file is to know a sound. From the beginning on: what a strip was once called stays in the file."""
    if written.startswith("//") and Path(bpy.path.abspath(written)) == path:
        return written
    return stored_paths.as_preferred(str(path))


def follow_sound(scene: bpy.types.Scene) -> list[str]:
    """Let playback keep up with the sound, unless it does. Returns sentences for the report."""
    if scene.sync_mode != _NOT_IN_SYNC:
        return []
    scene.sync_mode = "AUDIO_SYNC"
    return ["Playback is synced to the sound (Sync to Audio)."]


def _is_near(scene: bpy.types.Scene, strip: Any, start: float) -> bool:
    """Whether a strip lies in the shot, or where the sound begins: one that the shot has left behind is not heard in it."""
    first, last, content = compat.strip_frames(strip)
    return (first <= scene.frame_end and last > scene.frame_start) or abs(content - start) < 1.0


def _free_channel(scene: bpy.types.Scene, start: float) -> int:
    """The lowest channel that is heard and holds nothing from a frame on."""
    if scene.sequence_editor is None:
        return 1
    taken = {strip.channel for strip in compat.top_strips(scene) if compat.strip_frames(strip)[1] > start}
    channels: Any = scene.sequence_editor.channels
    free = (number for number in range(1, _CHANNELS) if number not in taken and not channels[number].mute)
    return next((number for number in free if not channels[number].lock), _CHANNELS)


# ------------------------------------------------------------------------------------------------------ the scene's last frame


def ends_at(scene: bpy.types.Scene, last_key: float) -> int:
    """The scene's frame at which the last key shows."""
    return math.ceil(last_key / scene_time.key_frames_a_frame(scene) - 1e-6)


def extend_once(
    scene: bpy.types.Scene, sound: Path, first_key: float, last_key: float, what: str = "sound"
) -> list[str]:
    """Let the scene last as long as a take of a sound file, once for each sound: who shortens it again has a reason.

    A take that begins behind the scene's end was put there on purpose. Returns sentences for the report.
    what: what the file is called in them.
    """
    settings = scene_settings(scene)
    last = ends_at(scene, last_key)
    if last <= scene.frame_end or first_key / scene_time.key_frames_a_frame(scene) > scene.frame_end:
        return []
    if settings.extended_for == str(sound):
        return []
    settings.extended_for = str(sound)
    return [extend(scene, last, what)]


def extend(scene: bpy.types.Scene, last: int, what: str = "sound") -> str:
    """Set the scene's last frame. Returns a sentence."""
    before, scene.frame_end = scene.frame_end, last
    return f"The scene ends at frame {last} now, with the {what} (before: {before})."
