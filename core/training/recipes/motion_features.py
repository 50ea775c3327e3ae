# SPDX-License-Identifier: GPL-3.0-or-later
"""The feature extractor of the `gesture` bench, from the training motion to weights/gesture_features.

An autoencoder of two-second windows learns the training part of the body corpus and its mirror images, nothing of the
validation part. About ten minutes on one core; stopped, it goes on where it was.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch

from ...models.motion_features import WINDOW, FeatureConfig, MotionFeatures, save
from ...models.motion_features.channels import centred, frame_channels, window_starts
from ...models.motion_features.objectives import explained, reconstruction_loss
from ...paths import GESTURE_FEATURES, data_pack
from ..data.body import BodyClip, load
from ..data.body.to_canonical import mirrored
from ..loops.checkpoints import Average, Checkpoints

log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=data_pack(), help="the developers' data pack")
    parser.add_argument("--cache", type=Path, default=Path(".cache/motion"), help="prepared motion")
    parser.add_argument(
        "--run", type=Path, default=Path(".cache/runs/motion_features"), help="folder of the checkpoint"
    )
    parser.add_argument("--weights", type=Path, default=GESTURE_FEATURES, help="where the finished extractor goes")
    parser.add_argument("--steps", type=int, default=5000)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--threads", type=int, default=1)


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
    torch.set_num_threads(arguments.threads)
    bodies = load(arguments.cache, arguments.data)
    training = [body for body in bodies if body.split == "train"]
    mean = mean_of(training)
    learned, held = (
        Windows(training, mean, 2),
        Windows([body for body in bodies if body.split == "validation"], mean, 8),
    )
    some = range(0, len(learned), 37)
    minutes = sum(len(body.clip) for body in training) / 30.0 / 60.0
    log.info("%d clips, %.1f min, %d windows; %d for validation", len(training), minutes, len(learned), len(held))
    torch.manual_seed(arguments.seed)
    config = FeatureConfig(
        data={
            "clips": len(training),
            "minutes": round(minutes, 1),
            "windows": len(learned),
            "steps": arguments.steps,
            "seed": arguments.seed,
        }
    )
    model = MotionFeatures(config)
    model.mean.copy_(torch.from_numpy(mean))
    average = Average(model)
    optimizer = torch.optim.AdamW(model.parameters(), arguments.learning_rate, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, arguments.learning_rate, arguments.steps, pct_start=0.05)
    parts = {"model": model, "average": average.model, "optimizer": optimizer, "schedule": schedule}
    checkpoints = Checkpoints(arguments.run / "motion_features.pt", 60.0)
    done = int(checkpoints.restore(**parts).get("step", 0))
    average.steps = done
    for step in range(done, arguments.steps):
        chosen = np.random.default_rng((arguments.seed, step)).integers(0, len(learned), arguments.batch)
        batch = learned[chosen]
        loss = reconstruction_loss(model, batch)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        schedule.step()
        average.update(model)
        if (step + 1) % 500 == 0:
            log.info(
                "step %d: loss %.4f, explained: training %.3f, validation %.3f",
                step + 1,
                loss.item(),
                explained(average.model, learned.batches(some)),
                explained(average.model, held.batches(range(len(held)))),
            )
        checkpoints.save({"step": step + 1}, step + 1 == arguments.steps, **parts)
    finished = average.model
    finished.config = FeatureConfig(
        **{
            **config.__dict__,
            "data": {
                **config.data,
                "explained_training": round(explained(finished, learned.batches(some)), 3),
                "explained_validation": round(explained(finished, held.batches(range(len(held)))), 3),
            },
        }
    )
    save(finished, arguments.weights)
    log.info("wrote %s: %s", arguments.weights, finished.config.data)
