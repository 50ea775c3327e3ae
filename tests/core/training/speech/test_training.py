# SPDX-License-Identifier: GPL-3.0-or-later
"""The speech model's trainings on a handful of steps: they run, are stopped, go on, and write what they say."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from core.audio.phones import SYMBOLS
from core.models.speech.config import CHANNELS, SpeechConfig
from core.models.speech.network import SpeechModel
from core.training.data.speech.store import Utterance
from core.training.speech.decoder import DecoderTraining, train_decoder
from core.training.speech.encoder import EncoderTraining, train_encoder
from core.training.speech.features import Features

FRAMES = 160
TINY = SpeechConfig(SYMBOLS, CHANNELS, width=16, dilations=(1, 2), decoder_width=16, decoder_dilations=(1,))


def feature(number: int, split: str = "train") -> Features:
    """A made-up utterance with phones, curves and lips."""
    random = np.random.default_rng(number)
    utterance = Utterance("", f"u{number}", "made_up", "en", "one", "f", "recorded", split, "", 0, 0, 0, 0, 0, 0)
    return Features(
        utterance,
        random.normal(size=(FRAMES, 80)).astype(np.float16),
        random.integers(0, len(SYMBOLS), FRAMES).repeat(8)[:FRAMES].astype(np.int16),
        random.uniform(size=(FRAMES, len(CHANNELS))).astype(np.float16),
        np.ones(len(CHANNELS), np.float32),
        random.normal(size=(FRAMES, 2)).astype(np.float16),
    )


@pytest.fixture
def basis(tmp_path: Path) -> Path:
    """A head whose shapes move its vertices at random."""
    random = np.random.default_rng(0)
    names = [name.removesuffix("Left") for name in CHANNELS]
    deltas = random.normal(size=(len(names), 9300, 3)).astype(np.float32)
    np.savez(tmp_path / "head.npz", names=np.array(names), deltas=deltas, neutral=deltas[0])
    return tmp_path / "head.npz"


def lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_encoder_trains_and_goes_on(tmp_path: Path) -> None:
    features = [feature(number) for number in range(3)] + [feature(3, "validation")]
    settings = EncoderTraining(steps=2, batch=2, crop_s=1.0)
    first = train_encoder(TINY, features, tmp_path, settings)
    again = train_encoder(TINY, features, tmp_path, settings)
    assert all(torch.equal(a, b) for a, b in zip(first.state_dict().values(), again.state_dict().values()))
    longer = train_encoder(TINY, features, tmp_path, replace(settings, steps=4))
    assert not torch.equal(next(iter(first.parameters())), next(iter(longer.parameters())))
    assert [row["step"] for row in lines(tmp_path / "encoder.jsonl")] == [2, 4]
    assert "validation/made_up" in lines(tmp_path / "encoder.jsonl")[-1]


@pytest.mark.slow
@pytest.mark.parametrize("tune", [False, True])
def test_decoder_trains_and_goes_on(tmp_path: Path, basis: Path, tune: bool) -> None:
    model = SpeechModel(TINY)
    heard = next(iter(model.encoder.parameters())).clone()
    settings = DecoderTraining(steps=50, batch=2, crop_s=0.8, encoder_learning_rate=3e-4 if tune else 0.0)
    trained = train_decoder(model, [feature(number) for number in range(2)], basis, tmp_path, settings, "one")
    assert torch.equal(next(iter(trained.encoder.parameters())), heard) != tune
    (row,) = lines(tmp_path / "one.jsonl")
    assert row["step"] == 50
    assert {"curves", "velocity", "reader", "gap", "lips", "lip_reader"} <= row.keys()
    assert ("phones" in row) == tune
    assert all(np.isfinite(value) for value in row.values())
