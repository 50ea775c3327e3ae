# SPDX-License-Identifier: GPL-3.0-or-later
"""Stills and the video, drawn by Workbench: it needs no graphics card and draws a frame in a fraction of a second."""

from __future__ import annotations

import logging
import math
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import bpy

from ...blender import compat

logger = logging.getLogger("audio2rig.demo")


@contextmanager
def quiet() -> Iterator[None]:
    """Keep Blender's line for every rendered frame off the terminal."""
    sys.stdout.flush()
    kept = os.dup(1)
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def _untyped(settings: object) -> Any:
    """Settings of a scene, which the stubs think may be missing, and of whose items they know only some."""
    return settings


def prepare(scene: bpy.types.Scene) -> None:
    """What stills and video share."""
    render, view, shading = _untyped(scene.render), _untyped(scene.view_settings), _untyped(scene.display).shading
    render.engine, view.view_transform = "BLENDER_WORKBENCH", "Standard"
    shading.light, shading.color_type = "STUDIO", "MATERIAL"
    shading.show_cavity, shading.cavity_type = True, "WORLD"
    scene.render.use_simplify = True
    scene.render.simplify_subdivision_render = 0
    scene.render.resolution_percentage = 100


def still(scene: bpy.types.Scene, path: Path, frame: float, size: tuple[int, int]) -> Path:
    """The scene's camera at a frame, which may lie between two; size in pixels. Returns the path."""
    _untyped(scene.display).render_aa = "8"
    scene.frame_set(int(math.floor(frame)), subframe=frame - math.floor(frame))
    scene.render.resolution_x, scene.render.resolution_y = size
    _to_pictures(scene, str(path))
    with quiet():
        bpy.ops.render.render(write_still=True)
    return path


def video(scene: bpy.types.Scene, path: Path, audio: Path, size: tuple[int, int]) -> bool:
    """The scene's frames with sound: by Blender's own FFmpeg, or frames put together by the ffmpeg on this machine.

    Returns False where there is neither.
    """
    scene.render.resolution_x, scene.render.resolution_y = size
    display = _untyped(scene.display)
    display.render_aa = "FXAA"  # samples cost three times as much, and there are hundreds of frames
    display.shading.show_cavity = False
    if bpy.app.build_options.codec_ffmpeg:
        compat.set_video_output(scene, str(path))
        coder = _untyped(scene.render.ffmpeg)
        coder.ffmpeg_preset, coder.audio_bitrate = "GOOD", 128
        logger.info("rendering %d frames of %d x %d", scene.frame_end - scene.frame_start + 1, *size)
        with quiet():
            bpy.ops.render.render(animation=True)
        return True
    if not shutil.which("ffmpeg"):
        logger.warning("No video: this Blender was built without FFmpeg, and no ffmpeg is on the path.")
        return False
    with tempfile.TemporaryDirectory() as folder:
        _to_pictures(scene, f"{folder}/")
        with quiet():
            bpy.ops.render.render(animation=True)
        rate = str(scene.render.fps / scene.render.fps_base)
        # fmt: off
        command = ["ffmpeg", "-y", "-loglevel", "error", "-framerate", rate, "-start_number", str(scene.frame_start),
                   "-i", f"{folder}/%04d.png", "-i", str(audio),
                   "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac", "-shortest", str(path)]
        # fmt: on
        subprocess.run(command, check=True)
    return True


def _to_pictures(scene: bpy.types.Scene, path: str) -> None:
    settings = scene.render.image_settings
    if hasattr(settings, "media_type"):
        settings.media_type = "IMAGE"
    settings.file_format = "PNG"
    scene.render.filepath = path
