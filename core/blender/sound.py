# SPDX-License-Identifier: GPL-3.0-or-later
"""Sound as Blender knows it: files, strips of the sequencer, packed sounds, and Blender's own decoder."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from ..audio import decoding
from ..audio.clip import AudioClip
from ..errors import UserError
from ..progress import Progress
from . import compat


@dataclass(frozen=True)
class SoundSource:
    """A sound that can be read without bpy.

    path: the file, or where a packed one was unpacked from; data: a packed file's bytes. strip: the sequencer's strip, "" for a
    file. start_s, end_s: the part that is heard (end_s None: to the end). frame_start: the scene's frame at which start_s sounds.
    notes: for the report.
    """

    name: str
    path: Path
    frame_start: float
    start_s: float = 0.0
    end_s: float | None = None
    data: bytes | None = None
    strip: str = ""
    notes: tuple[str, ...] = ()


def frames_per_second(scene: bpy.types.Scene) -> float:
    return scene.render.fps / scene.render.fps_base


def from_file(filepath: str, frame_start: float) -> SoundSource:
    """A sound file; `//` at the beginning means the .blend's folder. Raises UserError if none is named."""
    if not filepath.strip():
        raise UserError("No sound is chosen.", "Choose a sound file, or a sound strip, under Sound.")
    if filepath.startswith("//") and not bpy.data.filepath:
        raise UserError(
            f"{filepath} is relative to the .blend file, which was never saved.",
            "Save the file first, or choose the sound by its full path.",
        )
    path = Path(bpy.path.abspath(filepath))
    return SoundSource(path.stem, path, frame_start)


def from_strip(context: bpy.types.Context, name: str) -> SoundSource:
    """A sound strip with its trim and its place in time. Raises UserError if there is no such strip, or it is unusable."""
    scene = compat.sequencer_scene(context)
    strip = _find_strip(scene, name)
    if strip.mute:
        raise UserError(f'The strip "{strip.name}" is muted.', "Unmute it (Alt+H in the sequencer), or choose another.")
    if len(getattr(strip, "retiming_keys", ())) > 2:  # two keys only mark the ends: nothing is retimed
        raise UserError(
            f'The strip "{strip.name}" is retimed, which is not supported.',
            "Render it to a sound file (Render > Render Audio) and choose that file.",
        )
    rate = frames_per_second(scene)
    first, last, content = compat.strip_frames(strip)
    offset_s = float(getattr(strip, "sound_offset", 0.0))  # a few milliseconds that importers use to keep sound in sync
    start_s = (first - content + compat.strip_skipped_frames(strip)) / rate - offset_s
    end_s = start_s + (last - first) / rate
    if end_s <= 0:
        raise UserError(f'Nothing is heard of the strip "{strip.name}".', "Check its trim.")
    frame_start = first - min(start_s, 0.0) * rate
    if scene != context.scene:  # the sequencer of another scene: same seconds, this scene's rate
        frame_start = context.scene.frame_start + (frame_start - scene.frame_start) / rate * frames_per_second(
            context.scene
        )
    return _from_sound(strip.sound, strip.name, frame_start, max(start_s, 0.0), end_s)


def _find_strip(scene: bpy.types.Scene, name: str) -> Any:
    sounds = [strip for strip in compat.strips(scene) if strip.type == "SOUND" and strip.sound is not None]
    if not sounds:
        raise UserError(
            f'The sequencer of "{scene.name}" has no sound strip.', "Add one, or choose a sound file instead."
        )
    if not name:
        active = scene.sequence_editor.active_strip if scene.sequence_editor is not None else None
        if active is not None and active in sounds:
            return active
        if len(sounds) == 1:
            return sounds[0]
        raise UserError("The sequencer has several sound strips.", "Choose one under Sound.")
    for strip in sounds:
        if strip.name == name:
            return strip
    raise UserError(
        f'There is no sound strip "{name}".', f"Choose one of: {', '.join(strip.name for strip in sounds)}."
    )


def _from_sound(sound: bpy.types.Sound, name: str, frame_start: float, start_s: float, end_s: float) -> SoundSource:
    path = Path(bpy.path.abspath(sound.filepath, library=sound.library))
    data = bytes(sound.packed_file.data) if sound.packed_file is not None else None
    return SoundSource(name, path, frame_start, start_s, end_s, data, strip=name)


def read(source: SoundSource, progress: Progress | None = None) -> AudioClip:
    """Decode a source. Any thread: nothing here touches bpy. Raises UserError on bad sounds."""
    with _file_of(source) as path:
        clip = decoding.load(path, progress, host_decoder())
    if source.start_s > 0.0 or source.end_s is not None:
        clip = decoding.cut(clip, source.start_s, source.end_s if source.end_s is not None else clip.duration_s)
    return AudioClip(clip.samples, clip.rate_hz, source.name, clip.warnings)


@contextmanager
def _file_of(source: SoundSource) -> Iterator[Path]:
    """The file to read: a packed sound goes to a temporary file meanwhile."""
    if source.data is None:
        yield source.path
        return
    with tempfile.TemporaryDirectory(prefix="audio2rig-") as folder:
        path = Path(folder) / (source.path.name or "packed.wav")
        path.write_bytes(source.data)
        yield path


def host_decoder() -> decoding.HostDecoder | None:
    """Blender's own decoder (FFmpeg), or None where this build has none, as the bpy 4.2 module."""
    try:
        import aud
    except ImportError:
        return None

    def read_all(path: Path) -> tuple[np.ndarray, float]:
        """float32 (frames, channels) and the rate in Hz. Raises aud.error."""
        # `cache` decodes and raises on what is no sound; `data` of such a file would end the process (4.5 to 5.2).
        known: Any = aud  # the stub knows no argument
        sound = known.Sound(str(path)).cache()
        return np.asarray(sound.data(), np.float32), float(sound.specs[0])

    return read_all
