# SPDX-License-Identifier: GPL-3.0-or-later
"""Phrases of a dance that the animator kept: read from the rig, danced again in another dance, said, removed."""

from __future__ import annotations

from types import SimpleNamespace
from unittest.mock import MagicMock, call

import bpy
import numpy as np
import pytest

from core.development.demo.music import piece
from core.motion.rotations import angle_between_deg

from .building import add_person, generate, hear, put_stand_in, select, write_wav

ARM = "mixamorig:LeftArm"


@pytest.fixture
def person(scene, extension):
    scene.render.fps = 24
    rig = add_person()
    select(rig)
    return rig


def swing(rig, frames: range, axis: int = 1) -> None:
    """An arm that is keyed up and down, a turn every half second."""
    bone = rig.pose.bones[ARM]
    bone.rotation_mode = "QUATERNION"
    for frame in frames:
        half = 0.35 * np.sin(2.0 * np.pi * (frame - frames[0]) / 12.0)
        turn = [np.cos(half), 0.0, 0.0, 0.0]
        turn[axis] = np.sin(half)
        bone.rotation_quaternion = turn
        bone.keyframe_insert("rotation_quaternion", frame=frame)


def forget_keys(rig) -> None:
    rig.animation_data_clear()
    bpy.context.view_layer.update()


def arm_at(scene, rig, frames) -> np.ndarray:
    """(F, 4): how the arm is turned, whichever sign."""
    found = []
    for frame in frames:
        scene.frame_set(frame)
        found.append(tuple(rig.pose.bones[ARM].matrix_basis.to_quaternion()))
    return np.array(found)


def test_a_kept_phrase_is_danced_where_it_was_and_again_at_a_frame(
    scene, person, needs_torch, part, monkeypatch, tmp_path
):
    part("core.performance.dance.pipeline")  # which keeps the real hearing
    hear(monkeypatch, "MUSIC")
    sound = str(piece(4).write(tmp_path / "song.wav"))
    swing(person, range(30, 100))
    scene.frame_set(7)
    given = {"first": 48, "last": 84, "at_a_frame": True, "again": 125}
    assert bpy.ops.audio2rig.repeat_phrase(**given) == {"FINISHED"}
    assert scene.frame_current == 7
    assert [(row.name, row.first, row.last, row.again) for row in person.audio2rig.kept_phrases] == [
        ("Phrase 1", 48, 84, 125)
    ]
    kept = arm_at(scene, person, range(48, 85))
    forget_keys(person)
    report = generate(person, sound, mode="DANCE", parts={"BODY"}, seed=3)
    assert "“Phrase 1” is danced again at 5." in report
    assert angle_between_deg(arm_at(scene, person, range(48, 85)), kept).max() < 3.0
    places = [
        angle_between_deg(arm_at(scene, person, range(first, first + 37)), kept).max() for first in range(117, 134)
    ]
    assert min(places) < 6.0  # between two frames, on a beat
    assert angle_between_deg(arm_at(scene, person, range(5, 42)), kept).max() > 10.0


def test_a_voice_leaves_it_out_and_says_so_and_it_can_be_removed(scene, person, monkeypatch, tmp_path):
    put_stand_in(monkeypatch)
    swing(person, range(1, 60))
    scene.use_preview_range = True
    scene.frame_preview_start, scene.frame_preview_end = 10, 40
    assert bpy.ops.audio2rig.repeat_phrase() == {"FINISHED"}
    assert not person.audio2rig.kept_phrases[0].at_a_frame
    report = generate(person, str(write_wav(tmp_path / "line.wav")), mode="SPEECH")
    assert "1 kept phrase left out" in report
    person.audio2rig.kept_phrases[0].motion = "{}"
    report = generate(person, str(tmp_path / "line.wav"), mode="SPEECH")
    assert "Left out: The kept phrase “Phrase 1”" in report
    assert bpy.ops.audio2rig.remove_phrase() == {"FINISHED"}
    assert not len(person.audio2rig.kept_phrases)
    with pytest.raises(RuntimeError, match="No phrase is selected"):
        bpy.ops.audio2rig.remove_phrase()


def test_without_a_body_nobody_dances_a_phrase_and_it_is_said(part):
    only_in_dances = part("core.blender.left_out").only_in_dances
    assert "Body is off" in only_in_dances((object(),), "DANCE", frozenset({"LIPS", "HEAD"}))[0]
    assert only_in_dances((object(),), "DANCE", frozenset({"BODY"})) == [] == only_in_dances((), "SPEECH", frozenset())


@pytest.mark.parametrize(
    "given, said",
    [
        ({}, "preview range"),
        ({"first": 1, "last": 3}, "0.1 s long"),
        ({"first": 70, "last": 120}, "does not move in these frames"),
        ({"first": 9}, "make no range"),
    ],
)
def test_what_is_no_phrase_is_said_and_nothing_is_kept(scene, person, given, said):
    scene.use_preview_range = False
    swing(person, range(1, 50))
    with pytest.raises(RuntimeError, match=said):
        bpy.ops.audio2rig.repeat_phrase(**given)
    assert not len(person.audio2rig.kept_phrases)


@pytest.mark.parametrize("name, icon", [("kept_phrases", "FILE_REFRESH"), ("pins", "ERROR")])
def test_rows_of_phrases_and_pins_have_name_frames_and_a_switch(part, name, icon):
    layout = MagicMock()
    row = layout.row.return_value
    item = SimpleNamespace(is_on=False, first=12, last=40, target_name="A cup that is gone", target=None)
    getattr(part(f"panels.{name}"), f"AUDIO2RIG_UL_{name}").draw_item(None, None, layout, None, item, 0, None, "", 0)
    right = row.row.return_value
    assert row.active is False and right.alignment == "RIGHT"
    assert row.prop.mock_calls == [call(item, "name", text="", emboss=False, icon=icon)]
    assert right.mock_calls == [call.label(text="12 – 40"), call.prop(item, "is_on", text="")]
