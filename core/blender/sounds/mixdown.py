# SPDX-License-Identifier: GPL-3.0-or-later
"""One strip as Blender plays it, by Blender's own mixing in a copy of its scene, which holds nothing else and goes afterwards."""

from __future__ import annotations

import wave
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import bpy

from ...output_files import temporary_folder
from .. import compat
from .scene_time import frames_per_second

_RATE_HZ = 48000
_WHOLE = 0.9  # of what was asked for: builds whose FFmpeg does not fit write less, or nothing, and say nothing


class NotMixed(Exception):
    """Blender could not: its own words."""


def mixed_down(scene: bpy.types.Scene, strip: bpy.types.SoundStrip, first: int, last: int) -> bytes:
    """A WAV file of a strip from frame first up to frame last, not included. Raises NotMixed."""
    with _copy_with_only(scene, strip) as (copy, shift), temporary_folder() as folder:
        copy.frame_start, copy.frame_end = first + shift, last + shift - 1
        path = folder / "heard.wav"
        wanted = {"format": "S16", "mixrate": _RATE_HZ, "channels": "STEREO"}
        known = bpy.ops.sound.mixdown.get_rna_type().properties  # pyright: ignore[reportCallIssue] -- no self in Blender
        options = {name: value for name, value in wanted.items() if name in known}
        try:
            with bpy.context.temp_override(scene=copy, view_layer=copy.view_layers[0]):
                bpy.ops.sound.mixdown(filepath=str(path), check_existing=False, container="WAV", codec="PCM", **options)
            with wave.open(str(path)) as file:
                lasts_s = file.getnframes() / file.getframerate()
            if lasts_s < _WHOLE * (last - first) / frames_per_second(scene):
                raise OSError("the file breaks off")
            return path.read_bytes()
        except (RuntimeError, TypeError, OSError, EOFError, wave.Error) as error:  # no sound in this build, a full disk
            said = " ".join(str(error).replace("Error:", " ").split()).rstrip(".")
            raise NotMixed(said or "the file is empty") from error


@contextmanager
def _copy_with_only(scene: bpy.types.Scene, strip: bpy.types.SoundStrip) -> Iterator[tuple[bpy.types.Scene, int]]:
    """A copy of the scene that is empty but for this strip, at full volume, and how many frames later it lies there."""
    outermost: Any = strip
    while (meta := outermost.parent_meta()) is not None:
        outermost = meta
    name, kept = strip.name, outermost.name
    copy = scene.copy()
    assert isinstance(copy, bpy.types.Scene)
    try:
        _empty(copy)
        copy.use_audio, copy.audio_volume = True, 1.0
        top = compat.top_strips(copy)
        for other in [one.name for one in top if one.name != kept]:
            if other in top:  # an effect goes with its input
                top.remove(top[other])
        for one in compat.strips(copy):
            if one.type != "META" and one.name != name:
                one.mute = True
            elif getattr(one, "volume", 0.0) > 0.0:  # one that is keyed keeps its curve
                one.volume = 1.0
            if "pitch_correction" in one.bl_rna.properties:  # a voice is understood best at its own pitch
                one.pitch_correction = True
        alone = next(one for one in compat.strips(copy) if one.name == name)
        shift = _frames_later(alone, top[kept])
        if shift:
            compat.move_strip(top[kept], shift)
        yield copy, shift
    finally:
        bpy.data.scenes.remove(copy)


def _frames_later(strip: Any, outermost: Any) -> int:
    """How far to move a strip, or the meta strip that it is in, so that Blender can play it.

    Where its sound begins at frame 0, there is no frame before it.
    """
    if not compat.knows_speed_before_sound():
        return -int(compat.strip_sound_start(strip))
    return max(0, -int(compat.strip_frames(outermost)[0]))  # no scene begins before frame 0


def _empty(scene: bpy.types.Scene) -> None:
    """Take all objects out of a scene, so that nothing of them is evaluated."""
    collection = scene.collection
    assert collection is not None
    for child in list(collection.children):
        collection.children.unlink(child)
    for part in list(collection.objects):
        collection.objects.unlink(part)
