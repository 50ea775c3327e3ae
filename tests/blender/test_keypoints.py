# SPDX-License-Identifier: GPL-3.0-or-later
"""Keypoints of a video reach the generation from the panel and the command line; what is wrong with them is said first."""

from __future__ import annotations

import bpy
import pytest

from tests.blender.building import add_character, add_person, generate, put_stand_in, write_wav

pytest.importorskip("scipy")
from tests.core.performance.keypoints.making import video


@pytest.fixture
def speech(monkeypatch, extension, needs_torch):
    return put_stand_in(monkeypatch)


def test_the_face_is_given_to_the_controls_that_nothing_else_was_chosen_for(scene, speech, tmp_path):
    rig, _ = add_character()
    sound = str(write_wav(tmp_path / "line.wav", 4.0))
    scene.audio2rig.keypoints = str(video(tmp_path / "seen.json"))
    scene.audio2rig.head_source = "PRESET"
    report = generate(rig, sound)
    donors = speech.controls[-1].donors
    assert set(donors) == {"EXPRESSION", "EYES"} and "“seen.json”" in donors["EYES"].called
    assert "100 frames, 4.0 s" in report
    scene.audio2rig.keypoints_drive = {"LIPS"}
    generate(rig, sound)
    assert set(speech.controls[-1].donors) == {"LIPS"}


def test_the_body_gets_poses(scene, speech, tmp_path, monkeypatch):
    asked, perform = [], speech.perform
    monkeypatch.setattr(
        speech, "perform", lambda *given, **more: asked.append(more["prompts"]) or perform(*given, **more)
    )
    rig = add_person()
    report = generate(rig, str(write_wav(tmp_path / "line.wav", 4.0)), keypoints=str(video(tmp_path / "seen.json")))
    assert "poses of the left arm" in report
    assert {"left_shoulder", "left_elbow", "right_elbow"} <= asked[-1].joints.keys()


def test_keypoints_that_are_gone_are_said_before_anything_changes(scene, speech, tmp_path):
    rig, _ = add_character()
    scene.audio2rig.character = rig
    scene.audio2rig.keypoints = str(tmp_path / "gone.json")
    with pytest.raises(RuntimeError, match="no file of keypoints at .*gone.json"):
        bpy.ops.audio2rig.generate(filepath=str(write_wav(tmp_path / "line.wav", 2.0)))
    assert rig.animation_data is None or rig.animation_data.action is None
