# SPDX-License-Identifier: GPL-3.0-or-later
"""Saving the file and rendering a take, with errors that say what to do."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import bpy

from ..errors import UserError
from . import compat
from .keying.lines import Line
from .sounds import scene_time
from .takes import take_memory

logger = logging.getLogger(__name__)


def require_writable(path: Path) -> None:
    """Raises UserError if nothing can be written at `path`, before an hour's work goes into it."""
    if path.is_dir():
        raise UserError(f"{path} is a folder.", "Name a file in it.")
    if path.exists() and not path.is_file():  # a device: Blender would replace it
        raise UserError(f"{path} is no ordinary file.", "Choose another place.")
    if not path.parent.is_dir():
        raise UserError(f"There is no folder {path.parent}.", "Make it, or choose another place.")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise UserError(f"{path} cannot be written: the place is read-only.", "Choose another place.")


def save(path: Path) -> None:
    """Save a copy of the opened file there. An older file at that place stays until the new one is complete and can be read.

    Blender itself reports success on a full disk (5.0, measured), so the copy is looked into before it takes its place.
    Raises UserError.
    """
    beside = path.with_name(f".{path.stem}.{os.getpid()}.blend")
    try:
        bpy.ops.wm.save_as_mainfile(filepath=str(beside), check_existing=False, copy=True)
        if not beside.is_file():
            raise OSError("nothing was written")
        library: Any = bpy.data.libraries  # the stub gives its `load` no result
        with library.load(str(beside)) as (found, _):
            if not found.scenes:
                raise OSError("the file is incomplete")
        os.replace(beside, path)
    except (RuntimeError, OSError) as error:
        raise UserError(
            f"{path} could not be saved: {_reason(error)}.", "Is the disk full, or the place read-only?"
        ) from error
    finally:
        beside.unlink(missing_ok=True)


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
    compat.set_video_output(scene, str(path))
    try:
        bpy.ops.render.render(animation=True, scene=scene.name)
    except RuntimeError as error:
        raise UserError(f"{path} could not be rendered: {_reason(error)}.", "") from error
    if not path.is_file() or path.stat().st_size == 0:
        raise UserError(f"{path} could not be written.", "Is the disk full, or the place read-only?")


def _hear(scene: bpy.types.Scene, lines: Iterable[Line]) -> None:
    """Add a take's sounds to the sequencer unless something sounds there already."""
    if any(strip.type == "SOUND" and not strip.mute for strip in compat.strips(scene)):
        return
    for line in lines:
        path = Path(line.sound)
        if not path.is_file():
            continue
        channel = 1 + max((strip.channel for strip in compat.strips(scene)), default=0)
        try:
            first = round(line.first / scene_time.key_frames_a_frame(scene))
            compat.new_sound_strip(scene, path.stem, line.sound, channel, first)
        except RuntimeError as error:  # a build of Blender without sound: the video is silent
            logger.warning("the video has no sound: %s", _reason(error))


def _reason(error: Exception) -> str:
    """Blender's own words, on one line and without its "Error:"."""
    return " ".join(str(error).replace("Error:", " ").split()).rstrip(".")
