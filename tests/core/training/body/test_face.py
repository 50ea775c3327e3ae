# SPDX-License-Identifier: GPL-3.0-or-later
"""Faces that learn from their sound: each window gets that of its own performance; frozen, the encoder stays."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.models.emage import Emage, EmageConfig
from core.models.pretraining import Pretraining, PretrainingConfig
from core.models.speech.hearing import MARGIN, SILENT
from core.training.body.face import FaceFrames, FaceSound
from core.training.body.frames import BodyFrames
from core.training.body.generator import GeneratorTraining, train_face
from core.training.body.windows import Windower
from core.training.pretraining.starting import Start, begin_hearing
from core.training.recipes.body import hearing_face

FRAMES = 120


@pytest.fixture(scope="module")
def start() -> Start:
    torch.manual_seed(99)
    return Start(Pretraining(PretrainingConfig.named("tiny")).audio.phonetic)


@pytest.fixture(scope="module")
def config(start) -> EmageConfig:
    talking = EmageConfig.named("talking")
    codecs = {part: replace(codec, width=8, codes=8) for part, codec in talking.codecs.items()}
    sizes = {"feature_width": 8, "hidden": 16, "heads": 2, "feedforward": 16, "cross_layers": 1, "face_layers": 1}
    travel = replace(talking.global_motion, width=8)
    return hearing_face(replace(talking, codecs=codecs, global_motion=travel, **sizes), start)


@pytest.fixture(scope="module")
def faces(config) -> FaceFrames:
    """Two performances of four seconds; columns of sound are numbered, the second's from 1000 on."""
    random, total = np.random.default_rng(0), 2 * FRAMES
    starts = np.array([0, FRAMES])
    frames = BodyFrames(
        random.random((total, 337)).astype(np.float32),
        np.zeros((total, 3), np.float32),
        random.random((total, config.content_width)).astype(np.float32),
        random.random((total, config.rhythm_width)).astype(np.float32),
        np.zeros(total, np.int64),
        np.ones(total, bool),
        starts,
        starts + FRAMES,
    )
    columns = np.concatenate([np.arange(400), 1000 + np.arange(400)])
    mel = np.repeat(columns[:, None], 80, 1).astype(np.float16)
    sound = FaceSound(mel, np.array([0, 400]), np.array([400, 400]))
    return FaceFrames(frames, random.random((total, 55)).astype(np.float32), sound)


def test_a_window_hears_its_own_performance(config, faces):
    windower = Windower(Emage(config), faces.frames, faces.expression, faces.sound)
    assert faces.sound is not None
    heard = windower._heard(np.array([0, 30, FRAMES]), faces.sound)
    assert heard[:, MARGIN, 0].tolist() == [0.0, 100.0, 1000.0]
    assert (heard[0, :MARGIN] == SILENT).all() and (heard[2, :MARGIN] == SILENT).all()
    batch = windower.cut(3, np.random.default_rng(0))
    assert len(batch.audio) == 3 and batch.audio[2].shape == heard.shape


@pytest.mark.parametrize("frozen", [True, False])
def test_frozen_the_encoder_stays_and_full_it_learns(config, faces, start, tmp_path, frozen):
    torch.manual_seed(1)
    own = replace(start, frozen=frozen)
    model = Emage(config)
    begin_hearing(model, own)
    hearing = model.network.audio_encoder_face.hearing
    projected = hearing.project.weight.detach().clone()
    train_face(model, faces, tmp_path, GeneratorTraining(face_steps=2, batch=4), own)
    given = start.encoder.state_dict()
    assert all(torch.equal(value, given[name]) for name, value in hearing.trunk.state_dict().items()) == frozen
    assert not torch.equal(hearing.project.weight, projected)
