# SPDX-License-Identifier: GPL-3.0-or-later
"""A sound that can be read without bpy: a file, a packed sound, or what a strip of the sequencer plays."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PureWindowsPath
from urllib.parse import urlsplit
from urllib.request import url2pathname

import bpy
import numpy as np

from ...audio import decoding
from ...audio.clip import RATE_HZ, AudioClip
from ...errors import UserError
from ...output_files import temporary_folder
from ...progress import Progress
from .host_decoder import host_decoder


@dataclass(frozen=True)
class SoundPart:
    """One of several sounds that are heard as one. at_s, lasts_s: when it begins in the whole, and how long it is heard. first, last: the
    scene's frames from and before which that is."""

    source: SoundSource
    at_s: float
    lasts_s: float
    first: float
    last: float


@dataclass(frozen=True)
class SoundSource:
    """A sound that can be read without bpy.

    path: the file, or where a packed one was unpacked from; data: bytes to read in its place, of a packed file or as the sequencer
    plays it. strip: the sequencer's strip, "" for a file. start_s, end_s: the part that is heard (end_s None: to the end).
    frame_start: the scene's frame at which start_s sounds. lasting_s: how long all of the sound lasts as it is played, if its speed was
    changed; start_s and end_s are then meant in that time. notes: for the report. parts: what it is put together from, with silence
    between, until end_s; then path and strip are those of the first.
    """

    name: str
    path: Path
    frame_start: float
    start_s: float = 0.0
    end_s: float | None = None
    data: bytes | None = None
    strip: str = ""
    lasting_s: float | None = None
    notes: tuple[str, ...] = ()
    parts: tuple[SoundPart, ...] = ()


def from_file(filepath: str, frame_start: float) -> SoundSource:
    """A sound file; `//` at the beginning means the .blend's folder. Raises UserError if none is named."""
    if not filepath.strip():
        raise UserError("No sound is chosen.", "Choose a sound file, or a sound strip, under Sound.")
    if filepath.startswith("//") and not bpy.data.filepath:
        raise UserError(
            f"{filepath} is relative to the .blend file, which was never saved.",
            "Save the file first, or choose the sound by its full path.",
        )
    path = absolute_path(filepath)
    return SoundSource(path.stem, path, frame_start)


def absolute_path(filepath: str, library: bpy.types.Library | None = None) -> Path:
    """Where a path of Blender's leads on this machine, also if it was saved on Windows and this is none: \\ parts folders there, and
    capitals do not matter."""
    path = Path(bpy.path.abspath(filepath, library=library))
    if os.path.exists(path):  # which answers no to a name that none can have
        return path
    if (pasted := _as_pasted(filepath)) != filepath:
        return absolute_path(pasted, library)
    if os.name == "nt":
        return path
    if "\\" in filepath and filepath[1:2] != ":":  # C: leads nowhere here
        path = Path(bpy.path.abspath(filepath.replace("\\", "/"), library=library))
    return _whatever_capitals(path) or path


def _as_pasted(filepath: str) -> str:
    """A path without what other programs put around it where it is copied: quotes (Windows' Copy as Path), file://, ~, spaces."""
    text = filepath.strip()
    if len(text) > 2 and text[0] + text[-1] in ('""', "''", "“”"):
        text = text[1:-1]
    if text[:7].casefold() == "file://":
        text = url2pathname(urlsplit(text).path)
    return os.path.expanduser(text) if text.startswith("~") else text


def _whatever_capitals(path: Path) -> Path | None:
    """The one file that has this path but for capitals, None if there is none, or several."""
    found = Path(path.anchor)
    for name in path.parts[1:] if path.anchor else ():
        if not os.path.exists(found / name):
            try:
                alike = [entry for entry in os.listdir(found) if entry.casefold() == name.casefold()]
            except OSError:
                return None
            if len(alike) != 1:
                return None
            name = alike[0]
        found /= name
    return found if path.anchor else None


def read(source: SoundSource, progress: Progress | None = None) -> AudioClip:
    """Decode a source. Any thread: nothing here touches bpy. Raises UserError on bad sounds."""
    if source.parts:
        return _put_together(source, progress or Progress())
    with _file_of(source) as path:
        clip = decoding.load(path, progress, host_decoder(), as_played=bool(source.strip))
    if source.lasting_s is not None:
        played = decoding.from_samples(clip.samples, clip.rate_hz * clip.duration_s / source.lasting_s, clip.name)
        clip = replace(clip, samples=played.samples)
    if source.start_s > 0.0 or source.end_s is not None:
        clip = decoding.cut(clip, source.start_s, source.end_s if source.end_s is not None else clip.duration_s)
    return AudioClip(clip.samples, clip.rate_hz, source.name, clip.warnings)


def _put_together(source: SoundSource, progress: Progress) -> AudioClip:
    """The parts of a source at their places, with silence between."""
    assert source.end_s is not None, "what is put together has an end"
    samples = np.zeros(max(1, round(source.end_s * RATE_HZ)), np.float32)
    warnings: dict[str, None] = {}
    for number, part in enumerate(source.parts):
        share = len(source.parts)
        clip = read(part.source, progress.part(number / share, (number + 1) / share))
        first = max(0, round(part.at_s * RATE_HZ))
        heard = clip.samples[: len(samples) - first]
        samples[first : first + len(heard)] += heard
        warnings |= dict.fromkeys(clip.warnings)
    return AudioClip(np.clip(samples, -1.0, 1.0), RATE_HZ, source.name, tuple(warnings))


@contextmanager
def _file_of(source: SoundSource) -> Iterator[Path]:
    """The file to read: bytes go to a temporary file meanwhile."""
    if source.data is None:
        yield source.path
        return
    with temporary_folder() as folder:
        path = folder / (PureWindowsPath(source.path.name).name or "packed.wav")
        path.write_bytes(source.data)
        yield path
