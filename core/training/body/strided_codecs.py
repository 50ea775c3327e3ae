# SPDX-License-Identifier: GPL-3.0-or-later
"""Training the codecs whose tokens span several frames.

They begin as principal components; what is learned is a decoder that smooths over tokens and codebooks. Errors of velocity count
against how much a joint moves in its window: absolute errors have their least where a slowly turning pelvis stands still.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import torch
from torch import Tensor

from ...models.emage.config import CodecConfig
from ...models.emage.strided_codec import StridedCodec
from ..loops.averaging import averaged
from ..loops.checkpoints import Checkpoints
from ..loops.run import Smoothed, TrainingRun
from ..loops.schedule import scheduled
from ..loops.settings import TrainingSettings
from .codecs import Batches
from .geometry import PART_JOINTS, places_m

log = logging.getLogger(__name__)
_LEAST_SPREAD = {"rotation": 0.02, "root_m": 0.01, "contact": 0.2}


@dataclass(frozen=True)
class StridedCodecTraining(TrainingSettings):
    """batch: windows of `length` frames. Weights: hurry of velocities' relative error, places of metres. least: velocity that
    counts as moving, of rot6d a frame (five degrees a second)."""

    steps: int = 400
    batch: int = 32
    learning_rate: float = 6e-4
    length: int = 64
    hurry: float = 1.0
    places: float = 12.0
    least: float = 0.004


def measure(codec: StridedCodec, part: str, vectors: Tensor) -> None:
    """Set the codec from vectors (windows, T, channels) of its part: the mean, how much each joint moves about its place within a
    window (the same for its numbers), and the principal components."""
    deviation = vectors.std(1).square().mean(0).sqrt()
    turned = 6 * len(PART_JOINTS[part])
    joints = deviation[:turned].unflatten(0, (-1, 6)).square().mean(-1).sqrt()
    spread = deviation.clone()
    spread[:turned] = joints.clamp_min(_LEAST_SPREAD["rotation"]).repeat_interleave(6)
    spread[turned : turned + 3] = deviation[turned : turned + 3].clamp_min(_LEAST_SPREAD["root_m"])
    spread[turned + 3 :] = deviation[turned + 3 :].clamp_min(_LEAST_SPREAD["contact"])
    codec.mean.copy_(vectors.mean((0, 1)))
    codec.spread.copy_(spread)
    stride = codec.config.stride
    codec.begin(vectors[:, : vectors.shape[1] // stride * stride].reshape(-1, stride, vectors.shape[-1]))


def _errors(
    codec: StridedCodec, part: str, decoded: Tensor, vectors: Tensor, settings: StridedCodecTraining
) -> dict[str, Tensor]:
    values = ((decoded - vectors) / codec.spread).abs().mean()
    turned = 6 * len(PART_JOINTS[part])
    ours, true = (x[..., :turned].unflatten(-1, (-1, 6)).diff(dim=1) for x in (decoded, vectors))
    moved = true.norm(dim=-1).mean(1)
    hurry = ((ours - true).norm(dim=-1).mean(1) / (moved + settings.least)).mean()
    away = (places_m(part, decoded) - places_m(part, vectors)).norm(dim=-1).mean()
    total = values + settings.hurry * hurry + settings.places * away
    moves = ours.norm(dim=-1).mean((0, 1)) / true.norm(dim=-1).mean((0, 1)).clamp_min(1e-6)
    return {"loss": total, "values": values, "hurry": hurry, "away_cm": 100.0 * away, "moves": moves.mean()}


def strided_codec_loss(
    codec: StridedCodec, part: str, vectors: Tensor, settings: StridedCodecTraining
) -> tuple[Tensor, dict[str, Tensor]]:
    """vectors (B, T, channels) → what to descend, and figures to watch. The latents stay principal components."""
    with torch.no_grad():
        latents = codec.encoder(vectors)
    shown = _errors(codec, part, codec.decoder(latents)[:, : vectors.shape[1]], vectors, settings)
    return shown["loss"], {name: value.detach() for name, value in shown.items()}


def train_strided_codec(
    config: CodecConfig, part: str, batches: Batches, sample: Tensor, run: Path, settings: StridedCodecTraining
) -> StridedCodec:
    """One codec. batches: random generator → vectors (B, T, channels) of the part. sample: windows (n, T, channels), to begin
    from. Goes on from its checkpoint in `run`."""
    torch.manual_seed(settings.seed)
    codec = StridedCodec(config)
    measure(codec, part, sample)
    left = codec.quantizer.fit(codec.encoder(sample).detach().flatten(0, 1))
    log.info("%s: codes leave %.2f of what latents vary", part, left)
    learned = [*codec.composed.parameters(), *codec.refined.parameters()]
    optimizer = torch.optim.AdamW(learned, 1.0, betas=(0.9, 0.99), weight_decay=1e-4)
    schedule = scheduled(optimizer, settings.steps, settings.learning_rate, 50, 0.03)
    checkpoints = Checkpoints(run / f"codec_{part}.pt", 60.0)
    training = TrainingRun(checkpoints, codec, optimizer, schedule, averaged(codec, 0.99), clip=1.0)
    random = np.random.default_rng((settings.seed, training.step))
    smoothed = Smoothed()
    codec.train()
    while training.step < settings.steps:
        loss, shown = strided_codec_loss(codec, part, batches(random), settings)
        training.update([("loss", loss)])
        smoothed.add(shown)
        training.save()
        if training.step % 50 == 0:
            rounded = {name: round(value, 3) for name, value in smoothed.values.items()}
            log.info(
                "%s %d/%d %s %.2f s/step", part, training.step, settings.steps, rounded, training.seconds_a_step(50)
            )
    training.save(force=True)
    return cast(StridedCodec, training.result.eval())
