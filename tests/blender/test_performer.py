# SPDX-License-Identifier: GPL-3.0-or-later
"""A performer's file in Blender: it reaches the generation, and what is wrong with it or with a folder is said."""

from __future__ import annotations

import argparse
from types import SimpleNamespace

import bpy
import numpy as np
import pytest

from tests.blender.building import (
    add_character,
    add_speaking_person,
    generate,
    put_dance_stand_in,
    put_stand_in,
    write_wav,
)


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


def resting_hands_m(rig) -> np.ndarray:
    """(2, 3): where the hands mostly are, from the chest, in the scene."""
    found = []
    for frame in range(5, 200, 5):
        bpy.context.scene.frame_set(frame)
        evaluated = rig.evaluated_get(bpy.context.evaluated_depsgraph_get())
        chest, left, right = (
            np.array(evaluated.matrix_world @ evaluated.pose.bones[f"mixamorig:{name}"].head)
            for name in ("Spine2", "LeftHand", "RightHand")
        )
        found.append([left - chest, right - chest])
    return np.median(found, axis=0)


def test_a_body_is_learned_from_a_folder_and_moves_the_arms(scene, part, needs_torch, tmp_path):
    """As a user would: a folder of sound and BVH, the button, and the next generation rests its hands on the belly."""
    from tests.core.performance.performer.making import write_take

    folder = tmp_path / "berta"
    folder.mkdir()
    write_take(folder, seconds=24.0)
    sound = str(folder / "take1.wav")
    rig = add_speaking_person()
    scene.audio2rig.seed = 3  # with which hands hang at the sides
    said = generate(rig, sound, parts={"BODY", "HANDS"})
    assert "berta" not in said
    hanging = resting_hands_m(rig)
    assert bpy.ops.audio2rig.adapt_to_performer(directory=str(folder)) == {"FINISHED"}
    assert scene.audio2rig.performer.endswith("berta.safetensors")
    said = generate(rig, sound, parts={"BODY", "HANDS"})
    assert "The body moves as berta's, learned from 0.4 minutes." in said
    folded = resting_hands_m(rig)
    assert (folded[:, 2] > hanging[:, 2] + 0.06).all()  # higher
    assert (folded[:, 1] < -0.1).all()  # and before the body: it looks along -Y
    assert np.ptp(folded[:, 0]) < 0.7 * np.ptp(hanging[:, 0])  # and nearer to one another


def test_a_body_is_learned_on_the_command_line(part, needs_torch, tmp_path):
    from tests.core.performance.performer.making import write_take

    write_take(tmp_path, seconds=24.0)
    (tmp_path / "take2.bvh").write_text("HIERARCHY")
    command = part("core.blender.command_line.adapt_command")
    parser = argparse.ArgumentParser()
    command.add_to(parser.add_subparsers())
    said = command.run(parser.parse_args(["adapt", str(tmp_path), "--name", "berta"]))
    assert "berta: learned body from 0.4 minutes" in said and "the left hand leads" in said
    assert "for want of a sound of the same name: take2.bvh" in said and (tmp_path / "berta.safetensors").is_file()
