# SPDX-License-Identifier: GPL-3.0-or-later
"""The first play is heard, in sync, and lasts as long as the sound: the sequencer, Sync to Audio, the scene's last frame."""

from __future__ import annotations

import bpy
import pytest

from tests.blender.building import add_character, add_face, generate, put_stand_in, write_wav


@pytest.fixture
def rig(scene, monkeypatch, extension):
    put_stand_in(monkeypatch)
    return add_character()[0]


@pytest.fixture
def compat(part):
    pytest.importorskip("aud", reason="this build of Blender has no sound")
    return part("core.blender.compat")


def strips(compat) -> list:
    return [strip for strip in compat.strips(bpy.context.scene) if strip.type == "SOUND"]


def test_the_sound_is_heard_in_sync_to_its_end(scene, rig, compat, tmp_path):
    scene.frame_start, scene.frame_end = 5, 20
    report = generate(rig, str(write_wav(tmp_path / "line.wav", 2.0)))
    (strip,) = strips(compat)
    assert compat.strip_frames(strip)[0] == 5 and scene.sync_mode == "AUDIO_SYNC"
    assert scene.frame_end == rig.audio2rig.takes[-1].frame_end == 53
    assert "line.wav was added to the sequencer at frame 5." in report
    assert "Sync to Audio" in report and "The scene ends at frame 53 now, with the sound (before: 20)." in report
    assert "The take ends" not in report
    again = generate(rig, str(tmp_path / "line.wav"), seed=2)
    assert len(strips(compat)) == 1 and "sequencer" not in again and "The scene ends" not in again


def test_one_undo_takes_all_of_it_back(scene, rig, compat, tmp_path):
    scene.frame_end, scene.audio2rig.character = 20, rig
    bpy.ops.ed.undo_push(message="ready")
    sound = str(write_wav(tmp_path / "line.wav", 2.0))
    assert bpy.ops.audio2rig.generate("EXEC_DEFAULT", True, filepath=sound) == {"FINISHED"}
    assert len(strips(compat)) == 1 and bpy.context.scene.frame_end == 49
    bpy.ops.ed.undo()
    scene = bpy.context.scene
    assert not strips(compat) and (scene.frame_end, scene.sync_mode) == (20, "NONE")
    assert len(bpy.data.objects["Rig"].audio2rig.takes) == 0 and not scene.audio2rig.extended_for


def test_who_shortens_the_scene_again_has_a_reason(scene, rig, tmp_path):
    scene.frame_end = 20
    first, second = (str(write_wav(tmp_path / f"{name}.wav", 2.0)) for name in ("one", "two"))
    generate(rig, first)
    scene.frame_end = 30
    report = generate(rig, first, seed=2)
    assert scene.frame_end == 30 and "The take ends at frame 49, the scene at 30." in report
    generate(rig, second)
    assert scene.frame_end > 30


def test_both_can_be_left_out_and_asked_for_later(scene, rig, compat, tmp_path):
    scene.frame_end, scene.audio2rig.use_sound_strip, scene.audio2rig.extend_scene = 20, False, False
    report = generate(rig, str(write_wav(tmp_path / "line.wav", 2.0)))
    assert not strips(compat) and (scene.frame_end, scene.sync_mode) == (20, "NONE") and "the scene at 20" in report
    assert bpy.ops.audio2rig.add_sound() == {"FINISHED"}
    assert len(strips(compat)) == 1 and scene.sync_mode == "AUDIO_SYNC"
    assert bpy.ops.audio2rig.extend_scene() == {"FINISHED"} and scene.frame_end == 49
    with pytest.raises(RuntimeError, match="in the sequencer already"):
        bpy.ops.audio2rig.add_sound()
    with pytest.raises(RuntimeError, match="lasts as long as the take"):
        bpy.ops.audio2rig.extend_scene()


def test_what_is_in_the_way_stays_where_it_is(scene, rig, compat, tmp_path):
    for channel in (1, 2):
        compat.new_sound_strip(scene, f"music {channel}", str(write_wav(tmp_path / f"{channel}.wav", 5.0)), channel, 1)
    scene.sequence_editor.channels[3].mute = True
    before = {strip.name: (strip.channel, *compat.strip_frames(strip)) for strip in strips(compat)}
    generate(rig, str(write_wav(tmp_path / "line.wav", 1.0)))
    after = {strip.name: (strip.channel, *compat.strip_frames(strip)) for strip in strips(compat)}
    assert {name: after[name] for name in before} == before and after["line"][0] == 4


def test_a_muted_strip_is_named_and_left_alone(scene, rig, compat, tmp_path):
    sound = str(write_wav(tmp_path / "line.wav", 1.0))
    compat.new_sound_strip(scene, "quiet", sound, 1, 1).mute = True
    report = generate(rig, sound)
    assert len(strips(compat)) == 1 and 'the strip "quiet" is muted' in report


def test_a_path_beside_the_file_stays_one(scene, rig, compat, tmp_path):
    write_wav(tmp_path / "line.wav", 1.0)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "shot.blend"))
    scene.audio2rig.character = rig
    generate(rig, "//line.wav")
    assert strips(compat)[0].sound.filepath == "//line.wav"


def test_a_shot_around_a_strip_stays_as_it_was_cut(scene, rig, compat, tmp_path):
    scene.frame_end = 20
    compat.new_sound_strip(scene, "line", str(write_wav(tmp_path / "line.wav", 2.0)), 1, 1)
    scene.audio2rig.character = rig
    assert bpy.ops.audio2rig.generate(strip="line") == {"FINISHED"}
    assert scene.frame_end == 20 and scene.sync_mode == "AUDIO_SYNC" and len(strips(compat)) == 1
    assert "The take ends at frame 49, the scene at 20." in scene.audio2rig.last_report


def test_a_range_and_a_take_behind_the_shot_extend_nothing(scene, rig, tmp_path):
    sound = str(write_wav(tmp_path / "line.wav", 2.0))
    scene.audio2rig.extend_scene, scene.frame_end = False, 30
    generate(rig, sound)
    scene.audio2rig.extend_scene = True
    generate(rig, sound, frame_start=5, frame_end=15)
    assert scene.frame_end == 30
    generate(rig, str(write_wav(tmp_path / "later.wav", 1.0)), frame_start=100)
    assert scene.frame_end == 30 and "outside of the shot" in scene.audio2rig.last_report


def test_a_shot_that_moved_is_heard_at_its_new_place(scene, rig, compat, tmp_path):
    sound = str(write_wav(tmp_path / "line.wav", 2.0))
    generate(rig, sound)
    scene.frame_start, scene.frame_end = 1001, 1200
    generate(rig, sound)
    assert rig.audio2rig.takes[-1].frame_start == 1001
    assert sorted(compat.strip_frames(strip)[0] for strip in strips(compat)) == [1, 1001]
    generate(rig, sound, seed=1)
    assert rig.audio2rig.takes[-1].frame_start == 1001 and len(strips(compat)) == 2


def test_dropping_frames_was_chosen_and_keeps_up_already(scene, rig, tmp_path):
    scene.sync_mode = "FRAME_DROP"
    generate(rig, str(write_wav(tmp_path / "line.wav", 1.0)))
    assert scene.sync_mode == "FRAME_DROP"


def test_the_chosen_sound_says_how_long_it_is(scene, part, compat, tmp_path):
    chosen, settings = part("core.blender.sounds.chosen"), scene.audio2rig
    settings.audio_path = str(write_wav(tmp_path / "line.wav", 2.5))
    scene.frame_start = 11
    assert chosen.line(bpy.context) == "2.5 s → frame 71"
    settings.frame_start = 21
    assert chosen.line(bpy.context) == "2.5 s → frame 81"
    settings.audio_path = str(tmp_path / "gone.wav")
    assert chosen.line(bpy.context) == "gone.wav is not there, or no sound"
    compat.new_sound_strip(scene, "line", str(tmp_path / "line.wav"), 1, 5)
    settings.audio_source, settings.strip = "STRIP", "line"
    assert chosen.line(bpy.context) == "2.5 s → frame 65"


def test_a_file_that_comes_later_is_found_without_choosing_it_again(scene, part, monkeypatch, tmp_path):
    tasks: list = []
    monkeypatch.setattr(part("core.blender.later"), "soon", lambda _key, do, _wait_s=0.0: tasks.append(do))
    chosen, readiness = part("core.blender.sounds.chosen"), part("core.blender.readiness")
    add_face()
    scene.audio2rig.audio_path = str(tmp_path / "line.wav")
    assert "is not there" in chosen.line(bpy.context) and "is not there" in readiness.why_not(bpy.context)
    write_wav(tmp_path / "line.wav", 1.0)
    tasks.pop()()
    assert chosen.line(bpy.context) == "1.0 s → frame 25" and readiness.why_not(bpy.context) == ""


def test_a_deleted_character_greys_nothing(scene, part, rig, tmp_path):
    scene.audio2rig.audio_path = str(write_wav(tmp_path / "line.wav", 1.0))
    scene.audio2rig.character = rig
    other = add_face("Other")
    for part_of in (*rig.children, rig):
        bpy.data.objects.remove(part_of)
    assert part("core.blender.readiness").why_not(bpy.context) == ""
    assert bpy.ops.audio2rig.generate() == {"FINISHED"} and other.audio2rig.takes
