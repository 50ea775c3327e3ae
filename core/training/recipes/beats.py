# SPDX-License-Identifier: GPL-3.0-or-later
"""The network that hears beats and bars, from mixed music to weights/beats.

    python -m core.training beats [--data DIR] [--steps N]

A temporal convolutional network of some 28,000 numbers learns where the beats and bars of drummers, tunes and made patterns are,
nothing of the drummers and tunes kept out. FluidSynth is needed once, for single notes. Some ten minutes on one core to mix the pieces,
and some twenty to learn; stopped, it goes on where it was.
"""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ...audio.music.beat_network import METRES
from ...audio.temporal_network import BANDS, RATE_HZ
from ...paths import WEIGHTS, data_pack
from ..data.beats.examples import BeatExamples, prepared
from ..loops.checkpoints import Checkpoints
from ..loops.run import Smoothed, TrainingRun
from ..loops.settings import add_run_arguments, begin
from ..temporal_network import TemporalNetwork, write_table

log = logging.getLogger(__name__)

CHANNELS, LAYERS = 20, 10
COUNT = 1800
EXCERPT_S = 20.0
METRE_WEIGHT = 0.15  # of the metre's loss


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=data_pack(), help="the developers' data pack")
    parser.add_argument("--cache", type=Path, default=Path(".cache/beats"), help="mixed pieces")
    add_run_arguments(parser, "beats", WEIGHTS / "beats", seed=7)
    parser.add_argument("--steps", type=int, default=1700)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--learning-rate", type=float, default=4e-3)


def losses(network: TemporalNetwork, bands: Tensor, beats: Tensor, metres: Tensor) -> Tensor:
    """bands (B, T, BANDS), beats (B, T / 2, 2) of 0 and 1, metres (B,)."""
    near = torch.zeros_like(beats)
    near[:, 1:] = beats[:, :-1]
    near[:, :-1] = torch.maximum(near[:, :-1], beats[:, 1:])
    logits = network(bands)
    wanted = torch.maximum(beats, 0.5 * near)
    heard = F.binary_cross_entropy_with_logits(logits[..., :2], wanted, reduction="none").mean((0, 1)).sum()
    return heard + METRE_WEIGHT * F.cross_entropy(logits[..., 2:].mean(1), metres)


def batch_of(examples: BeatExamples, count: int, random: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Excerpts, softer or louder, some without some of the bands."""
    length = int(EXCERPT_S * RATE_HZ)
    chosen = random.integers(len(examples.bands), size=count)
    first = random.integers(examples.beats.shape[1] - length + 1, size=count)
    bands = np.stack([examples.bands[row, 2 * at : 2 * (at + length)] for row, at in zip(chosen, first)])
    bands = bands.astype(np.float32) + random.uniform(-0.3, 0.3, (count, 1, 1)).astype(np.float32)
    for part in bands[random.random(count) < 0.3]:
        low = int(random.integers(BANDS - 6))
        part[:, low : low + int(random.integers(2, 7))] = 0.0
    beats = np.stack(
        [
            np.stack((examples.beats[row, at : at + length], examples.downbeats[row, at : at + length]), axis=1)
            for row, at in zip(chosen, first)
        ]
    )
    return (
        torch.from_numpy(np.maximum(bands, 0.0)),
        torch.from_numpy(beats.astype(np.float32)),
        torch.from_numpy(examples.metres[chosen]),
    )


def run(arguments: argparse.Namespace) -> None:
    begin(arguments)
    torch.manual_seed(arguments.seed)
    examples = prepared(arguments.cache / "train.npz", arguments.data, "train", COUNT)
    network = TemporalNetwork(2 + len(METRES), CHANNELS, LAYERS)
    optimizer = torch.optim.AdamW(network.parameters(), arguments.learning_rate, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, arguments.learning_rate, arguments.steps, pct_start=0.1)
    training = TrainingRun(Checkpoints(arguments.run / "checkpoint.pt"), network, optimizer, schedule, clip=1.0)
    shown = Smoothed()
    network.train()
    while training.step < arguments.steps:
        random = np.random.default_rng([arguments.seed, training.step])
        shown.add(training.update([("loss", losses(network, *batch_of(examples, arguments.batch, random)))]))
        if training.step % 50 == 0:
            log.info("%d: loss %.4f, %.2f s a step", training.step, shown.values["loss"], training.seconds_a_step(50))
        training.save()
    training.save(force=True)
    write_table(network, arguments.weights)
