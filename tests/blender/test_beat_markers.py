# SPDX-License-Identifier: GPL-3.0-or-later
"""Beats as markers on the timeline: only ours come and go, and with the rest of what a generation does."""

from __future__ import annotations

import bpy
import pytest

from .building import add_face, generate, hear, put_dance_stand_in, write_wav


@pytest.fixture
def dance(scene, monkeypatch, extension):
    stand_in = put_dance_stand_in(monkeypatch)
    add_face()
    scene.render.fps = 24
    scene.audio2rig.beat_markers = True
    return stand_in


@pytest.fixture
def sound(tmp_path) -> str:
    return str(write_wav(tmp_path / "song.wav", 3.0))


def face():
    return bpy.data.objects["Face"]


def markers() -> list[tuple[int, str]]:
    return sorted((marker.frame, marker.name) for marker in bpy.context.scene.timeline_markers)


SIX = [(1, "1"), (13, "·"), (25, "·"), (37, "·"), (49, "1"), (61, "·")]


def test_they_are_put_replaced_and_taken_away(scene, dance, sound):
    own = [(5, "Enter"), (13, "Chorus"), (500, "1")]
    for frame, name in own:
        scene.timeline_markers.new(name, frame=frame)
    scene.timeline_markers[0].select = True
    report = generate(face(), sound)
    assert "the character dances" in report and "5 beats marked on the timeline, 2 bars." in report
    expected = sorted(
        [*own, *(beat for beat in SIX if beat[0] != 13)]
    )  # a frame with a person's own marker keeps that alone
    assert markers() == expected
    assert [
        marker.name for marker in scene.timeline_markers if marker.select and marker.name not in dict(own).values()
    ] == []
    dance.beat_s = 1.0
    generate(face(), sound, seed=2)
    assert markers() == sorted([*own, (1, "1"), (25, "·"), (49, "·")])
    generate(face(), sound, frame_start=11)  # a sound that moved takes them along
    assert markers() == sorted([*own, (11, "1"), (35, "·"), (59, "·")])
    scene.audio2rig.beat_markers = False
    assert markers() == sorted(own)
    report = generate(face(), sound)
    assert markers() == sorted(own) and "timeline" not in report


def test_what_is_remembered_names_no_folder_and_may_be_damaged(scene, dance, sound):
    scene.audio2rig.beats_marked = f'{{"{sound}|": [[1, "1"], [5, 7], "x"], "other": 3}}'  # as it once was kept
    scene.timeline_markers.new("1", frame=1)
    generate(face(), sound)
    assert markers() == SIX and "/" not in scene.audio2rig.beats_marked
    for text in ("[", "[1]", "null", "[" * 9000):
        scene.audio2rig.beats_marked = text
        generate(face(), sound)
        assert markers() == SIX  # where others are already, none is put


def test_what_a_person_makes_of_them_is_the_persons(scene, dance, sound):
    generate(face(), sound)
    first, second, third = (marker for marker in scene.timeline_markers if marker.frame < 30)
    first.name, second.camera = "Start", bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    scene.timeline_markers.remove(third)
    generate(face(), sound, beat_markers=False)
    assert markers() == [(1, "Start"), (13, "·")]


def test_they_are_found_where_all_of_them_were_moved(scene, dance, sound):
    generate(face(), sound)
    for marker in scene.timeline_markers:
        marker.frame += 10
    generate(face(), sound)
    assert markers() == SIX


def test_a_range_leaves_those_beside_it(scene, dance, sound):
    generate(face(), sound)
    dance.beat_s = 0.25
    generate(face(), sound, frame_start=20, frame_end=40)
    assert markers() == [*SIX[:2], (25, "1"), (31, "·"), *SIX[3:]]


def test_other_music_leaves_them_where_it_does_not_play(scene, dance, sound, tmp_path):
    generate(face(), sound)
    generate(face(), str(write_wav(tmp_path / "other.wav", 1.0)), frame_start=100)
    assert markers() == [*SIX, (100, "1"), (112, "·")]
    generate(face(), str(tmp_path / "other.wav"), frame_start=31)  # over the end of the first
    assert markers() == [*SIX[:3], (31, "1"), (43, "·"), (61, "·")]


def test_speech_takes_them_away(scene, dance, sound, monkeypatch):
    generate(face(), sound)
    hear(monkeypatch, "SPEECH")
    report = generate(face(), sound)
    assert markers() == [] and "heard a voice" in report


def test_one_undo_takes_them_back(scene, dance, sound):
    scene.audio2rig.character = face()
    scene.timeline_markers.new("Enter", frame=5)
    bpy.ops.ed.undo_push(message="ready")
    assert bpy.ops.audio2rig.generate("EXEC_DEFAULT", True, filepath=sound) == {"FINISHED"}
    assert markers() == sorted([*SIX, (5, "Enter")])
    bpy.ops.ed.undo()
    assert markers() == [(5, "Enter")]


def test_a_failure_while_writing_leaves_them(scene, dance, sound, part, monkeypatch):
    generate(face(), sound)
    dance.beat_s = 1.0

    def fail(*_arguments):
        raise OSError("no more")

    monkeypatch.setattr(part("core.blender.sounds.outside"), "notes", fail)  # behind the markers
    with pytest.raises(RuntimeError, match="no more"):
        bpy.ops.audio2rig.generate(filepath=sound)
    assert markers() == SIX
    monkeypatch.undo()
    scene.audio2rig.beat_markers = False
    assert markers() == []


def test_stretched_time(scene, dance, sound):
    scene.render.frame_map_old, scene.render.frame_map_new = 100, 200  # keys lie half as far apart as frames
    generate(face(), sound)
    assert markers() == SIX
