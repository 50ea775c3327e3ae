# SPDX-License-Identifier: GPL-3.0-or-later
"""Listening to the chosen sound: the part that a generation would hear, once at a time, silent again whenever asked."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import bpy
import pytest

from tests.blender.building import write_wav


class Handle:
    status = True

    def stop(self):
        self.status = False


@pytest.fixture
def played(part, monkeypatch):
    """What was played: (file, start, end, handle); nothing is heard."""
    sounds: list = []

    class Sound:
        def __init__(self, path):
            self.path, self.span = Path(path), (0.0, None)

        def limit(self, start, end):
            self.span = start, end
            return self

    def play(sound):
        sounds.append((sound.path, *sound.span, Handle()))
        return sounds[-1][-1]

    aud = SimpleNamespace(Sound=Sound, Device=lambda: SimpleNamespace(play=play), error=RuntimeError)
    monkeypatch.setattr(part("core.blender.sounds.host_decoder"), "audaspace", lambda: aud)
    yield sounds
    part("core.blender.sounds.listening").stop()


def test_a_click_plays_and_another_stops(scene, part, played, tmp_path):
    sound = write_wav(tmp_path / "line.wav")
    scene.audio2rig.audio_path = str(sound)
    assert bpy.ops.audio2rig.play_sound() == {"FINISHED"}
    ((path, start, end, handle),) = played
    assert (path, start, end, handle.status) == (sound, 0.0, None, True)
    assert part("core.blender.sounds.listening").is_playing()
    assert bpy.ops.audio2rig.play_sound() == {"FINISHED"}
    assert not handle.status and len(played) == 1 and not part("core.blender.sounds.listening").is_playing()
    bpy.ops.audio2rig.play_sound()
    assert len(played) == 2


def test_of_a_strip_only_what_is_heard(scene, part, played, tmp_path):
    pytest.importorskip("aud", reason="this build of Blender has no sound")
    compat = part("core.blender.compat")
    strip = compat.new_sound_strip(scene, "line", str(write_wav(tmp_path / "line.wav", 2.0)), 1, 1)
    strip.frame_final_start, strip.frame_final_end = 13, 37
    scene.audio2rig.audio_source, scene.audio2rig.strip = "STRIP", "line"
    assert bpy.ops.audio2rig.play_sound() == {"FINISHED"}
    assert played[0][1:3] == (pytest.approx(0.5), pytest.approx(1.5))


def test_another_file_and_a_disabled_extension_are_silent(scene, part, played, tmp_path):
    scene.audio2rig.audio_path = str(write_wav(tmp_path / "line.wav"))
    bpy.ops.audio2rig.play_sound()
    bpy.ops.wm.read_homefile(use_empty=True)
    assert not played[0][-1].status


@pytest.mark.parametrize("path, said", [("", "No sound is chosen"), ("/nowhere/gone.wav", "is not there")])
def test_what_cannot_be_played_says_why(scene, played, path, said):
    scene.audio2rig.audio_path = path
    with pytest.raises(RuntimeError, match=said):
        bpy.ops.audio2rig.play_sound()
    assert not played


def test_a_blender_without_sound_says_so(scene, part, monkeypatch, tmp_path):
    monkeypatch.setattr(part("core.blender.sounds.host_decoder"), "audaspace", lambda: None)
    scene.audio2rig.audio_path = str(write_wav(tmp_path / "line.wav"))
    with pytest.raises(RuntimeError, match="built without sound"):
        bpy.ops.audio2rig.play_sound()


def test_choosing_a_sound_makes_it_the_source(scene, tmp_path):
    (tmp_path / "sounds").mkdir()
    sound = write_wav(tmp_path / "sounds" / "line.wav")
    scene.audio2rig.audio_source = "STRIP"
    assert bpy.ops.audio2rig.choose_sound(filepath=str(sound)) == {"FINISHED"}
    assert (scene.audio2rig.audio_source, scene.audio2rig.audio_path) == ("FILE", str(sound))
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "shot.blend"))
    assert bpy.ops.audio2rig.choose_sound(filepath=str(sound)) == {"FINISHED"}
    assert scene.audio2rig.audio_path.replace("\\", "/") == "//sounds/line.wav"
    properties = bpy.ops.audio2rig.choose_sound.get_rna_type().properties
    assert {"filter_sound", "filter_movie", "filter_folder"} <= set(properties.keys())
