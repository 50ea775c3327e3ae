# SPDX-License-Identifier: GPL-3.0-or-later
"""Other people's folders become recordings; mixtures of them are told by a manifest; what is wrong is said."""

import json

import numpy as np
import pytest
import soundfile

from core.errors import UserError
from core.motion.face_track import FACE_INDEX
from core.training.data.pretraining import folders
from core.training.data.pretraining.manifest import Manifest
from core.training.data.pretraining.recording import MultimodalClip


def sound(path, seconds=1.0, rate=16000):
    path.parent.mkdir(parents=True, exist_ok=True)
    samples = np.random.default_rng(len(path.name)).normal(0.0, 0.1, int(seconds * rate))
    soundfile.write(path, samples, rate)


def told(clip, name):
    return dict(clip.told).get(name, "")


def test_voices_by_speaker_know_sexes_from_the_table(tmp_path):
    for speaker in ("id10001", "id10002"):
        sound(tmp_path / speaker / "video" / "00001.wav", rate=48000)
    (tmp_path / "vox1_meta.csv").write_text(
        "VoxCeleb1 ID\tVGGFace1 ID\tGender\nid10001\tA\tm\nid10002\tB\tf\n", encoding="utf-8"
    )
    clips = list(folders.voxceleb(tmp_path))
    assert [(told(clip, "speaker"), told(clip, "sex")) for clip in clips] == [("id10001", "m"), ("id10002", "f")]
    assert all(25 <= clip.frames <= 26 for clip in clips)


def test_acted_voices_are_named_by_numbers(tmp_path):
    sound(tmp_path / "Actor_12" / "03-01-05-02-01-01-12.wav")
    sound(tmp_path / "Actor_12" / "03-02-05-02-01-01-12.wav")  # sung
    sound(tmp_path / "Actor_11" / "03-01-01-01-01-01-11.wav")
    sound(tmp_path / "Actor_11" / "notes.wav")
    clips = list(folders.ravdess(tmp_path))
    assert [(told(c, "emotion"), told(c, "sex")) for c in clips] == [("neutral", "m"), ("angry", "f")]


@pytest.fixture
def takes(tmp_path):
    return tmp_path / "takes"


def capture(path, seconds):
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = ["Timecode", "BlendShapeCount", *(name[0].upper() + name[1:] for name in list(FACE_INDEX)[:52])]
    columns += ["HeadYaw", "HeadPitch", "HeadRoll"]
    rows = [",".join(columns)]
    for frame in range(int(seconds * 30)):
        values = [f"{0.5 + 0.4 * np.sin(frame / 3):.3f}"] * 52 + ["0", "0", "0"]
        rows.append(",".join([f"10:00:{frame // 30:02d}:{frame % 30:02d}.000", "52", *values]))
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")


def test_captured_faces_come_with_the_sound_beside_them(takes):
    capture(takes / "anna" / "one.csv", 2.0)
    sound(takes / "anna" / "one.wav", 2.0)
    capture(takes / "anna" / "silent.csv", 1.5)
    capture(takes / "anna" / "other.csv", 2.0)
    sound(takes / "anna" / "other.wav", 9.0)
    clips = {clip.name: clip for clip in folders.captures(takes)}
    assert set(clips) == {"anna/one", "anna/silent"}, "a sound of another take is not used"
    assert clips["anna/one"].mel is not None and clips["anna/silent"].mel is None
    assert clips["anna/one"].face[:, FACE_INDEX["jawOpen"]].std() > 0.1


@pytest.fixture
def bodies(tmp_path):
    for subject, name in (("s1", "walk_poses"), ("s2", "wave_poses"), ("s2", "shape")):
        path = tmp_path / "amass" / "Set" / subject / f"{name}.npz"
        path.parent.mkdir(parents=True, exist_ok=True)
        poses = np.zeros((90, 156))
        poses[:, 3 * 16] = np.linspace(0.0, 1.0, 90)
        np.savez(path, poses=poses, trans=np.zeros((90, 3)), mocap_framerate=60.0)
    return tmp_path / "amass"


def test_bodies_of_amass(bodies):
    clips = list(folders.amass(bodies))
    assert [clip.name for clip in clips] == ["Set/s1/walk_poses", "Set/s2/wave_poses"]
    assert all(clip.body.shape == (38, 206) for clip in clips)


def test_bodies_of_beat2_have_their_voices(tmp_path):
    root = tmp_path / "beat_english"
    for number in (0, 1):
        path = root / "smplxflame_30" / f"2_scott_0_{number}_{number}.npz"
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path, poses=np.zeros((60, 165)), expressions=np.zeros((60, 100)), trans=np.zeros((60, 3)))
        sound(root / "wave16k" / f"{path.stem}.wav", 2.0)
    (root / "train_test_split.csv").write_text("id,type\n2_scott_0_0_0,train\n2_scott_0_1_1,val\n", encoding="utf-8")
    clips = list(folders.beat2(root))
    assert [clip.split for clip in clips] == ["train", "validation"]
    assert all(clip.mel is not None and clip.body is not None for clip in clips)


@pytest.mark.parametrize("reader", folders.READERS.values(), ids=folders.READERS)
def test_a_folder_with_nothing_in_it_is_said(reader, tmp_path):
    with pytest.raises(UserError):
        list(reader(tmp_path))
    with pytest.raises(UserError):
        list(reader(tmp_path / "nowhere"))


def test_a_manifest_mixes(bodies, tmp_path):
    path = tmp_path / "mixture.json"
    rows = [{"kind": "amass", "folder": "amass", "share": 3.0}, {"kind": "amass", "folder": "amass", "minutes": 0.01}]
    path.write_text(json.dumps({"data_pack": 0.5, "sources": rows}), encoding="utf-8")
    pack = MultimodalClip("own", "pack", "train", share=0.1)
    clips = list(Manifest.read(path).recordings(lambda: iter([pack])))
    assert [clip.share for clip in clips] == [0.05, 3.0, 3.0, 1.0]


@pytest.mark.parametrize(
    "content",
    [
        [],
        {},
        {"sources": [{"kind": "films", "folder": "x"}]},
        {"sources": [{"kind": "amass"}]},
        {"sources": [{"kind": "amass", "folder": "x", "share": -1}]},
        {"sources": [{"kind": "amass", "folder": "x", "weight": 1}]},
        {"mixture": []},
    ],
)
def test_a_wrong_manifest_is_said(tmp_path, content):
    path = tmp_path / "mixture.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(UserError):
        Manifest.read(path)
