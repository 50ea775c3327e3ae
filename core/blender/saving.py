# SPDX-License-Identifier: GPL-3.0-or-later
"""Saving the file and rendering a take, with errors that say what to do."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import bpy

from .. import output_files
from ..audio.containers import mp4_length_s
from ..errors import UserError
from ..input_files import shown
from ..private_paths import without_home
from . import compat
from .keying.lines import Line
from .sounds import scene_time
from .takes import take_memory

logger = logging.getLogger(__name__)
_LACKING_S = (
    0.2  # that a whole video may be shorter than its frames: the sound is cut into pieces of a length of its own
)


def require_place(save_to: Path | None, render_to: Path | None, inputs: Iterable[Path] = ()) -> None:
    """Raises UserError if a result cannot be written where it should be, or something would be lost by it. inputs: what is read for it."""
    inputs = tuple(inputs)
    for path, kind in ((save_to, output_files.BLEND), (render_to, output_files.VIDEO)):
        if path is not None:
            output_files.require_writable(path, kind, inputs)


def save(path: Path) -> None:
    """Save a copy of the opened file there. An older file at that place stays until the new one is complete and can be read.

    Blender itself reports success on a full disk (5.0, measured), so the copy is looked into before it takes its place.
    Raises UserError.
    """
    try:
        with output_files.replacing(path, output_files.BLEND) as beside:
            bpy.ops.wm.save_as_mainfile(filepath=str(beside), check_existing=False, copy=True)
            if not beside.is_file():
                raise OSError("nothing was written")
            library: Any = bpy.data.libraries  # the stub gives its `load` no result
            with library.load(str(beside)) as (found, _):
                if not found.scenes:
                    raise OSError("the file is incomplete")
    except (RuntimeError, OSError) as error:
        raise UserError(
            f"{shown(path)} could not be saved: {_reason(error)}.", "Is the disk full, or the place read-only?"
        ) from error


def render_take(
    scene: bpy.types.Scene,
    take: bpy.types.PropertyGroup,
    path: Path,
    engine: str | None,
    resolution: tuple[int, int] | None,
) -> None:
    """Render the frames of a take with its sound to a video. Changes the scene's render settings. Raises UserError."""
    if scene.camera is None:
        raise UserError(f'The scene "{scene.name}" has no camera to render with.', "Add one, or leave out --render.")
    if engine is not None:
        try:
            setattr(scene.render, "engine", engine)  # noqa: B010 -- the stub takes it for read-only
        except TypeError as error:
            raise UserError(f"There is no render engine {engine}.", str(error)) from error
    if resolution is not None:
        scene.render.resolution_x, scene.render.resolution_y = resolution
        scene.render.resolution_percentage = 100
    lines = take_memory.lines_of(take)
    if lines:
        a_frame = scene_time.key_frames_a_frame(scene)
        scene.frame_start, scene.frame_end = round(lines[-1].first / a_frame), round(lines[-1].last / a_frame)
    scene.frame_step = 1
    _hear(scene, lines)
    try:
        with output_files.replacing(path, output_files.VIDEO) as beside:
            compat.set_video_output(scene, str(beside))
            bpy.ops.render.render(animation=True, scene=scene.name)
            _require_whole(beside, scene)
    except (RuntimeError, OSError) as error:
        raise UserError(
            f"{shown(path)} could not be rendered: {_reason(error)}.", "Is the disk full, or the place read-only?"
        ) from error


def _require_whole(path: Path, scene: bpy.types.Scene) -> None:
    """Raises OSError unless a video is there as long as its frames: Blender itself does not say that a disk was full."""
    if not path.is_file() or path.stat().st_size == 0:
        raise OSError("nothing was written")
    lasts_s = mp4_length_s(path)
    frames = scene.frame_end - scene.frame_start + 1
    wanted_s = frames / scene_time.frames_per_second(scene)
    if lasts_s is None or lasts_s < wanted_s - max(_LACKING_S, 2.0 / scene_time.frames_per_second(scene)):
        raise OSError("the video is incomplete")


def _hear(scene: bpy.types.Scene, lines: Iterable[Line]) -> None:
    """Add a take's sounds to the sequencer unless something sounds there already."""
    if any(strip.type == "SOUND" and not strip.mute for strip in compat.strips(scene)):
        return
    for line in lines:
        path = Path(line.sound)
        if not os.path.isfile(path):
            continue
        channel = 1 + max((strip.channel for strip in compat.strips(scene)), default=0)
        try:
            first = round(line.first / scene_time.key_frames_a_frame(scene))
            compat.new_sound_strip(scene, path.stem, line.sound, channel, first)
        except RuntimeError as error:  # a build of Blender without sound: the video is silent
            logger.warning("the video has no sound: %s", _reason(error))


def _reason(error: Exception) -> str:
    """Blender's own words, on one line and without its "Error:"."""
    return without_home(" ".join(str(error).replace("Error:", " ").split()).rstrip("."))
