# SPDX-License-Identifier: GPL-3.0-or-later
"""PD-FGC's training: windows put together of several recordings, what is not known, all stages on made-up faces."""

import copy
from dataclasses import replace

import numpy as np
import pytest
import torch

from core.models.meshtalk.shapes import SHAPES as STORED
from core.models.pdfgc import RIG_PRESETS, load, save
from core.models.pdfgc.rig_channels import CHANNELS, CORNERS, SHAPES
from core.models.pdfgc.rig_network import RigHearing, RigPdfgc
from core.models.pretraining import Pretraining, PretrainingConfig
from core.performance.parts import CHANNELS_OF_CONTROL
from core.training.data.faces.store import FaceStore
from core.training.data.faces.whole_motion import MotionStore
from core.training.loops.settings import TrainingSettings
from core.training.pdfgc.losses import Banks, dropped, pose_numbers, split_losses
from core.training.pdfgc.steps import VARIANTS, Material, begun, train_lips, train_motion, train_split
from core.training.pdfgc.windows import FRAMES, MARGIN, SILENT, MotionWindows
from core.training.pretraining.starting import Start

KNOWS = {
    "grid_s1": ("LIPS", "HEAD"),
    "spoken": ("LIPS",),
    "facegood": ("LIPS",),
    "address": ("LIPS", "EXPRESSION", "HEAD"),
    "rom": ("LIPS", "EYES", "EXPRESSION"),
    "gaze": ("EYES",),
    "headset": ("EYES",),
}


@pytest.fixture(scope="module")
def material(tmp_path_factory) -> Material:
    """Each corpus once for each split, 80 frames long."""
    random = np.random.default_rng(0)
    corpora, frames = list(KNOWS), 80
    count = 2 * len(corpora)
    known = np.zeros((count, CHANNELS), bool)
    for index in range(count):
        for control in KNOWS[corpora[index // 2]]:
            known[index] |= CHANNELS_OF_CONTROL[control]
    values = random.random((count, frames, CHANNELS)) * known[:, None]
    values[..., SHAPES:] *= 20.0
    sounds = [
        frames * index if corpora[index // 2] in ("grid_s1", "spoken", "facegood") else -1 for index in range(count)
    ]
    motions = MotionStore(
        values=values.reshape(-1, CHANNELS).astype(np.float16),
        begins=np.arange(count) * frames,
        lengths=np.full(count, frames),
        known=known,
        corpora=np.repeat(corpora, 2),
        splits=np.tile(["train", "validation"], len(corpora)),
        sounds=np.array(sounds),
    )
    total = 6 * frames
    none = np.zeros(0, int)
    heard = FaceStore(
        values=np.zeros((0, len(STORED)), np.float16),
        begins=none,
        lengths=none,
        known=np.zeros((0, len(STORED)), bool),
        corpora=none,
        splits=none,
        sounds=none,
        mel=(-9.0 + np.arange(4 * total)[:, None] / 1000.0 + np.zeros(80)).astype(np.float16),
        lips=np.zeros((total, len(STORED)), np.float16),
        trains=np.arange(total) % (2 * frames) < frames,
        pairings=np.zeros((0, 3), int),
    )
    return Material(motions, heard, tmp_path_factory.mktemp("run"))


def test_windows_hear_their_own_sound_and_are_filled_from_others(material):
    faces = MotionWindows(material.motions, material.sounds, "train", 3).draw(40, augmented=False)
    assert faces.plain.shape == (40, FRAMES, CHANNELS) and faces.mel.shape == (40, 4 * (FRAMES + 2 * MARGIN), 80)
    assert faces.heard.any() and not faces.heard.all()
    assert (faces.mel[~faces.heard] < SILENT + 0.1).all() and (faces.mel[faces.heard] > -10.0).all()
    known = faces.known[:, 0].bool()
    filled = known[:, CHANNELS_OF_CONTROL["EXPRESSION"]].any(1)[faces.heard]
    assert filled.any() and not filled.all(), "upper faces come from others, not always"
    assert (faces.plain.abs().sum(1)[~known] == 0.0).all(), "what is not known means nothing"
    same = MotionWindows(material.motions, material.sounds, "train", 3).draw(40, augmented=False)
    torch.testing.assert_close(same.overlaid, faces.overlaid)


def test_only_mouths_corners_and_the_upper_face_are_laid_over(material):
    faces = MotionWindows(material.motions, material.sounds, "train", 4).draw(60)
    changed = (faces.overlaid - faces.plain).abs().amax((0, 1)) > 1e-6
    allowed = torch.from_numpy(CHANNELS_OF_CONTROL["EXPRESSION"] | np.isin(np.arange(CHANNELS), CORNERS))
    assert changed.any() and not changed[~allowed].any()
    assert faces.overlaid[..., :SHAPES].min() >= 0.0 and faces.overlaid[..., :SHAPES].max() <= 1.0


def test_a_pose_is_six_numbers_that_know_left_from_right():
    numbers = pose_numbers(torch.tensor([[20.0, 0.0, 0.0], [-20.0, 0.0, 0.0]]))
    assert numbers.shape == (2, 6)
    torch.testing.assert_close(numbers[0, 0], -numbers[1, 0])
    torch.testing.assert_close(numbers[0, 3], numbers[1, 3])


def test_unknown_channels_are_not_learned(material):
    """What stands where nothing is known changes no loss."""
    torch.manual_seed(0)
    model = begun(RIG_PRESETS["tiny"], material, 0)
    faces = MotionWindows(material.motions, material.sounds, "train", 5).draw(12)
    noise = 0.5 * (1.0 - faces.known)
    other = replace(faces, plain=faces.plain + noise, overlaid=faces.overlaid + noise)
    seen = dropped(faces, torch.Generator().manual_seed(0))
    first = split_losses(model, faces, Banks(model), seen)
    second = split_losses(model, other, Banks(model), seen)
    for name in ("reconstruction", "contrast", "steady_lips", "decorrelation", "kept_expression"):
        torch.testing.assert_close(first[name], second[name], msg=name)


@pytest.mark.slow
def test_all_stages_run_go_on_and_repeat(material):
    few = TrainingSettings(steps=3, batch=8, learning_rate=1e-3, seed=1)
    model = train_motion(begun(RIG_PRESETS["tiny"], material, 1), material, few)
    lips = train_lips(copy.deepcopy(model), material, few)
    results = {variant: train_split(copy.deepcopy(lips), material, few, variant) for variant in VARIANTS}
    weights = {name: result.decoder.outputs.weight for name, result in results.items()}
    assert not torch.equal(weights["split"], weights["correlated"])
    again = train_split(copy.deepcopy(lips), material, few, "split")  # from its checkpoint, which is at its end
    torch.testing.assert_close(again.decoder.outputs.weight, weights["split"])
    for checkpoint in material.folder.glob("split.pt"):
        checkpoint.unlink()
    anew = train_split(copy.deepcopy(lips), material, few, "split")
    torch.testing.assert_close(anew.decoder.outputs.weight, weights["split"])


def hearing_of(model: RigPdfgc) -> RigHearing:
    assert isinstance(model.audio_encoder, RigHearing)
    return model.audio_encoder


@pytest.mark.parametrize("frozen", [True, False])
def test_a_pretrained_encoder_hears_in_the_place_of_its_own(material, tmp_path, frozen):
    torch.manual_seed(99)
    start = Start(Pretraining(PretrainingConfig.named("tiny")).audio.phonetic, frozen)
    given = start.encoder.state_dict()
    own = replace(material, folder=tmp_path, start=start)
    model = begun(RIG_PRESETS["tiny"], own, 1)
    trunk = hearing_of(model).hearing.trunk
    assert all(torch.equal(value, given[name]) for name, value in trunk.state_dict().items())
    projected = hearing_of(model).hearing.project.weight.detach().clone()
    settings = TrainingSettings(steps=2, batch=8, learning_rate=1e-3, seed=1)
    trained = train_split(train_lips(model, own, settings), own, settings, "split")
    trunk = hearing_of(trained).hearing.trunk
    assert all(torch.equal(value, given[name]) for name, value in trunk.state_dict().items()) == frozen
    assert not torch.equal(hearing_of(trained).hearing.project.weight, projected)
    save(trained, tmp_path / "weights")
    again = load(tmp_path / "weights")
    mel = torch.randn(2, 4 * (FRAMES + 2 * hearing_of(again).margin), 80)
    with torch.no_grad():
        heard = [one.eval().audio_encoder(mel) for one in (trained, again)]
    assert heard[0].shape == (2, FRAMES, RIG_PRESETS["tiny"].feature_dim)
    assert torch.equal(*heard)


def test_beyond_a_recording_there_is_silence(material):
    """Where more is heard than the moment itself, it is not the next recording's."""
    windows = MotionWindows(material.motions, material.sounds, "train", 0, margin=12)
    first = int(material.motions.sounds[1])
    mel = windows._mel(np.array([first, first + 20]), augmented=False)
    silent = (mel - SILENT).abs() < 0.1
    assert silent[0, : 4 * 12].all() and not silent[0, 4 * 12 :].any()
    assert not silent[1, : 4 * 12].any()
