# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line: generate, save, render, and batches that go on after a failure."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import bpy
import pytest

from tests.blender.building import add_armature, add_face, put_stand_in, write_wav
from tests.blender.sequencing import has_sound


@pytest.fixture
def speech(monkeypatch, extension):
    return put_stand_in(monkeypatch)


@pytest.fixture
def cli(part, speech, scene):
    return part("core.blender.cli")


@pytest.fixture
def sound(tmp_path):
    return write_wav(tmp_path / "line.wav", 0.5)


@pytest.fixture
def character(tmp_path, scene):
    """A saved file with a character."""
    rig = add_armature()
    add_face(parent=rig)
    path = tmp_path / "character.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    return path


def test_generate_and_save(cli, character, sound, tmp_path, capsys):
    out = tmp_path / "out.blend"
    before = character.read_bytes()
    code = cli.main(
        [
            "generate",
            "--audio",
            str(sound),
            "--save",
            str(out),
            "--seed",
            "4",
            "--frame-start",
            "11",
            "--set",
            "lips_strength=0.5",
            "--set",
            "emotion=HAPPY",
        ]
    )
    assert code == 0
    printed = capsys.readouterr().out
    assert "Take line on Rig" in printed and str(out) in printed
    assert character.read_bytes() == before
    bpy.ops.wm.open_mainfile(filepath=str(out))
    assert bpy.data.objects["Rig"].audio2rig.takes[-1].frame_start == 11
    assert bpy.data.objects["Rig"].audio2rig.takes[1].seed == 4
    assert bpy.context.scene.audio2rig.emotion == "HAPPY"


@pytest.mark.parametrize(
    "arguments, match",
    [
        (["--audio", "nothing.wav"], "There is no sound"),
        (["--audio", ""], "No sound is chosen"),
        (["--character", "Nobody"], "Characters here: Rig"),
        (["--set", "lips=3"], "no setting"),
        (["--set", "seed=x"], "no value"),
        (["--save", "/nowhere/at/all/out.blend"], "no folder"),
        (["--mode", "DANCE"], "The dance model is missing"),
        (["--transcript", "nothing.txt"], "transcript nothing.txt cannot be read"),
    ],
)
def test_what_goes_wrong_is_said_with_an_exit_code(cli, character, sound, capsys, arguments, match, part, monkeypatch):
    monkeypatch.setattr(part("core.performance.modes"), "can_dance", lambda: False)
    words = ["generate", *([] if "--audio" in arguments else ["--audio", str(sound)]), *arguments]
    assert cli.main(words) == 1
    assert match in capsys.readouterr().err
    assert bpy.data.objects["Face"].data.shape_keys.animation_data is None


def test_wrong_use(cli, capsys):
    assert cli.main([]) == 2
    assert cli.main(["generate", "--parts", "NOSE"]) == 2
    assert "NOSE" in capsys.readouterr().err
    assert cli.main(["generate", "--save", " "]) == 2
    assert "An empty path was given" in capsys.readouterr().err
    assert cli.main(["--help"]) == 0


def test_a_failed_save_leaves_the_old_file(cli, character, sound, tmp_path, part, monkeypatch, capsys):
    """What Blender does on a full disk: its save operator reports and writes nothing."""
    out = tmp_path / "out.blend"
    out.write_bytes(b"BLENDER old")
    saving = part("core.blender.saving")

    class FullDisk:
        """`bpy` whose save operator behaves as it does there: writes a part, and says that all is well."""

        data = bpy.data

        class ops:
            class wm:
                @staticmethod
                def save_as_mainfile(filepath, **arguments):
                    bpy.ops.wm.save_as_mainfile(filepath=filepath, **arguments)
                    with open(filepath, "r+b") as file:
                        file.truncate(os.path.getsize(filepath) // 2)

    monkeypatch.setattr(saving, "bpy", FullDisk)
    assert cli.main(["generate", "--audio", str(sound), "--save", str(out)]) == 1
    assert "Is the disk full" in capsys.readouterr().err
    assert out.read_bytes() == b"BLENDER old" and len(list(tmp_path.iterdir())) == 3


def test_a_device_is_no_place_to_save(cli, character, sound, capsys):
    assert cli.main(["generate", "--audio", str(sound), "--save", os.devnull]) == 1
    assert "no ordinary file" in capsys.readouterr().err


def test_batch_goes_on_after_a_failure(cli, character, sound, tmp_path, capsys):
    (tmp_path / "jobs.csv").write_text(
        "file,audio,save,seed,lips_strength\n"
        "character.blend,line.wav,one.blend,1,\n"
        "character.blend,missing.wav,two.blend,2,\n"
        "character.blend,line.wav,three.blend,3,0.5\n"
        "character.blend,line.wav,four.blend,3,much\n",
        encoding="utf-8",
    )
    assert cli.main(["batch", str(tmp_path / "jobs.csv")]) == 1
    lines = capsys.readouterr().out.splitlines()
    results = [line for line in lines if line.startswith("[")]
    assert [line.split()[1] for line in results] == ["OK", "FAILED", "OK", "FAILED"]
    assert "There is no sound" in results[1] and "one.blend" in results[0]
    note = "line.wav was added to the sequencer at frame 1." if has_sound() else "could not be added to the sequencer"
    assert lines[lines.index(results[0]) + 1].startswith("    ")
    assert any(line.startswith("    ") and note in line for line in lines)
    assert lines[-1] == "2 of 4 done, 2 failed"
    assert (tmp_path / "one.blend").is_file() and (tmp_path / "three.blend").is_file()
    assert not (tmp_path / "two.blend").exists()


def test_locomotion_and_transcript(cli, speech, character, sound, tmp_path, capsys):
    (tmp_path / "said.txt").write_text("Well, hello.\n", encoding="utf-8")
    words = ["generate", "--audio", str(sound), "--parts", "body,head"]
    assert cli.main([*words, "--locomotion", "free", "--transcript", "Hello there"]) == 0
    jobs = tmp_path / "jobs.csv"
    jobs.write_text(
        f"file,audio,locomotion,transcript\n{character},{sound},off,said.txt\n{character},{sound},,\n", encoding="utf-8"
    )
    assert cli.main(["batch", str(jobs)]) == 0
    assert [(asked.locomotion, asked.transcript) for asked in speech.asked] == [
        ("FREE", "Hello there"),
        ("OFF", "Well, hello.\n"),
        ("SHIFT", ""),
    ]
    assert cli.main([*words, "--locomotion", "run"]) == 2
    assert "Choose from OFF, SHIFT, FREE" in capsys.readouterr().err


def test_batch_from_json_with_the_opened_file(cli, character, sound, tmp_path, capsys):
    jobs = [
        {"sound": "line.wav", "save": f"{seed}.blend", "seed": seed, "parts": ["LIPS", "HEAD"], "frame-start": 5}
        for seed in (1, 2)
    ]
    path = tmp_path / "jobs.json"
    path.write_text(json.dumps(jobs), encoding="utf-8")
    assert cli.main(["batch", str(path)]) == 0
    assert "2 of 2 done, 0 failed" in capsys.readouterr().out
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "2.blend"))
    rig = bpy.data.objects["Rig"]
    assert [take.seed for take in rig.audio2rig.takes] == [0, 2]  # each job begins with the file as it was
    assert rig.audio2rig.takes[1].lines[-1].first == 5


@pytest.mark.parametrize(
    "name, text, match",
    [
        ("jobs.json", "{", "no valid JSON"),
        ("jobs.json", "{}", "not a list of jobs"),
        ("jobs.csv", "audio,save\n", "no jobs"),
    ],
)
def test_jobs_files_that_are_wrong(cli, tmp_path, capsys, name, text, match):
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert cli.main(["batch", str(tmp_path / name)]) == 2
    assert match in capsys.readouterr().err


def test_render_needs_a_camera(cli, character, sound, tmp_path, capsys):
    assert cli.main(["generate", "--audio", str(sound), "--render", str(tmp_path / "out.mp4")]) == 1
    assert "no camera" in capsys.readouterr().err


@pytest.mark.slow
def test_render_gives_a_video_with_sound(cli, character, sound, tmp_path, capsys):
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    bpy.context.scene.collection.objects.link(camera)
    bpy.context.scene.camera = camera
    camera.location, camera.rotation_euler = (0.3, -4, 0.5), (1.57, 0, 0)
    bpy.context.scene.render.engine = "CYCLES"
    bpy.context.scene.cycles.samples = 1
    out = tmp_path / "out.mp4"
    code = cli.main(
        ["generate", "--audio", str(sound), "--render", str(out), "--engine", "CYCLES", "--resolution", "64x36"]
    )
    errors = capsys.readouterr().err
    assert code == 0, errors
    assert out.stat().st_size > 500
    assert b"avc1" in out.read_bytes()
    assert (b"mp4a" in out.read_bytes()) == has_sound()


def test_words_that_nobody_knows_are_refused_by_name(cli, character, sound, tmp_path, capsys):
    """Not taken for another word: a dance that is misspelt is no speech."""
    jobs = tmp_path / "jobs.csv"
    jobs.write_text(
        f"file,audio,mode,emotion,moood\n{character},{sound},danse,,\n{character},{sound},,bored,\n"
        f"{character},{sound},,,happy\n",
        encoding="utf-8",
    )
    assert cli.main(["batch", str(jobs)]) == 1
    said = capsys.readouterr().out.splitlines()
    assert "FAILED" in said[0] and "Unknown mode: DANSE. Choose from AUTO, SPEECH, DANCE." in said[0]
    assert "FAILED" in said[1] and "Unknown emotion: BORED. Choose from FROM_VOICE, NEUTRAL" in said[1]
    assert "FAILED" in said[2] and 'There is no setting "moood"' in said[2] and "emotion" in said[2]
    assert cli.main(["generate", "--audio", str(sound), "--emotion", "bored"]) == 2
    assert "Choose from FROM_VOICE, NEUTRAL" in capsys.readouterr().err


def test_the_help_offers_what_there_is(cli, capsys):
    assert cli.main(["generate", "--help"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "--mode AUTO|SPEECH|DANCE" in said and "--dance-style AUTO|BREAK|HOUSE" in said
    for choice in ("LIPS: Lips, jaw and tongue", "ROOT: Let the whole figure travel", "CALM: Fewer", "FREE: Steps too"):
        assert choice in said, choice


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--seed", "-3"], "seed cannot be -3. Give a whole number from 0 to 2147483647."),
        (["--emotion-strength", "7"], "emotion_strength cannot be 7.0. Give a number from 0 to 1."),
        (["--threads", "1000"], "threads cannot be 1000. Give a whole number from 0 to 256."),
    ],
)
def test_numbers_that_cannot_be_are_refused_with_those_that_can(cli, sound, capsys, words, said):
    assert cli.main(["generate", "--audio", str(sound), *words]) == 2
    assert said in " ".join(capsys.readouterr().err.split())


def test_the_example_in_the_docs_runs_as_typed(cli, tmp_path, capsys):
    folder = tmp_path / "demo"
    shutil.copytree(Path(__file__).resolve().parents[2] / "docs" / "demo", folder)
    assert cli.main(["batch", str(folder / "jobs.csv")]) == 0
    assert "2 of 2 done, 0 failed" in capsys.readouterr().out
    assert {path.name for path in folder.glob("*.blend")} == {"natural.blend", "happy.blend"}


def test_the_saved_file_generates_the_same_again(cli, character, sound, tmp_path, capsys):
    out = tmp_path / "out.blend"
    words = ["generate", "--audio", str(sound), "--save", str(out), "--emotion", "happy", "--seed", "4"]
    assert cli.main([*words, "--frame-start", "5", "--device", "cpu", "--transcript", "Hello"]) == 0
    bpy.ops.wm.open_mainfile(filepath=str(out))
    kept = bpy.context.scene.audio2rig
    assert (kept.audio_source, kept.emotion, kept.seed) == ("FILE", "HAPPY", 4)
    assert bpy.path.abspath(kept.audio_path) == str(sound)
    assert (kept.frame_start, kept.transcript) == (5, "Hello")
    # a range says where to generate anew, not where the sound begins
    assert cli.main(["generate", "--frame-start", "8", "--frame-end", "12"]) == 0
    assert bpy.context.scene.audio2rig.frame_start == 5


def test_nothing_that_is_read_is_written_over(cli, character, sound, tmp_path, capsys):
    """A film that the scene shows, a library that it links, its transcript, whatever path leads there."""
    film = tmp_path / "plate.mp4"
    film.write_bytes(b"\0\0\0\x20ftypisom")
    bpy.ops.wm.open_mainfile(filepath=str(character))
    image = bpy.data.images.new("plate", 4, 4)
    image.source, image.filepath = "MOVIE", "//plate.mp4"
    image.use_fake_user = True
    bpy.ops.wm.save_mainfile()
    shutil.copy(sound, tmp_path / "words.mp4")
    (tmp_path / "again.mp4").symlink_to(film)
    for name in ("performer", "lips_file", "keypoints"):
        words = ["--set", f"{name}={film}", "--render", str(tmp_path / "again.mp4")]
        assert cli.main(["generate", "--audio", str(sound), *words]) == 1
        assert "is read for this" in capsys.readouterr().err
    for words in (["--render", film], ["--render", tmp_path / "again.mp4"]):
        assert cli.main(["generate", "--audio", str(sound), *map(str, words)]) == 1
        assert "is read for this" in capsys.readouterr().err
    assert cli.main(["generate", "--audio", str(tmp_path / "words.mp4"), "--render", str(tmp_path / "words.mp4")]) == 1
    assert "is read for this" in capsys.readouterr().err
    assert film.read_bytes().endswith(b"isom")


@pytest.mark.parametrize(
    "rows, match",
    [
        ("character.blend,line.wav,out.blend\ncharacter.blend,line.wav,./sub/../out.blend", "Two jobs write"),
        ("character.blend,line.wav,linked.blend\ncharacter.blend,line.wav,out.blend", "Two jobs write"),
        ("character.blend,words.blend,one.blend\ncharacter.blend,line.wav,words.blend", "read by a job and written"),
        ('character.blend,line.wav,one.blend,"Well, hello, there",too many', "more cells"),
        ('character.blend,line.wav,one.blend,"Well', "cannot be read as CSV"),
    ],
)
def test_batches_that_would_lose_something_do_nothing(cli, character, sound, tmp_path, capsys, rows, match):
    (tmp_path / "sub").mkdir()
    shutil.copy(sound, tmp_path / "words.blend")
    (tmp_path / "linked.blend").symlink_to(tmp_path / "out.blend")
    (tmp_path / "jobs.csv").write_text(f"file,audio,save,transcript\n{rows}\n", encoding="utf-8")
    assert cli.main(["batch", str(tmp_path / "jobs.csv")]) == 2
    assert match in capsys.readouterr().err
    assert not (tmp_path / "one.blend").exists() and not (tmp_path / "out.blend").exists()


def test_what_nobody_foresaw_ends_in_one_line(cli, character, sound, monkeypatch, part, capsys):
    headless = part("core.blender.command_line.headless")
    for error, code, match in (
        (KeyboardInterrupt(), 130, "Interrupted"),
        (MemoryError(), 1, "not enough memory"),
        (ZeroDivisionError("by\nzero"), 1, "ZeroDivisionError: by zero. This should not happen"),
    ):
        monkeypatch.setattr(headless, "run", lambda _task, error=error: (_ for _ in ()).throw(error))
        assert cli.main(["generate", "--audio", str(sound)]) == code
        said = capsys.readouterr().err
        assert match in said.splitlines()[-1] and "Error: Error" not in said


def test_names_that_are_no_text_are_refused_in_one_line(cli, character, tmp_path, capsys):
    odd = os.fsdecode(os.fsencode(tmp_path) + b"/take\xfe.wav")
    for words in (
        ["--audio", odd],
        ["--save", odd],
        ["--character", odd],
        ["--strip", odd],
        ["--set", f"transcript={odd}"],
    ):
        given = ["generate", *words] if "--audio" in words else ["generate", "--audio", str(tmp_path / "a.wav"), *words]
        assert cli.main(given) in (1, 2)
        assert "no text in UTF-8" in capsys.readouterr().err, words
    for words in (
        ["import-face", "--input", "a.json", "--name", odd],
        ["import-face", "--input", "a.json", "--character", odd],
        ["export-face", "--output", "a.json", "--take", odd],
        ["adapt", str(tmp_path), "--name", odd],
        ["adapt", odd],
    ):
        assert cli.main(words) in (1, 2)
        assert "no text in UTF-8" in capsys.readouterr().err, words
