# SPDX-License-Identifier: GPL-3.0-or-later
"""Learns to tell speech from music, and writes the small table that `core.audio.sound_kind` reads.

    python -m core.training sound_kind [--data DIR] [--out DIR]

Two logistic regressions on the features of five seconds of sound and their products: is speech heard, is music heard. The data
pack's voices, tunes and drummers, FluidSynth and flite are needed; a few minutes.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch

from ...audio.sound_features import sound_features
from ...audio.sound_kind import EXCERPT_S, scaled_products
from ...paths import WEIGHTS, data_pack
from ...statistics import statistics_of
from ..data.kinds_of_sound import HeardSound, sounds, taken_for

log = logging.getLogger(__name__)

COUNT = {"train": 640, "validation": 240}
VALIDATION_S = 10.0
PENALTY = 2e-3  # of the squared weights
FALSE_MUSIC = 3.0  # how much worse music heard in plain speech is than any other error


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=data_pack(), help="the developers' data pack")
    parser.add_argument("--out", type=Path, default=WEIGHTS / "sound_kind", help="folder of the table")


def run(arguments: argparse.Namespace) -> None:
    heard = list(sounds(arguments.data, "train", COUNT["train"], EXCERPT_S))
    features = np.stack([sound_features(sound.samples) for sound in heard])
    labels = np.array([(sound.speech, sound.music) for sound in heard], np.float64)
    model = {"format": 1, **fitted(features, labels)}
    arguments.out.mkdir(parents=True, exist_ok=True)
    target = arguments.out / "statistics.json"
    target.write_text(json.dumps(model) + "\n", encoding="utf-8")
    statistics_of.cache_clear()
    for split, length_s in (("train", EXCERPT_S), ("validation", VALIDATION_S)):
        known = heard if split == "train" else sounds(arguments.data, split, COUNT[split], length_s)
        report(split, known)


def fitted(features: np.ndarray, labels: np.ndarray) -> dict[str, list]:
    """features (n, F), labels (n, 2) of 0 and 1 → mean, deviation, weights, bias, rounded."""
    mean, deviation = features.mean(0), features.std(0) + 1e-6
    inputs = torch.from_numpy(scaled_products(features, mean, deviation))
    wanted = torch.from_numpy(labels)
    plain = (wanted[:, 0] == 1) & (wanted[:, 1] == 0)
    importance = torch.ones_like(wanted)
    importance[plain, 1] = FALSE_MUSIC
    weights = torch.zeros(inputs.shape[1], 2, dtype=torch.float64, requires_grad=True)
    bias = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights, bias], max_iter=300, line_search_fn="strong_wolfe")
    loss_of = torch.nn.functional.binary_cross_entropy_with_logits

    def step() -> torch.Tensor:
        optimizer.zero_grad()
        loss = loss_of(inputs @ weights + bias, wanted, importance) + PENALTY * weights.square().sum()
        loss.backward()
        return loss

    optimizer.step(step)
    arrays = {"mean": mean, "deviation": deviation, "weights": weights.detach().numpy(), "bias": bias.detach().numpy()}
    return {name: np.round(values, 5).tolist() for name, values in arrays.items()}


def report(split: str, heard: Iterable[HeardSound]) -> None:
    """Logs what sounds of each source were taken for."""
    for source, kinds in taken_for(heard).items():
        counts = ", ".join(f"{kind} {kinds[kind]}" for kind in ("SPEECH", "MUSIC", "BOTH") if kind in kinds)
        log.info("%s: %s: %s of %d", split, source, counts, kinds.total())
