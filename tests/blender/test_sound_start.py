# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a line begins: the shot's first frame, a frame that a person chose, where the sequencer plays the file; in a stretched time,
and in the sequencer of another scene."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from tests.blender.building import add_face, curves_of, put_stand_in, write_wav
from tests.blender.sequencing import add_strip, rate, set_speed, trim

JAW = ('key_blocks["jawOpen"].value', 0)


@pytest.fixture
def face(scene, monkeypatch, extension, tmp_path):
    put_stand_in(monkeypatch)
    scene.render.fps = 25
    scene.frame_start, scene.frame_end = 1, 400
    scene.audio2rig.audio_path = str(write_wav(tmp_path / "line.wav"))
    return add_face()


def generate(**more) -> str:
    assert bpy.ops.audio2rig.generate(**more) == {"FINISHED"}
    return bpy.context.scene.audio2rig.last_report


def start(face) -> float:
    """The first frame of the line that was generated last."""
    return face.audio2rig.takes[-1].frame_start


def test_untouched_it_is_the_shots_first_frame(scene, face):
    scene.frame_start, scene.frame_end = 86, 300
    assert scene.audio2rig.frame_start == 86
    generate()
    assert start(face) == 86 and "shot" not in scene.audio2rig.last_report


def test_chosen_it_stays_and_the_report_says_that_it_lies_outside(scene, face):
    scene.audio2rig.frame_start = 7
    scene.frame_start, scene.frame_end = 1001, 1240
    assert scene.audio2rig.frame_start == 7
    assert "outside of the shot: it has frames 7 to 32, the scene 1001 to 1240" in generate()
    assert start(face) == 7
    generate(frame_start=990)
    assert "begins at frame 990, before the scene does (1001)" in scene.audio2rig.last_report


def test_a_preview_range_that_hides_a_part_is_named(scene, face):
    scene.use_preview_range = True
    scene.frame_preview_start, scene.frame_preview_end = 10, 15
    assert "only frames 10 to 15 play, and the take has frames 1 to" in generate()
    scene.frame_preview_start, scene.frame_preview_end = 1, 100
    assert "preview range" not in generate()


def test_a_shot_that_moved_takes_the_line_along(scene, face):
    generate()
    scene.frame_start, scene.frame_end = 1001, 1240
    generate()
    assert start(face) == 1001


def test_a_shorter_range_for_a_test_render_does_not(scene, face):
    generate()
    scene.frame_start, scene.frame_end = 12, 20
    generate()
    assert start(face) == 1


def test_a_range_is_generated_where_its_line_is(scene, face):
    scene.frame_start, scene.frame_end = 101, 200
    generate()
    before = np.array([curves_of(face.data.shape_keys)[JAW].evaluate(frame) for frame in range(101, 126)])
    scene.frame_start = 110
    generate(frame_start=108, frame_end=116)
    after = np.array([curves_of(face.data.shape_keys)[JAW].evaluate(frame) for frame in range(101, 126)])
    assert np.abs(after - before).max() < 0.02, "the jaw follows the same sound at the same place"


def test_it_follows_the_file_in_the_sequencer(scene, part, face, tmp_path):
    strip = add_strip(part, tmp_path / "line.wav", 57)
    trim(strip, 61)
    assert "begins at frame 57, where the sequencer plays it" in generate()
    assert start(face) == 57
    scene.audio2rig.frame_start = 20
    assert "from frame 57, not from 20" in generate()
    assert start(face) == 20


@pytest.mark.parametrize("what", ["muted", "retimed", "twice"])
def test_but_not_what_is_not_heard_as_it_is(scene, part, face, tmp_path, what):
    strip = add_strip(part, tmp_path / "line.wav", 57)
    if what == "muted":
        strip.mute = True
    elif what == "retimed":
        set_speed(part, strip, 150.0)
    else:
        add_strip(part, tmp_path / "line.wav", 200, "again")
    generate()
    assert start(face) == 1


# --------------------------------------------------------------------------------------------------------- stretched time


@pytest.mark.parametrize(("old", "new"), [(100, 200), (100, 50), (100, 125)])
def test_keys_meet_the_sound_in_a_stretched_time(scene, face, old, new):
    scene.audio2rig.frame_start = 41
    scene.render.frame_map_old, scene.render.frame_map_new = old, new
    report = generate(seed=1)
    assert "time is stretched" in report
    key = face.data.shape_keys.key_blocks["jawOpen"]

    def shown(seconds: float) -> float:
        frame = 41 + seconds * rate(scene)
        scene.frame_set(int(frame), subframe=frame % 1)
        return key.value

    swelling = min(shown(0.125), shown(0.375), shown(0.625))
    assert swelling > 0.25, "the sound swells around these"
    assert max(shown(0.25), shown(0.5), shown(0.75)) < 0.5 * swelling, "and is gone at these"


def test_a_range_of_a_stretched_time_is_one_of_the_timeline(scene, face):
    scene.render.frame_map_old, scene.render.frame_map_new = 100, 200
    generate(seed=1)
    path = ('key_blocks["eyeBlinkLeft"].value', 0)
    before = [curves_of(face.data.shape_keys)[path].evaluate(0.5 * frame) for frame in range(1, 28)]
    generate(seed=9, frame_start=12, frame_end=20)
    after = [curves_of(face.data.shape_keys)[path].evaluate(0.5 * frame) for frame in range(1, 28)]
    changed = np.flatnonzero(np.abs(np.subtract(after, before)) > 0.02) + 1
    assert len(changed) and 11 <= changed.min() and changed.max() <= 21


def test_the_report_speaks_of_the_timelines_frames(scene, face):
    scene.render.frame_map_old, scene.render.frame_map_new = 100, 200
    scene.frame_end, scene.audio2rig.extend_scene = 20, False
    assert "ends at frame 26, the scene at 20" in generate()
    scene.audio2rig.extend_scene = True
    assert "The scene ends at frame 26 now" in generate()


# ----------------------------------------------------------------------------------------------- another scene's sequencer


@pytest.fixture
def edit(part, face, tmp_path):
    """A scene with the sound in its sequencer at frame 40, shown beside the shot."""
    workspace = bpy.context.workspace
    if workspace is None or not hasattr(workspace, "sequencer_scene"):
        pytest.skip("before 5.0 the sequencer is the scene's own")
    shot = bpy.context.scene
    shot.audio2rig.audio_source = "STRIP"
    edit = bpy.data.scenes.new("Edit")
    edit.render.fps = 25
    edit.sequence_editor_create().strips.new_sound("line", str(tmp_path / "line.wav"), 1, 40)
    workspace.sequencer_scene = edit
    yield edit
    workspace.sequencer_scene = None


def test_a_shot_in_the_edit_hears_it_at_its_own_frames(scene, edit, face, part):
    scene.frame_start, scene.frame_end = 1001, 1100
    shot = edit.sequence_editor.strips.new_scene("shot", scene, 3, 25)
    assert "assumed" not in generate()
    assert start(face) == 1001 + 40 - 25
    part("core.blender.compat").move_strip(shot, -5)
    trim(shot, 30)
    generate()
    assert start(face) == 1001 + 40 - 20


def test_without_the_shot_in_the_edit_it_is_said_what_was_assumed(scene, edit, face):
    scene.frame_start, scene.frame_end = 1001, 1100
    edit.frame_start = 10
    report = generate()
    assert start(face) == 1001 + 40 - 10
    assert "assumed that both begin together, at frames 10 and 1001" in report


def test_two_rates_are_said(scene, edit, face):
    edit.render.fps = 30
    edit.sequence_editor.strips.new_scene("shot", scene, 3, 10)
    report = generate()
    assert start(face) == 1 + (40 - 10) / 30 * 25
    assert '"Edit" has 30 frames a second' in report


def test_a_sequencer_without_it_does_not_hide_the_scenes_own(scene, edit, face, part, tmp_path):
    edit.sequence_editor.strips.remove(edit.sequence_editor.strips["line"])
    add_strip(part, tmp_path / "line.wav", 70, "own")
    generate()
    assert start(face) == 70


# ------------------------------------------------------------------------------------------------- changed since last time


@pytest.fixture
def dialogue(scene, part, face, tmp_path):
    """Two strips, both spoken by the character."""
    scene.audio2rig.audio_source = "STRIP"
    strips = [
        add_strip(part, write_wav(tmp_path / f"{name}.wav"), frame, name) for name, frame in (("a", 20), ("b", 120))
    ]
    for strip in strips:
        scene.audio2rig.strip = strip.name
        generate()
    return strips


def test_a_strip_that_moved_meanwhile_is_named(scene, part, dialogue):
    a, b = dialogue
    part("core.blender.compat").move_strip(b, 30)
    scene.audio2rig.strip = "a"
    assert 'The strip "b" was moved or trimmed since' in generate()
    scene.audio2rig.strip = "b"
    report = generate()
    assert "The line moved: frames 120 to 145 rest now" in report and '"a"' not in report


def test_a_strip_that_was_trimmed_meanwhile_is_named(scene, dialogue):
    trim(dialogue[0], None, 35)
    assert 'The strip "a" was moved or trimmed since' in generate()


def test_a_strip_with_another_sound_is_named_and_its_line_replaced(scene, face, dialogue, tmp_path):
    dialogue[0].sound = bpy.data.sounds.load(str(write_wav(tmp_path / "retake.wav", 0.4)))
    assert 'The strip "a" plays another sound since' in generate()
    scene.audio2rig.strip = "a"
    generate()
    take = face.audio2rig.takes[-1]
    assert [(line.strip, line.first, line.last) for line in take.lines] == [("b", 120, 145), ("a", 20, 30)]
    curve = curves_of(face.data.shape_keys)[JAW]
    assert max(abs(curve.evaluate(frame)) for frame in range(41, 117)) < 0.02, "nothing of the longer sound stays"


def test_a_range_beside_a_line_that_moved_is_said(scene, part, dialogue):
    part("core.blender.compat").move_strip(dialogue[1], 4)
    assert "only this range follows it" in generate(frame_start=128, frame_end=135)


def test_nothing_changed_nothing_said(scene, dialogue):
    report = generate(seed=3)
    assert "since" not in report and "moved" not in report
