# SPDX-License-Identifier: GPL-3.0-or-later
"""A performer's file in Blender: it reaches the generation, and what is wrong with it or with a folder is said."""

from __future__ import annotations

from types import SimpleNamespace

import bpy
import numpy as np
import pytest

from tests.blender.building import add_character, generate, put_dance_stand_in, put_stand_in, write_wav


@pytest.fixture
def speech(monkeypatch, extension):
    return put_stand_in(monkeypatch)


def save_performer(path):
    pytest.importorskip("safetensors")
    from core.performance.performer.performer import Habit, Performer, save

    habits = {"browInnerUp": Habit(1.0, 0.3)}
    save(Performer("Anna", 2.0, (), np.zeros(1), np.ones(1), np.zeros((1, 0)), np.zeros(0), habits), path)
    return path


def test_the_file_reaches_the_generation(scene, speech, tmp_path):
    rig, _ = add_character()
    sound = str(write_wav(tmp_path / "line.wav", 2.0))
    scene.audio2rig.performer = str(save_performer(tmp_path / "anna.safetensors"))
    generate(rig, sound)
    assert speech.controls[-1].performer.name == "Anna"
    scene.audio2rig.performer = ""
    generate(rig, sound)
    assert speech.controls[-1].performer is None


def test_a_file_that_is_gone_is_said_before_anything_changes(scene, speech, tmp_path):
    rig, _ = add_character()
    scene.audio2rig.character = rig
    sound = str(write_wav(tmp_path / "line.wav", 2.0))
    scene.audio2rig.performer = str(tmp_path / "nobody.safetensors")
    with pytest.raises(RuntimeError, match="no performer's file at .*nobody.safetensors"):
        bpy.ops.audio2rig.generate(filepath=sound)
    assert rig.animation_data is None or rig.animation_data.action is None


def test_the_scene_in_which_it_was_asked_for_gets_the_file(scene, part, tmp_path):
    pytest.importorskip("torch")
    operator = part("operators.performer").AUDIO2RIG_OT_adapt_to_performer
    asked = SimpleNamespace(directory=str(tmp_path), performer="", report=lambda *_said: None)
    gathered = operator.gather(asked, bpy.context)
    other = bpy.data.scenes.new("Other")
    path = tmp_path / "anna.safetensors"
    worked = SimpleNamespace(path=path, said=(), headline="learned")
    with bpy.context.temp_override(scene=other):
        assert operator.write(asked, gathered, worked) == "learned"
    assert (scene.audio2rig.performer, other.audio2rig.performer) == (str(path), "")


def test_a_dance_says_that_it_does_not_change(scene, monkeypatch, tmp_path):
    put_dance_stand_in(monkeypatch)
    rig, _ = add_character()
    scene.audio2rig.performer = str(save_performer(tmp_path / "anna.safetensors"))
    report = generate(rig, str(write_wav(tmp_path / "song.wav", 2.0)))
    assert "the character dances" in report and "The performer's file changes nothing here" in report


def test_the_status_bar_says_what_is_done(extension, part):
    doing = part("operators.performer").AUDIO2RIG_OT_adapt_to_performer.doing
    assert doing(None, "anna") == "Learning from anna"


@pytest.mark.parametrize("name", ["../anna", "a/b", "C:x", "a\nb"])
def test_a_name_that_no_file_can_have_is_refused(scene, part, tmp_path, name):
    pytest.importorskip("torch")
    with pytest.raises(RuntimeError, match="cannot be a performer's name"):
        bpy.ops.audio2rig.adapt_to_performer(directory=str(tmp_path), performer=name)


def test_a_folder_without_recordings_is_said(scene, extension, tmp_path):
    pytest.importorskip("torch")
    write_wav(tmp_path / "alone.wav", 2.0)
    with pytest.raises(RuntimeError, match="no sound with its captured face"):
        bpy.ops.audio2rig.adapt_to_performer(directory=str(tmp_path))
    assert scene.audio2rig.performer == ""
