# SPDX-License-Identifier: GPL-3.0-or-later
"""Sound strips of the sequencer: their trim and place, packed and relative sounds, mutes, and Blender's own decoder."""

from __future__ import annotations

import shutil
import subprocess
import sys
import wave
from pathlib import Path
from types import SimpleNamespace

import bpy
import numpy as np
import pytest

from tests.blender.building import add_face, put_stand_in, write_wav
from tests.blender.sequencing import RATE_HZ, meta_of, set_speed, write_film


@pytest.fixture
def sounds(part):
    """Where sounds are read, whatever they come from."""
    return SimpleNamespace(
        from_strip=part("core.blender.sounds.strips").from_strip,
        from_file=part("core.blender.sounds.source").from_file,
        read=part("core.blender.sounds.source").read,
    )


@pytest.fixture
def clicks(tmp_path) -> Path:
    """Four seconds, each with a tone of its own loudness, so that one hears which part was read."""
    time_s = np.arange(4 * 16000) / 16000
    sound = np.sin(2 * np.pi * 200 * time_s) * np.repeat([0.2, 0.4, 0.6, 0.8], 16000)
    path = tmp_path / "four.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes((sound * 32767).astype("<i2").tobytes())
    return path


def add_strip(part, path: Path, frame: int = 10, name: str = "line"):
    scene = bpy.context.scene
    scene.render.fps, scene.render.fps_base = 25, 1.0
    try:
        return part("core.blender.compat").new_sound_strip(scene, name, str(path), 1, frame)
    except RuntimeError as error:
        pytest.skip(f"this build of Blender has no sound: {error}")


def set_handles(strip, first: int, last: int) -> None:
    if "left_handle" in strip.bl_rna.properties:
        strip.left_handle, strip.right_handle = first, last
    else:
        strip.frame_final_start, strip.frame_final_end = first, last


def test_a_whole_strip(scene, sounds, part, clicks):
    add_strip(part, clicks)
    source = sounds.from_strip(bpy.context, "line")
    assert (source.name, source.frame_start, source.start_s) == ("line", 10, 0.0)
    assert source.end_s == pytest.approx(4.0)
    assert sounds.read(source).duration_s == pytest.approx(4.0, abs=0.05)


def test_a_trimmed_strip_gives_what_is_heard_where_it_is_heard(scene, sounds, part, clicks):
    strip = add_strip(part, clicks)
    set_handles(strip, 10 + 25, 10 + 75)  # the second and third second
    source = sounds.from_strip(bpy.context, "line")
    assert (source.frame_start, source.start_s, source.end_s) == (35, pytest.approx(1.0), pytest.approx(3.0))
    clip = sounds.read(source)
    assert clip.duration_s == pytest.approx(2.0, abs=0.01)
    assert np.abs(clip.samples[:15000]).max() == pytest.approx(0.4, abs=0.03)
    assert np.abs(clip.samples[-15000:]).max() == pytest.approx(0.6, abs=0.03)


def test_a_strip_longer_than_its_sound(scene, sounds, part, clicks):
    strip = add_strip(part, clicks, frame=50)
    set_handles(strip, 25, 150)
    source = sounds.from_strip(bpy.context, "line")
    assert source.frame_start == 50 and source.start_s == 0.0


def test_keys_lie_where_the_strip_does(scene, part, clicks, monkeypatch):
    put_stand_in(monkeypatch)
    face = add_face()
    strip = add_strip(part, clicks)
    set_handles(strip, 35, 85)
    scene.audio2rig.audio_source, scene.audio2rig.strip = "STRIP", "line"
    assert bpy.ops.audio2rig.generate() == {"FINISHED"}
    first, last = face.data.shape_keys.animation_data.action.frame_range
    assert first == pytest.approx(35, abs=2) and last == pytest.approx(85, abs=10), "with the ways from and to rest"
    take = face.audio2rig.takes[-1]
    assert take.frame_start == 35 and take.frame_end == pytest.approx(85, abs=1)
    assert face.data.shape_keys.animation_data.action.name.startswith("line")


def test_packed_sounds_are_read_from_the_file(scene, sounds, part, clicks):
    strip = add_strip(part, clicks)
    strip.sound.pack()
    clicks.unlink()
    assert sounds.read(sounds.from_strip(bpy.context, "line")).duration_s == pytest.approx(4.0, abs=0.05)


def test_the_active_or_only_strip_needs_no_name(scene, sounds, part, clicks):
    add_strip(part, clicks)
    assert sounds.from_strip(bpy.context, "").name == "line"
    add_strip(part, clicks, frame=200, name="other")
    bpy.context.scene.sequence_editor.active_strip = None
    with pytest.raises(part("core.errors").UserError, match="several sound strips"):
        sounds.from_strip(bpy.context, "")


def test_what_is_wrong_with_a_strip_is_said(scene, sounds, part, clicks):
    error = part("core.errors").UserError
    with pytest.raises(error, match="no sound strip"):
        sounds.from_strip(bpy.context, "line")
    strip = add_strip(part, clicks)
    with pytest.raises(error, match="line"):
        sounds.from_strip(bpy.context, "wrong")
    strip.mute = True
    with pytest.raises(error, match="muted"):
        sounds.from_strip(bpy.context, "line")


def test_a_path_relative_to_the_file(scene, sounds, part, clicks, tmp_path):
    error = part("core.errors").UserError
    with pytest.raises(error, match="never saved"):
        sounds.from_file("//four.wav", 1)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    assert sounds.read(sounds.from_file("//four.wav", 1)).duration_s == pytest.approx(4.0)


@pytest.mark.parametrize("saved", ["//takes\\anna\\four.wav", "//Takes/Anna/FOUR.wav", "//TAKES\\anna\\Four.WAV"])
def test_a_path_saved_on_windows(scene, sounds, part, clicks, tmp_path, saved):
    folder = tmp_path / "takes" / "anna"
    folder.mkdir(parents=True)
    shutil.move(clicks, folder / "four.wav")
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    assert sounds.from_file(saved, 1).path == folder / "four.wav"
    strip = add_strip(part, folder / "four.wav")
    strip.sound.filepath = saved
    assert sounds.read(sounds.from_strip(bpy.context, "line")).duration_s == pytest.approx(4.0, abs=0.05)


@pytest.mark.skipif(sys.platform == "win32", reason="no such names there")
def test_a_backslash_that_belongs_to_the_name_stays(scene, sounds, clicks, tmp_path):
    odd = clicks.rename(tmp_path / "an\\odd name.wav")
    assert sounds.from_file(str(odd), 1).path == odd


@pytest.mark.parametrize("written", ['"{}"', " {} \n", "'{}'", "{uri}"])
def test_a_path_as_other_programs_copy_it(scene, sounds, clicks, tmp_path, written):
    there = clicks.rename(tmp_path / "a line.wav")
    assert sounds.from_file(written.format(there, uri=there.as_uri()), 1).path == there


def test_what_is_not_there_is_named_as_it_was_saved(scene, sounds, part):
    source = sounds.from_file("C:\\work\\shot 7\\line.wav", 1)
    with pytest.raises(part("core.errors").UserError, match=r"no sound at .*C:\\work\\shot 7\\line\.wav"):
        sounds.read(source)


def tone(level: float) -> np.ndarray:
    return level * np.sin(2 * np.pi * 250 * np.arange(RATE_HZ) / RATE_HZ)


def test_a_film_with_two_sound_tracks(scene, sounds, part, tmp_path):
    pytest.importorskip("aud", reason="this build of Blender has no sound")
    film = write_film(tmp_path / "film.avi", tone(0.6), tone(0.2))
    clip = sounds.read(sounds.from_file(str(film), 1))
    assert np.abs(clip.samples).max() == pytest.approx(0.6, abs=0.02) and "2 sound tracks" in clip.warnings[-1]
    add_strip(part, film)
    assert np.abs(sounds.read(sounds.from_strip(bpy.context, "line")).samples).max() == pytest.approx(0.6, abs=0.02)


def test_a_film_whose_first_sound_track_is_silent(scene, sounds, part, tmp_path):
    pytest.importorskip("aud", reason="this build of Blender has no sound")
    film = write_film(tmp_path / "film.avi", tone(0.0), tone(0.2))
    clip = sounds.read(sounds.from_file(str(film), 1))
    assert np.abs(clip.samples).max() == pytest.approx(0.2, abs=0.02) and "track 2 is used" in clip.warnings[-1]
    add_strip(part, film)
    with pytest.raises(part("core.errors").UserError, match="the sequencer plays no other"):
        sounds.read(sounds.from_strip(bpy.context, "line"))


def test_a_film_without_sound(scene, sounds, part, tmp_path):
    film = write_film(tmp_path / "film.avi")
    with pytest.raises(part("core.errors").UserError, match="film.avi is a video without sound"):
        sounds.read(sounds.from_file(str(film), 1))


def test_a_packed_film(scene, sounds, part, tmp_path):
    pytest.importorskip("aud", reason="this build of Blender has no sound")
    film = write_film(tmp_path / "film.avi", tone(0.6))
    strip = add_strip(part, film)
    strip.sound.pack()
    film.unlink()
    assert sounds.read(sounds.from_strip(bpy.context, "line")).duration_s == pytest.approx(1.0, abs=0.05)


def test_a_packed_sound_in_a_meta_strip_at_another_speed(scene, sounds, part, clicks, tmp_path):
    strip = add_strip(part, clicks)
    strip.sound.pack()
    clicks.unlink()
    set_speed(part, strip, 200.0)
    meta_of(part, strip)
    source = sounds.from_strip(bpy.context, "line")
    assert sounds.read(source).duration_s == pytest.approx(2.0, abs=0.06)  # 4.5 mixes a frame more
    assert source.path == clicks


def test_blenders_own_decoder_reads_m4a(scene, sounds, part, clicks, tmp_path):
    pytest.importorskip("aud", reason="this build of Blender has no sound")
    if shutil.which("ffmpeg") is None:
        pytest.skip("needs ffmpeg to make an m4a")
    path = tmp_path / "four.m4a"
    subprocess.run(["ffmpeg", "-v", "error", "-i", str(clicks), str(path)], check=True)
    clip = sounds.read(sounds.from_file(str(path), 1))
    assert clip.duration_s == pytest.approx(4.0, abs=0.2)
    assert np.abs(clip.samples).max() == pytest.approx(0.8, abs=0.1)


def test_without_that_decoder_it_says_so(scene, sounds, part, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "aud", None)
    path = tmp_path / "x.m4a"
    path.write_bytes(b"\0\0\0\x20ftypM4A " + b"\0" * 200)
    with pytest.raises(part("core.errors").UserError, match="decoder that is not here"):
        sounds.read(sounds.from_file(str(path), 1))


def test_a_sound_can_be_added_to_the_timeline(scene, part, tmp_path, monkeypatch):
    put_stand_in(monkeypatch)
    add_face()
    sound = write_wav(tmp_path / "line.wav")
    scene.audio2rig.use_sound_strip = True
    scene.audio2rig.frame_start = 7
    bpy.ops.audio2rig.generate(filepath=str(sound))
    if "could not be added" in scene.audio2rig.last_report:
        pytest.skip("this build of Blender has no sound")
    compat = part("core.blender.compat")
    strips = [strip for strip in compat.strips(scene) if strip.type == "SOUND"]
    assert len(strips) == 1 and compat.strip_frames(strips[0])[0] == 7
    bpy.ops.audio2rig.generate(filepath=str(sound))
    assert len(compat.strips(scene)) == 1
