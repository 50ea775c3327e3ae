# SPDX-License-Identifier: GPL-3.0-or-later
"""A saved file names its sounds from its own folder, not from the root of somebody's computer, and finds them after moving."""

from __future__ import annotations

import os
import shutil

import bpy
import pytest

from tests.blender.building import add_character, put_stand_in, write_wav
from tests.blender.sequencing import has_sound


@pytest.fixture
def spoken(scene, monkeypatch, tmp_path):
    put_stand_in(monkeypatch)
    home = tmp_path / "home of Anna Smith" / "project"
    (home / "sounds").mkdir(parents=True)
    rig, _ = add_character()
    scene.audio2rig.character = rig
    scene.audio2rig.audio_path = str(write_wav(home / "sounds" / "line.wav"))
    return home


def speak():
    assert bpy.ops.audio2rig.generate() == {"FINISHED"}
    return bpy.data.objects["Rig"].audio2rig.takes[-1].lines[-1]


def save(path, **options):
    # uncompressed, so that its texts can be looked for
    assert bpy.ops.wm.save_as_mainfile(filepath=str(path), compress=False, **options) == {"FINISHED"}


def names_somebody(path) -> bool:
    """Whether a person's name is in it, beside where the file itself lies, which Blender always writes."""
    return path.read_bytes().replace(os.fsencode(path), b"").count(b"Anna Smith") > 0


@pytest.mark.parametrize("saved_before", [False, True])
def test_what_is_saved_does_not_say_where(saved_before, spoken):
    path = spoken / "shot.blend"
    if saved_before:
        save(path)
    line = speak()
    whole = line.sound
    assert os.path.isabs(whole)
    save(path)
    assert line.sound == whole  # in the open file it stays whole, to be compared
    assert bpy.context.scene.audio2rig.audio_path == "//sounds/line.wav"
    assert not saved_before or not names_somebody(
        path
    )  # else Blender's own sound has the rest of its first path behind the new one
    kept = [sound.filepath.replace("\\", "/") for sound in bpy.data.sounds]
    assert kept == ["//sounds/line.wav"] * has_sound()


def test_a_moved_folder_finds_its_sounds(spoken):
    speak()
    save(spoken / "shot.blend")
    there = spoken.parent / "elsewhere"
    shutil.move(spoken, there)
    bpy.ops.wm.open_mainfile(filepath=str(there / "shot.blend"))
    line = bpy.data.objects["Rig"].audio2rig.takes[-1].lines[-1]
    assert line.sound == str(there / "sounds" / "line.wav")
    speak()
    assert len(bpy.data.sounds) == has_sound()  # the strip is the one that was there


def test_saving_into_another_folder_or_a_copy_keeps_what_is_meant(spoken, tmp_path):
    line = speak()
    settings = bpy.context.scene.audio2rig
    save(spoken / "shot.blend")
    save(tmp_path / "copy.blend", copy=True)
    assert settings.audio_path == "//sounds/line.wav" and line.sound.startswith(str(spoken))
    (tmp_path / "other").mkdir()
    save(tmp_path / "other" / "shot.blend")
    found = os.path.normpath(bpy.path.abspath(settings.audio_path))
    assert found == str(spoken / "sounds" / "line.wav")
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "copy.blend"))
    settings = bpy.context.scene.audio2rig
    assert os.path.normpath(bpy.path.abspath(settings.audio_path)) == str(spoken / "sounds" / "line.wav")
    assert bpy.data.objects["Rig"].audio2rig.takes[-1].lines[-1].sound == str(spoken / "sounds" / "line.wav")


def test_a_wish_for_whole_paths_is_kept(spoken, monkeypatch):
    monkeypatch.setattr(bpy.context.preferences.filepaths, "use_relative_paths", False)
    speak()
    save(spoken / "shot.blend")
    assert os.path.isabs(bpy.context.scene.audio2rig.audio_path)


def test_what_is_remembered_for_overrides_moves_along_too(spoken):
    kept = bpy.context.scene.audio2rig.overridden.add()
    kept.takes.add().lines.add().sound = str(spoken / "sounds" / "line.wav")
    save(spoken / "shot.blend")
    assert kept.takes[0].lines[0].sound == str(spoken / "sounds" / "line.wav")
    there = spoken.parent / "elsewhere"
    shutil.move(spoken, there)
    bpy.ops.wm.open_mainfile(filepath=str(there / "shot.blend"))
    assert bpy.context.scene.audio2rig.overridden[0].takes[0].lines[0].sound == str(there / "sounds" / "line.wav")
