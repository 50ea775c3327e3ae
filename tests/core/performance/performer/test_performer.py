# SPDX-License-Identifier: GPL-3.0-or-later
"""A performer's habits are found back, kept in a file, and shown; recordings that cannot be used are named."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

pytest.importorskip("torch")
from core.audio.clip import AudioClip
from core.capture.captured_face import CapturedFace
from core.capture.live_link_csv import write_live_link
from core.errors import Cancelled, UserError
from core.models.speech import load as load_speech
from core.motion.face_track import FACE_INDEX, FACE_RATE_HZ, FaceTrack
from core.performance.face.control_sources import FaceControls
from core.performance.performer.adapting import Adapted, adapt_folder
from core.performance.performer.mouth import speak_as
from core.performance.performer.performer import Habit, Performer, load, save
from core.performance.performer.recordings import read_folder
from core.performance.speech import perform
from core.progress import Progress
from core.settings import GenerateSettings
from tests.core.capture.making import face_points, openpose_frame
from tests.core.performance.performer.making import voice

BROW, SMILES = "browOuterUpLeft", ("mouthSmileLeft", "mouthSmileRight")
SECONDS = 40


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A performer who speaks as our model does, but with a raised left brow and a wide smile."""
    place = tmp_path_factory.mktemp("anna")
    clip = AudioClip(voice(SECONDS))
    values = np.array(perform(clip, GenerateSettings(parts=frozenset({"LIPS", "EXPRESSION", "EYES"}))).face.values)
    values[:, FACE_INDEX[BROW]] = np.clip(values[:, FACE_INDEX[BROW]] + 0.3, 0, 1)
    for name in SMILES:
        values[:, FACE_INDEX[name]] = np.clip(values[:, FACE_INDEX[name]] + 0.25, 0, 1)
    soundfile.write(place / "take1.wav", clip.samples, 16000)
    (place / "take1.csv").write_text(write_live_link(CapturedFace.of(FaceTrack(values, FACE_RATE_HZ))), "utf-8")
    return place


@pytest.fixture(scope="module")
def adapted(folder: Path) -> Adapted:
    return adapt_folder(folder, "anna", None, Progress())


def test_habits_are_found_and_shown(adapted: Adapted) -> None:
    assert adapted.path.is_file() and adapted.face is not None and adapted.face.after < 0.5 * adapted.face.before
    assert "brow outer up left" in adapted.text and "mouth smile left" in adapted.text
    assert "brow outer up right" not in adapted.text
    clip = AudioClip(voice(8.0, 130.0))
    settings = GenerateSettings(parts=frozenset({"LIPS", "EXPRESSION", "EYES"}))
    plain, own = (
        perform(clip, settings, controls=FaceControls(performer=performer)).face.values
        for performer in (None, load(adapted.path))
    )
    change = {name: float((own - plain)[:, FACE_INDEX[name]].mean()) for name in (BROW, "browOuterUpRight", *SMILES)}
    assert 0.12 < change[BROW] < 0.35 and abs(change["browOuterUpRight"]) < 0.05
    assert all(0.15 < change[name] < 0.3 for name in SMILES)


def test_where_lips_meet_they_still_do() -> None:
    shapes = ("jawOpen",)
    one = Performer("a", 1.0, shapes, np.zeros(1), np.ones(1), np.full((1, 1), 0.5), np.zeros(1), {})
    values = np.zeros((2, 55), np.float32)
    one.correct_lips(values, np.ones((2, 1), np.float32), np.array([0.0, 1.0]))
    assert values[:, FACE_INDEX["jawOpen"]].tolist() == [0.5, 0.0]


def test_a_performer_of_another_speech_model_says_so() -> None:
    one = Performer("Ida", 1.0, ("jawOpen",), np.zeros(3), np.ones(3), np.ones((3, 1)), np.ones(1), {})
    values = np.zeros((60, 55), np.float32)
    assert "another speech model" in speak_as(one, values, load_speech(), AudioClip(voice(1.0)))[0]
    assert not values.any()


def test_kept_as_it_was(tmp_path: Path) -> None:
    habits = {BROW: Habit(1.5, -0.1)}
    one = Performer("Ünal", 2.5, ("jawOpen",), np.ones(2), np.ones(2), np.ones((2, 1)), np.ones(1), habits)
    save(one, tmp_path / "u.safetensors")
    again = load(tmp_path / "u.safetensors")
    assert (again.name, again.minutes, again.shapes, again.habits) == ("Ünal", 2.5, ("jawOpen",), habits)
    assert np.array_equal(again.weights, one.weights)


@pytest.mark.parametrize("content", [b"", b"no file of ours", b"\x08\0\0\0\0\0\0\0{}      "])
def test_another_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(content)
    with pytest.raises(UserError):
        load(path)


def test_numbers_that_are_none_are_refused(tmp_path: Path) -> None:
    one = Performer("a", 1.0, ("jawOpen",), np.ones(1), np.ones(1), np.full((1, 1), np.nan), np.ones(1), {})
    save(one, tmp_path / "a.safetensors")
    with pytest.raises(UserError, match="no performer"):
        load(tmp_path / "a.safetensors")


SAID = {
    "schema": 1,
    "name": "Anna\n<b>" + "n" * 90,
    "minutes": 1.0,
    "shapes": ["jawOpen"],
    "habits": {BROW: {"gain": 1.0, "offset": 0.1}},
}
ARRAYS = {"mean": np.zeros(2), "spread": np.ones(2), "weights": np.zeros((2, 1)), "offset": np.zeros(1)}


def write(path: Path, said: object, arrays: dict) -> Path:
    from safetensors.numpy import save_file

    numbers = {name: np.asarray(array, np.float32) for name, array in arrays.items()}
    save_file(numbers, path, {"audio2rig_performer": said if isinstance(said, str) else json.dumps(said)})
    return path


@pytest.mark.parametrize(
    "said, arrays",
    [
        ({"minutes": float("inf")}, {}),
        ({"habits": {BROW: {"gain": 1e300, "offset": 0.0}}}, {}),
        ({"habits": [1]}, {}),
        ({"shapes": ["no shape"]}, {}),
        ({"shapes": 3}, {}),
        ("[" * 100_000, {}),
        ("null", {}),
        ({}, {"spread": np.full(2, 1e-30)}),
        ({}, {"weights": np.full((2, 1), 1e38)}),
        ({}, {"weights": np.zeros((3, 1))}),
        ({}, {"offset": np.float32(0.0)}),
    ],
)
def test_what_would_spread_is_refused(tmp_path: Path, said: object, arrays: dict) -> None:
    whole = {**SAID, **said} if isinstance(said, dict) else said
    with pytest.raises(UserError, match="a.safetensors"):
        load(write(tmp_path / "a.safetensors", whole, {**ARRAYS, **arrays}))


def test_a_name_is_one_line(tmp_path: Path) -> None:
    assert load(write(tmp_path / "a.safetensors", SAID, ARRAYS)).name == ("Anna <b>" + "n" * 90)[:80]


def test_folders_that_are_none_and_places_that_cannot_be_written(
    folder: Path, tmp_path: Path, adapted: Adapted
) -> None:
    for place in (tmp_path / ("a" * 300), tmp_path / "zero\0", tmp_path / "none"):
        with pytest.raises(UserError, match="no folder"):
            adapt_folder(place, "", None, Progress())
    with pytest.raises(UserError, match="could not be written"):
        save(adapted.performer, tmp_path / "none" / "a.safetensors")
    (tmp_path / "model.safetensors").write_bytes(b"\x08\0\0\0\0\0\0\0{}      ")
    with pytest.raises(UserError, match="is not a performer's file"):
        adapt_folder(folder, "", tmp_path / "model.safetensors", Progress())
    save(adapted.performer, adapted.path)  # learned again, it takes the place of the older one


def test_of_two_faces_of_one_name_one_is_used_and_said(folder: Path, tmp_path: Path) -> None:
    for name in ("take1.wav", "take1.csv"):
        shutil.copy(folder / name, tmp_path / name)
    (tmp_path / "take1.jsonl").write_text("{}")
    takes = read_folder(tmp_path, Progress())
    assert len(takes.faces) == 1 and any(
        "take1.jsonl was left out: take1.csv has the same name" in note for note in takes.notes
    )


def test_sound_without_face_and_face_without_sound(folder: Path, tmp_path: Path) -> None:
    shutil.copy(folder / "take1.wav", tmp_path / "alone.wav")
    shutil.copy(folder / "take1.csv", tmp_path / "silent.csv")
    with pytest.raises(
        UserError, match="captured face or body of the same name: alone.wav.*sound of the same name: silent.csv"
    ):
        read_folder(tmp_path, Progress())
    with pytest.raises(UserError, match="no folder"):
        read_folder(tmp_path / "nothing", Progress())


def test_lengths_that_differ_silence_and_another_voice_are_said(folder: Path, tmp_path: Path) -> None:
    for name, sound in (
        ("short", voice(SECONDS)[: 30 * 16000]),
        ("silence", np.zeros(20 * 16000, np.float32)),
        ("two", np.concatenate([voice(20.0), voice(10.0, 260.0), voice(10.0)])),
    ):
        soundfile.write(tmp_path / f"{name}.wav", sound, 16000)
        shutil.copy(folder / "take1.csv", tmp_path / f"{name}.csv")
    takes = read_folder(tmp_path, Progress())
    found, said = takes.faces, " ".join(takes.notes)
    assert [recording.name for recording in found] == ["short", "two"]
    assert "short: The face is 10.0 s longer" in said and "silence was left out" in said
    assert "two: Another voice seems to speak from 20 to 30 s" in said
    assert found[1].seconds == pytest.approx(30.0, abs=0.5)


def test_a_face_that_is_late_is_moved(folder: Path, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "late.wav", voice(SECONDS)[int(0.3 * 16000) :], 16000)
    shutil.copy(folder / "take1.csv", tmp_path / "late.csv")
    notes = read_folder(tmp_path, Progress()).notes
    assert any("ms late and was moved" in note for note in notes)


def test_five_seconds_are_too_few(folder: Path, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "take.wav", voice(SECONDS)[: 5 * 16000], 16000)
    shutil.copy(folder / "take1.csv", tmp_path / "take.csv")
    with pytest.raises(UserError, match="5 s of .* that can be used"):
        adapt_folder(tmp_path, "", None, Progress())
    assert not list(tmp_path.glob("*.safetensors"))


def test_cancelled_leaves_nothing(folder: Path, tmp_path: Path) -> None:
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        adapt_folder(folder, "nobody", tmp_path / "nobody.safetensors", progress)
    assert not list(tmp_path.iterdir())


def test_keypoints_in_a_folder_two_people_and_bodies(folder: Path, tmp_path: Path) -> None:
    shutil.copy(folder / "take1.wav", tmp_path / "seen.wav")
    (tmp_path / "seen.bvh").write_text("HIERARCHY")
    sound = np.abs(voice(SECONDS))
    loud = sound[: len(sound) // 533 * 533].reshape(-1, 533).mean(1)  # 30 frames a second, as OpenPose is taken for
    (tmp_path / "seen").mkdir()
    for number, gap in enumerate(loud / loud.max() * 0.4):
        other = face_points() * 0.3 if number < 50 else None
        people = [face_points(gap=float(gap)), *([other] if other is not None else [])]
        frame = tmp_path / "seen" / f"seen_{number:012d}_keypoints.json"
        frame.write_text(json.dumps(openpose_frame(*people)), "utf-8")
    takes = read_folder(tmp_path, Progress())
    found, said = takes.faces, " ".join(takes.notes)
    assert [one.name for one in found] == ["seen"] and "2 people are seen" in said
    assert "seen: its body was left out: seen.bvh is no BVH file" in said
