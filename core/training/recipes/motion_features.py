# SPDX-License-Identifier: GPL-3.0-or-later
"""The feature extractor of the `gesture` bench, from the training motion to weights/gesture_features.

An autoencoder of two-second windows learns the training part of the body corpus and its mirror images, nothing of the
validation part. About ten minutes on one core; stopped, it goes on where it was.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from ...models.motion_features import WINDOW, FeatureConfig, MotionFeatures, save
from ...models.motion_features.channels import centred, frame_channels, window_starts
from ...models.motion_features.objectives import explained, reconstruction_loss
from ...motion.recorded.to_canonical import mirrored
from ...paths import GESTURE_FEATURES, data_pack
from ..data.body import BodyClip, load
from ..loops.averaging import averaged
from ..loops.checkpoints import Checkpoints
from ..loops.run import TrainingRun
from ..loops.settings import add_run_arguments, begin

log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=data_pack(), help="the developers' data pack")
    parser.add_argument("--cache", type=Path, default=Path(".cache/motion"), help="prepared motion")
    add_run_arguments(parser, "motion_features", GESTURE_FEATURES, seed=20)
    parser.add_argument("--steps", type=int, default=5000)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--learning-rate", type=float, default=1e-3)


def mean_of(bodies: list[BodyClip]) -> np.ndarray:
    """float32 (CHANNELS,): mean of the recorded frames and of their mirror images."""
    total, count = 0.0, 0.0
    for body in bodies:
        for clip in (body.clip, mirrored(body.clip)):
            frames, recorded = frame_channels(clip)
            total, count = total + (frames.astype(np.float64) * recorded).sum(0), count + recorded * float(len(frames))
    return (total / np.maximum(count, 1.0)).astype(np.float32)


class Windows:
    """The windows of recordings and of their mirror images, cut when asked for."""

    def __init__(self, bodies: list[BodyClip], mean: np.ndarray, stride: int):
        self._frames = [
            centred(clip, mean).astype(np.float16) for body in bodies for clip in (body.clip, mirrored(body.clip))
        ]
        glitches = [body.glitches for body in bodies for _ in range(2)]
        self._starts = [
            (which, start)
            for which, frames in enumerate(self._frames)
            for start in window_starts(len(frames), stride, glitches[which])
        ]

    def __len__(self) -> int:
        return len(self._starts)

    def batches(self, chosen: Sequence[int]) -> Iterator[torch.Tensor]:
        """The chosen windows, 256 at a time."""
        for first in range(0, len(chosen), 256):
            yield self[chosen[first : first + 256]]

    def __getitem__(self, chosen: Sequence[int]) -> torch.Tensor:
        """float32 (n, CHANNELS, WINDOW)."""
        cut = [
            self._frames[which][start : start + WINDOW].T for which, start in (self._starts[index] for index in chosen)
        ]
        return torch.from_numpy(np.stack(cut).astype(np.float32))


def run(arguments: argparse.Namespace) -> None:
    begin(arguments)
    bodies = load(arguments.cache, arguments.data)
    recorded = [body for body in bodies if body.split == "train"]
    mean = mean_of(recorded)
    learned = Windows(recorded, mean, 2)
    held = Windows([body for body in bodies if body.split == "validation"], mean, 8)
    minutes = sum(len(body.clip) for body in recorded) / 30.0 / 60.0
    log.info("%d clips, %.1f min, %d windows; %d for validation", len(recorded), minutes, len(learned), len(held))
    data = {
        "clips": len(recorded),
        "minutes": round(minutes, 1),
        "windows": len(learned),
        "steps": arguments.steps,
        "seed": arguments.seed,
    }
    model = train(FeatureConfig(data=data), mean, learned, held, arguments)
    model.config = replace(model.config, data={**data, **_explained(model, learned, held)})
    save(model, arguments.weights)
    log.info("wrote %s: %s", arguments.weights, model.config.data)


def train(
    config: FeatureConfig, mean: np.ndarray, learned: Windows, held: Windows, arguments: argparse.Namespace
) -> MotionFeatures:
    """Train (or go on with) the autoencoder on windows of one half, watched on those of the other. Returns its average."""
    torch.manual_seed(arguments.seed)
    model = MotionFeatures(config)
    model.mean.copy_(torch.from_numpy(mean))
    optimizer = torch.optim.AdamW(model.parameters(), arguments.learning_rate, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, arguments.learning_rate, arguments.steps, pct_start=0.05)
    checkpoints = Checkpoints(arguments.run / "motion_features.pt", 60.0)
    average = averaged(model)
    training = TrainingRun(checkpoints, model, optimizer, schedule, average)
    while training.step < arguments.steps:
        random = np.random.default_rng((arguments.seed, training.step))
        batch = learned[random.integers(0, len(learned), arguments.batch)]
        shown = training.update([("loss", reconstruction_loss(model, batch))])
        if training.step % 500 == 0:
            log.info("step %d: loss %.4f, %s", training.step, shown["loss"], _explained(average.module, learned, held))
        training.save(force=training.step == arguments.steps)
    return average.module


def _explained(model: MotionFeatures, learned: Windows, held: Windows) -> dict[str, float]:
    """Shares of the windows' variance about the mean pose that the autoencoder gives back."""
    some, all_held = range(0, len(learned), 37), range(len(held))
    return {
        "explained_training": round(explained(model, learned.batches(some)), 3),
        "explained_validation": round(explained(model, held.batches(all_held)), 3),
    }
