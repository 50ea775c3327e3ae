# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests about the sequencer share: a sound of clicks, where Blender plays them, and where a source has them."""

from __future__ import annotations

import importlib
import struct
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import bpy
import numpy as np
import pytest

RATE_HZ = 16000
APART_S = 0.4  # from click to click, the first a third of that after the beginning


def write_clicks(path: Path, count: int = 10, level: float = 0.8) -> Path:
    """Short tones, each somewhat higher than the one before."""
    sound = np.zeros(round(count * APART_S * RATE_HZ))
    for number in range(count):
        first = round((number + 1.0 / 3.0) * APART_S * RATE_HZ)
        sound[first : first + 400] = level * np.sin(np.arange(400) * 0.12 * (1 + 0.1 * number))
    return write_samples(path, sound)


def write_samples(path: Path, samples: np.ndarray) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return path


def has_sound() -> bool:
    """Whether this build of Blender can play sounds: without, there are no strips of sounds."""
    try:
        importlib.import_module("aud")  # built in: there is no file of it to look for
    except ImportError:
        return False
    return True


def add_strip(part, path: Path, frame: int, name: str = "line", channel: int = 1) -> bpy.types.Strip:
    """A sound strip in the active scene; skips the test where Blender has no sound."""
    try:
        return part("core.blender.compat").new_sound_strip(bpy.context.scene, name, str(path), channel, frame)
    except RuntimeError as error:
        pytest.skip(f"this build of Blender has no sound: {error}")


def trim(strip: bpy.types.Strip, first: int | None = None, last: int | None = None) -> None:
    """Drag the handles of a strip to these frames."""
    names = (
        ("left_handle", "right_handle")
        if "left_handle" in strip.bl_rna.properties
        else ("frame_final_start", "frame_final_end")
    )
    for name, frame in zip(names, (first, last)):
        if frame is not None:
            setattr(strip, name, frame)


def meta_of(part, *strips: bpy.types.Strip) -> bpy.types.Strip:
    """A meta strip of these."""
    scene = bpy.context.scene
    before = {strip.name for strip in part("core.blender.compat").strips(scene)}
    with sequencer(part, *strips):
        bpy.ops.sequencer.meta_make()
    return next(strip for strip in part("core.blender.compat").strips(scene) if strip.name not in before)


def set_speed(part, strip: bpy.types.Strip, percent: float) -> None:
    """Retime a strip, as the sequencer's own operator does."""
    with sequencer(part, strip):
        bpy.ops.sequencer.retiming_segment_speed_set(speed=percent)


@contextmanager
def sequencer(part, *selected: bpy.types.Strip) -> Iterator[None]:
    """As if these strips were selected in a sequencer, and the mouse in it."""
    scene = bpy.context.scene
    window = bpy.context.window_manager.windows[0]
    area = window.screen.areas[0]
    area.type = "SEQUENCE_EDITOR"
    if hasattr(bpy.context.workspace, "sequencer_scene"):
        bpy.context.workspace.sequencer_scene = scene
    for strip in part("core.blender.compat").strips(scene):
        strip.select = strip in selected
    scene.sequence_editor.active_strip = selected[0] if selected else None
    region = next(region for region in area.regions if region.type == "WINDOW")
    with bpy.context.temp_override(window=window, area=area, region=region):
        yield


def played(part, folder: Path, scene: bpy.types.Scene, last: int = 320) -> list[float]:
    """The frames at which Blender plays clicks up to a frame, by its own mixing of the whole scene, before 5.1.2 so moved that the
    first sound begins at frame 0: the speed of a retimed strip is whatever lies in memory before it (audaspace pull request 73)."""
    compat = part("core.blender.compat")
    sounds = [strip for strip in compat.strips(scene) if strip.type == "SOUND"]
    begins = min(compat.strip_sound_start(strip) for strip in sounds)
    earlier = int(begins) if bpy.app.version < (5, 1, 2) else 0
    scene.frame_start, scene.frame_end = 0, last - earlier
    path = folder / "mix.wav"
    with _earlier(compat, scene, earlier):
        bpy.ops.sound.mixdown(filepath=str(path), container="WAV", codec="PCM", format="S16", check_existing=False)
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, file.getnchannels())
        return _clicks(samples.mean(1) / 32768.0, file.getframerate() / rate(scene), float(earlier))


@contextmanager
def _earlier(compat, scene: bpy.types.Scene, frames: int) -> Iterator[None]:
    """With all strips so many frames earlier."""
    top = list(compat.top_strips(scene))
    for strip in top:
        compat.move_strip(strip, -frames)
    yield
    for strip in top:
        compat.move_strip(strip, frames)


def spoken(part, source, scene: bpy.types.Scene) -> list[float]:
    """The frames at which a source has clicks."""
    clip = part("core.blender.sounds.source").read(source)
    return _clicks(clip.samples, clip.rate_hz / rate(scene), source.frame_start)


def rate(scene: bpy.types.Scene) -> float:
    return scene.render.fps / scene.render.fps_base


def _clicks(samples: np.ndarray, a_frame: float, first_frame: float) -> list[float]:
    """Where sound begins after silence: frames, of which each has so many samples."""
    loud = np.flatnonzero(np.abs(samples) > 0.1)
    begins = loud[np.append(True, np.diff(loud) > 0.08 * a_frame * 25)] if len(loud) else loud
    return [first_frame + float(sample) / a_frame for sample in begins]


def write_film(path: Path, *tracks: np.ndarray) -> Path:
    """An AVI of a second of black, uncompressed, with sound tracks of RATE_HZ, as many as are given."""
    width, height, frames = 16, 16, 10
    picture = bytes(width * height * 3)

    def chunk(name: bytes, body: bytes) -> bytes:
        return name + struct.pack("<I", len(body)) + body + bytes(len(body) & 1)

    def stream(kind: bytes, scale: int, rate_hz: int, length: int, sample: int, form: bytes) -> bytes:
        head = struct.pack(
            "<4s4sIHHIIIIIIiI8x", kind, bytes(4), 0, 0, 0, 0, scale, rate_hz, 0, length, 65536, -1, sample
        )
        return chunk(b"LIST", b"strl" + chunk(b"strh", head) + chunk(b"strf", form))

    dib = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, len(picture), 0, 0, 0, 0)
    pcm = struct.pack("<HHIIHH", 1, 1, RATE_HZ, 2 * RATE_HZ, 2, 16)
    streams = [stream(b"vids", 1, frames, frames, 0, dib)]
    streams += [stream(b"auds", 1, RATE_HZ, len(track), 2, pcm) for track in tracks]
    main = struct.pack("<10I16x", 1000000 // frames, 0, 0, 0x10, frames, 0, len(streams), 65536, width, height)
    movie = b""
    for number in range(frames):
        movie += chunk(b"00db", picture)
        for index, track in enumerate(tracks, 1):
            part = np.array_split(track, frames)[number]
            movie += chunk(b"%02dwb" % index, (part * 32767).astype("<i2").tobytes())
    headers = chunk(b"LIST", b"hdrl" + chunk(b"avih", main) + b"".join(streams))
    path.write_bytes(chunk(b"RIFF", b"AVI " + headers + chunk(b"LIST", b"movi" + movie)))
    return path
