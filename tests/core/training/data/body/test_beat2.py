# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder as BEAT2's users have it, written here: segmented, paired with its voice, trained on."""

from __future__ import annotations

import argparse
import json
import shutil
import wave
from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch

from core.errors import UserError
from core.models.emage import Emage, load
from core.models.emage.config import PRESETS, CodecConfig, EmageConfig
from core.motion import rotations as rot
from core.motion.face_track import FACE_INDEX, FACE_NAMES, FaceTrack, Phone
from core.motion.joints import JOINT_INDEX
from core.motion.recorded.segmentation import segment
from core.performance import loaded_models
from core.training.body.generator import GeneratorTraining
from core.training.data.body import amass, beat2
from core.training.data.body.beat2_folder import Entry, check, find
from core.training.data.recorded_motion import load_beat2
from core.training.recipes import body, body_beat2

RATE, SECONDS, SOUND_RATE = 30, 10.0, 16000
T_POSE_S = 0.5
# hand, when it leaves rest; then 0.45 s out, a hold of 0.8 s, 0.5 s back
GESTURES = (("left", 3.0), ("right", 5.2), ("both", 7.3))
OUT_S, HOLD_S, BACK_S = 0.45, 0.8, 0.5


def _eased(x):
    x = np.clip(x, 0, 1)
    return 10 * x**3 - 15 * x**4 + 6 * x**5


def _motion(seconds=SECONDS):
    """poses (T, 165): half a second of T-pose, arms hanging, then the gestures: the forearm comes up; fingers open with it."""
    time_s = np.arange(int(seconds * RATE)) / RATE
    poses = np.zeros((len(time_s), 55, 3), np.float32)
    hanging = _eased((time_s - T_POSE_S) / 0.8)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        out = np.zeros(len(time_s))
        for hand, start_s in GESTURES:
            if hand in (side, "both"):
                out += _eased((time_s - start_s) / OUT_S) - _eased((time_s - start_s - OUT_S - HOLD_S) / BACK_S)
        poses[:, JOINT_INDEX[f"{side}_shoulder"], 2] = -1.3 * sign * hanging
        poses[:, JOINT_INDEX[f"{side}_elbow"], 1] = -sign * (0.2 + 1.4 * out)
        poses[:, JOINT_INDEX[f"{side}_index1"], 2] = -sign * (0.6 - 0.4 * out)
    return poses.reshape(len(time_s), 165)


def _voice(seconds=SECONDS):
    """Bursts of a buzzing tone, one on each gesture's arrival and one in between."""
    time_s = np.arange(int(seconds * SOUND_RATE)) / SOUND_RATE
    buzz = sum(np.sin(2 * np.pi * 130 * harmonic * time_s) / harmonic for harmonic in range(1, 9))
    loud = np.full(len(time_s), 0.001)
    for _, start_s in GESTURES:
        for middle in (start_s + OUT_S, start_s + OUT_S + 0.4):
            loud += 0.2 * np.exp(-0.5 * ((time_s - middle) / 0.08) ** 2)
    return (loud * buzz).astype(np.float32)


def _write_wav(path, samples):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SOUND_RATE)
        file.writeframes(np.rint(np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())


def _npz(path, poses, **changes):
    trans = np.tile(np.array([0.4, 0.05, -0.2], np.float32), (len(poses), 1))
    arrays = {
        "poses": poses,
        "trans": trans,
        "expressions": np.full((len(poses), 100), 0.2, np.float32),
        "betas": np.zeros(300),
        "mocap_frame_rate": np.array(RATE),
        "gender": np.array("neutral"),
        "model": np.array("smplx2020"),
        **changes,
    }
    np.savez(path, **{name: value for name, value in arrays.items() if value is not None})


def _folder(root, names=("1_ann_0_1_1", "1_ann_0_2_2", "12_bo_0_1_1", "1_ann_0_9_9", "1_ann_0_8_8"), table=True):
    for part in ("smplxflame_30", "wave16k"):
        (root / part).mkdir(parents=True)
    poses, voice = _motion(), _voice()
    for name in names:
        _npz(root / "smplxflame_30" / f"{name}.npz", poses)
        _write_wav(root / "wave16k" / f"{name}.wav", voice)
    if table:
        kinds = {"1_ann_0_9_9": "val", "1_ann_0_8_8": "test"}
        (root / "train_test_split.csv").write_text(
            "id,type\n" + "".join(f"{name},{kinds.get(name, 'train')}\n" for name in names)
        )
    return root


class Mouth:
    """A stand-in for the speech model: one long vowel."""

    def infer(self, clip, progress=None):
        values = np.zeros((int(clip.duration_s * 60) + 1, len(FACE_NAMES)), np.float32)
        values[:, FACE_INDEX["jawOpen"]] = 0.3
        return FaceTrack(values), (Phone("a", 0.0, clip.duration_s),)


def test_gestures_are_found_in_unlabelled_motion(tmp_path):
    _npz(tmp_path / "a.npz", _motion())
    clip = load_beat2(tmp_path / "a.npz").to_clip()
    units = [unit for unit in segment(clip) if unit.start_s > 2.0]
    assert [unit.hand for unit in units] == [hand for hand, _ in GESTURES]
    for unit, (_, start_s) in zip(units, GESTURES):
        assert unit.lexeme == "beat_mid" and 0.4 < unit.size < 1.2
        assert unit.start_s == pytest.approx(start_s, abs=0.2)
        assert unit.reach_s == pytest.approx(start_s + 0.8 * OUT_S, abs=0.12)
        assert unit.emphasis_s == pytest.approx(start_s + OUT_S, abs=0.12)
        assert unit.leave_s == pytest.approx(start_s + OUT_S + HOLD_S, abs=0.25)
        assert unit.end_s == pytest.approx(start_s + OUT_S + HOLD_S + BACK_S, abs=0.3)


def test_nothing_is_found_where_nobody_moves(tmp_path):
    poses = np.repeat(_motion()[60:61], 150, axis=0)
    _npz(tmp_path / "a.npz", poses)
    assert segment(load_beat2(tmp_path / "a.npz").to_clip()) == ()


def test_the_split_and_the_speakers_are_the_folder_s(tmp_path):
    entries = find(_folder(tmp_path / "beat_english_v2.0.0"))
    assert {entry.name: entry.split for entry in entries} == {
        "1_ann_0_1_1": "train",
        "1_ann_0_2_2": "train",
        "12_bo_0_1_1": "train",
        "1_ann_0_9_9": "validation",
        "1_ann_0_8_8": "test",
    }
    assert {entry.speaker for entry in entries} == {"1_ann", "12_bo"}
    assert find(tmp_path) == entries, "the folder above is as good"
    seconds = check(entries)
    assert seconds["1_ann_0_1_1"] == pytest.approx(SECONDS, abs=0.05)
    first = beat2.chosen(entries, seconds, "train", 2 * SECONDS / 60 - 0.01)
    assert sorted(entry.speaker for entry in first) == ["12_bo", "1_ann"], "speakers in turn"
    (tmp_path / "beat_english_v2.0.0" / "train_test_split.csv").unlink()
    by_name = find(tmp_path)
    assert sum(entry.split == "validation" for entry in by_name) == 1 and by_name == find(tmp_path)


def test_a_recording_is_paired_with_its_voice(tmp_path):
    entry = find(_folder(tmp_path / "b", ("1_ann_0_1_1", "1_ann_0_2_2"), table=False))[0]
    paired = beat2.pair(entry, model=Mouth())
    frames = len(paired.clip)
    assert paired.clip.rotations.shape == (frames, 55, 4) and paired.face.shape == (frames, 55)
    assert paired.content.shape == (frames, PRESETS["talking"].content_width) and len(paired.rhythm) == frames
    cut_s = SECONDS - frames / RATE
    assert 0.5 < cut_s < 3.0, "the T-pose is cut off: a generation begins from rest"
    arm = rot.rotate(paired.clip["left_shoulder"][0].astype(np.float64), np.array([1.0, 0.0, 0.0]))
    assert arm[1] < -0.9
    assert [unit.hand for unit in paired.units] == [hand for hand, _ in GESTURES]
    loud = paired.rhythm[:, 4]
    for unit, (_, start_s) in zip(paired.units, GESTURES):
        assert unit.start_s == pytest.approx(start_s - cut_s, abs=0.2)
        assert loud[int((start_s + OUT_S - cut_s) * RATE)] > 0.8 > 0.3 > loud[int((start_s - 0.5 - cut_s) * RATE)], (
            "energy is the voice's"
        )
    assert paired.fingers and paired.speaker == "1_ann"
    assert paired.face[:, FACE_INDEX["jawOpen"]].mean() == pytest.approx(0.3, abs=0.1), "the face is our own pipeline's"
    table = np.zeros((100, 55), np.float32)
    table[:, FACE_INDEX["mouthSmileLeft"]] = 0.04
    mapped = beat2.pair(entry, table, Mouth())
    np.testing.assert_allclose(mapped.face[:, FACE_INDEX["mouthSmileLeft"]], 0.8, atol=1e-5)


def test_a_second_preparation_reads_the_first(tmp_path, monkeypatch):
    entries = find(_folder(tmp_path / "b", ("1_ann_0_1_1", "1_ann_0_2_2"), table=False))[:1]
    first = beat2.prepared(entries, tmp_path / "cache", model=Mouth())[0]
    monkeypatch.setattr(beat2, "pair", lambda *_: pytest.fail("prepared again"))
    again = beat2.prepared(entries, tmp_path / "cache", model=Mouth())[0]
    assert again.units == first.units and np.array_equal(again.clip.rotations, first.clip.rotations)
    assert np.array_equal(again.content, first.content) and again.fingers == first.fingers


def _without_sound(root):
    (root / "wave16k" / "1_ann_0_1_1.wav").unlink()


def _too_short_a_sound(root):
    _write_wav(root / "wave16k" / "1_ann_0_1_1.wav", _voice(SECONDS - 0.8))


def _wrong_poses(root):
    _npz(root / "smplxflame_30" / "1_ann_0_1_1.npz", _motion()[:, :156])


def _too_few_expressions(root):
    _npz(root / "smplxflame_30" / "1_ann_0_1_1.npz", _motion(), expressions=np.zeros((20, 100)))


def _without_translation(root):
    _npz(root / "smplxflame_30" / "1_ann_0_1_1.npz", _motion(), trans=None)


def _damaged(root):
    (root / "smplxflame_30" / "1_ann_0_1_1.npz").write_bytes(b"PK\x03\x04 no")


def _no_frames(root):
    _npz(root / "smplxflame_30" / "1_ann_0_1_1.npz", _motion()[:0])
    _write_wav(root / "wave16k" / "1_ann_0_1_1.wav", _voice()[:10])


def _empty(root):
    for path in (root / "smplxflame_30").iterdir():
        path.unlink()


def _no_motion_folder(root):
    shutil.rmtree(root / "smplxflame_30")


def _no_sound_folder(root):
    shutil.rmtree(root / "wave16k")


def _another_table(root):
    (root / "train_test_split.csv").write_text("name;part\n1;train\n")


def _unknown_part(root):
    (root / "train_test_split.csv").write_text("id,type\n1_ann_0_1_1,practice\n")


def _nothing_to_train(root):
    (root / "train_test_split.csv").write_text("id,type\n1_ann_0_1_1,val\n")


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (_without_sound, "1_ann_0_1_1"),
        (_too_short_a_sound, r"10.00 s of motion and 9.20 s of sound"),
        (_wrong_poses, r"156"),
        (_too_few_expressions, "20 frames of expressions"),
        (_without_translation, "no trans"),
        (_damaged, "cannot be read"),
        (_no_frames, "0.00 s long"),
        (_empty, "is empty"),
        (_no_motion_folder, "does not look like BEAT2"),
        (_no_sound_folder, "wave16k"),
        (_another_table, "columns id and type"),
        (_unknown_part, "practice"),
        (_nothing_to_train, "no recording to train on"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_is_wrong_is_said(tmp_path, damage, says):
    damage(_folder(tmp_path / "b"))
    with pytest.raises(UserError, match=says) as caught:
        check(find(tmp_path / "b"))
    assert caught.value.hint


def test_bad_recordings_can_be_left_out(tmp_path):
    _too_short_a_sound(_folder(tmp_path / "b"))
    entries = find(tmp_path / "b")
    assert "1_ann_0_1_1" not in check(entries, leave_out_bad=True)
    with pytest.raises(UserError, match="9.20 s of sound"):
        beat2.pair(next(entry for entry in entries if entry.name == "1_ann_0_1_1"), model=Mouth())
    with pytest.raises(UserError, match="no folder"):
        find(tmp_path / "absent")


@pytest.mark.parametrize("table", [np.zeros((55, 100)), np.full((100, 55), np.nan), None])
def test_other_tables_of_expressions_are_refused(tmp_path, table):
    if table is not None:
        np.savez(tmp_path / "map.npz", map=table)
    with pytest.raises(UserError, match="map.npz"):
        beat2.expression_map(tmp_path / "map.npz")
    assert beat2.expression_map(None) is None


def _amass(root):
    (root / "subject").mkdir(parents=True)
    poses = np.zeros((600, 156))
    poses[:, 0] = np.pi / 2
    poses[:, 2] = 0.3
    poses[:, 3 * JOINT_INDEX["left_hip"]] = -0.3 * np.sin(np.arange(600) / 30)
    trans = np.stack([np.arange(600) / 600, np.zeros(600), np.full(600, 0.9)], 1)
    np.savez(root / "subject" / "steps_poses.npz", poses=poses, trans=trans, mocap_framerate=120.0)
    np.savez(root / "subject" / "shape.npz", betas=np.zeros(16))
    return root


def test_amass_is_motion_without_speech(tmp_path):
    made = amass.performances(_amass(tmp_path / "amass"), 5, 1.0)
    assert len(made) == 1 and len(made[0].clip) == 150 and made[0].speaker == 5 and not made[0].fingers
    assert not made[0].content.any() and not made[0].rhythm[:, 5].any() and made[0].rhythm[:, 4].max() >= 0.0
    ahead = rot.rotate(made[0].clip["pelvis"].astype(np.float64), np.array([0.0, 0.0, 1.0])).mean(0)
    assert ahead[0] == pytest.approx(0.0, abs=0.02) and ahead[2] > 0.9, "turned to face us"
    (tmp_path / "none").mkdir()
    with pytest.raises(UserError, match="no .npz"):
        amass.performances(tmp_path / "none", 5, 1.0)


def _tiny() -> EmageConfig:
    codecs = {name: replace(codec, width=8, codes=16, layers=1) for name, codec in PRESETS["talking"].codecs.items()}
    return replace(
        PRESETS["talking"],
        feature_width=8,
        hidden=16,
        heads=2,
        feedforward=16,
        cross_layers=1,
        face_layers=1,
        codecs=codecs,
        global_motion=CodecConfig(61, layers=1, width=8),
    )


@dataclass(frozen=True)
class Brief(GeneratorTraining):
    """A handful of steps."""

    batch: int = 4
    face_steps: int = 2
    hint_steps: int = 2


@pytest.mark.slow
def test_the_recipe_trains_from_folder_to_weights(tmp_path, monkeypatch):
    _folder(tmp_path / "b")
    parser = argparse.ArgumentParser()
    body_beat2.add_arguments(parser)
    arguments = parser.parse_args(
        [
            "--beat2",
            str(tmp_path / "b"),
            "--beat2-share",
            "1",
            "--beat2-cache",
            str(tmp_path / "cache"),
            "--amass",
            str(_amass(tmp_path / "amass")),
            "--run",
            str(tmp_path / "run"),
            "--weights",
            str(tmp_path / "weights"),
            "--codec-steps",
            "2",
            "--steps",
            "3",
        ]
    )
    monkeypatch.setattr(loaded_models, "speech_model", lambda *_: Mouth())
    monkeypatch.setattr(EmageConfig, "named", classmethod(lambda *_: _tiny()))
    monkeypatch.setattr(body, "GeneratorTraining", Brief)
    threads = torch.get_num_threads()
    try:
        body_beat2.run(arguments)
    finally:
        torch.set_num_threads(threads)
    assert torch.load(tmp_path / "run" / "generator.pt", weights_only=True)["values"] == {"step": 3}
    model = load(tmp_path / "weights")
    names = json.loads((tmp_path / "weights" / "speakers.json").read_text())
    assert names == ["1_ann", "12_bo", "amass"] and model.config.speakers == 3
    assert model.config.usable_speakers == (0, 1), "AMASS has no fingers: nobody is given its posture"
    card = (tmp_path / "weights" / "MODEL_CARD.md").read_text()
    assert "12_bo: 0." in card and "AMASS" in card and "licence" in card.lower()
    fresh = Emage(model.config)
    for speaker in (0, 1):
        shoulder = model.postures[speaker, :330].reshape(55, 6)[JOINT_INDEX["left_shoulder"]].float().numpy()
        assert rot.rotate(rot.from_rot6d(shoulder), np.array([1.0, 0.0, 0.0]))[1] < -0.9, "begins with hanging arms"
    before = dict(fresh.named_parameters())
    assert all(
        torch.isfinite(value).all() and value.shape == before[name].shape for name, value in model.named_parameters()
    )
    assert {path.stem.split("__")[1] for path in (tmp_path / "cache").iterdir()} == {
        "1_ann_0_1_1",
        "1_ann_0_2_2",
        "12_bo_0_1_1",
        "1_ann_0_9_9",
    }, "the test part is never read"
    shutil.move(tmp_path / "amass", tmp_path / "away")
    arguments.amass = None
    with pytest.raises(UserError, match="other speakers"):
        body_beat2.run(arguments)


def test_recordings_know_where_their_files_are(tmp_path):
    root = _folder(tmp_path / "b")
    assert find(root)[-1] == Entry(
        "1_ann_0_9_9",
        "1_ann",
        "validation",
        root / "smplxflame_30" / "1_ann_0_9_9.npz",
        root / "wave16k" / "1_ann_0_9_9.wav",
    )
