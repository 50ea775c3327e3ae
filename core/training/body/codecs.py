# SPDX-License-Identifier: GPL-3.0-or-later
"""Training the four codecs and the global-motion network, one after another or each in a process of its own.

As published (`models.emage.objectives.codec_loss`), and: a distance of joint positions in place of the vertex term; a short
warm-up without quantisation, after which the codebook is drawn from the encoder's latents; codes that nothing uses restart
at random latents. Without these three a quarter of an hour on one core leaves most codes unused.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

from ...models.emage.codec import GlobalMotion, MotionCodec
from ...models.emage.config import EmageConfig
from ...models.emage.objectives import codec_loss, global_motion_loss
from ..loops.averaging import averaged
from ..loops.checkpoints import Checkpoints
from ..loops.run import TrainingRun
from ..loops.schedule import scheduled
from ..loops.settings import TrainingSettings
from .geometry import PART_JOINTS, places_m

log = logging.getLogger(__name__)
Batches = Callable[[np.random.Generator], Tensor]


@dataclass(frozen=True)
class CodecTraining(TrainingSettings):
    """batch: windows of `length` frames. warm_up: steps without quantisation. restart_every: steps between looks for unused codes.
    places_weight: of the joints' mean distance in metres."""

    steps: int = 900
    batch: int = 24
    learning_rate: float = 8e-4
    length: int = 64
    warm_up: int = 80
    restart_every: int = 40
    places_weight: float = 6.0


@torch.no_grad()
def _draw_codebook(codec: MotionCodec, latents: Tensor, random: torch.Generator, only: Tensor | None = None) -> None:
    """Codes (those of `only`, bool (codes,)) become random latents."""
    flat = latents.reshape(-1, latents.shape[-1])
    book = codec.quantizer.embedding.weight
    wanted = torch.arange(len(book)) if only is None else torch.where(only)[0]
    book[wanted] = flat[torch.randint(len(flat), (len(wanted),), generator=random)]


def train_codec(
    config: EmageConfig, part: str, batches: Batches, run: Path, settings: CodecTraining, face_joints: int = 1
) -> MotionCodec:
    """One codec. batches: random generator → vectors (B, T, channels) of the part. Goes on from its checkpoint in `run`."""
    torch.manual_seed(settings.seed)
    random, draws = np.random.default_rng(settings.seed), torch.Generator().manual_seed(settings.seed)
    codec = MotionCodec(config.codecs[part])
    training = _training(codec, run / f"codec_{part}.pt", settings, averaged(codec, 0.99))
    usage = _CodeUsage(codec, settings, draws)
    while training.step < settings.steps:
        vectors = batches(random)
        quantized = training.step >= settings.warm_up
        if training.step == settings.warm_up:
            with torch.no_grad():
                _draw_codebook(codec, codec.encoder(vectors), draws)
            training.optimizer.state.pop(codec.quantizer.embedding.weight, None)
        loss, shown = _losses(codec, part, vectors, quantized, settings, face_joints)
        training.update([("loss", loss)])
        if quantized and usage.watch(training.step, vectors):
            training.average = averaged(codec, 0.99)
        training.save()
        if training.step % 100 == 0:
            rounded = {name: round(float(value), 4) for name, value in {**shown, **usage.shown}.items()}
            progress = (part, training.step, settings.steps, rounded, training.seconds_a_step(100))
            log.info("%s %d/%d %s %.2f s/step", *progress)
    training.save(force=True)
    return training.result


def _training(
    model: nn.Module, checkpoint: Path, settings: CodecTraining, average: AveragedModel | None = None
) -> TrainingRun:
    optimizer = torch.optim.Adam(model.parameters(), 1.0, betas=(0.9, 0.99))
    schedule = scheduled(optimizer, settings.steps, settings.learning_rate, 30, 0.05)
    return TrainingRun(Checkpoints(checkpoint, 60.0), model, optimizer, schedule, average, clip=0.99)


class _CodeUsage:
    """Counts which codes are used, and restarts those that nothing uses. shown: how many were used, lately."""

    def __init__(self, codec: MotionCodec, settings: CodecTraining, draws: torch.Generator):
        self.codec, self.settings, self.draws = codec, settings, draws
        self.used = torch.zeros(len(codec.quantizer.embedding.weight))
        self.shown: dict[str, int] = {}

    @torch.no_grad()
    def watch(self, step: int, vectors: Tensor) -> bool:
        """After a step on vectors (B, T, channels); returns whether codes were restarted."""
        latents = self.codec.encoder(vectors)
        self.used += torch.bincount(self.codec.quantizer.nearest(latents).reshape(-1), minlength=len(self.used))
        if step % self.settings.restart_every:
            return False
        unused = self.used == 0
        restarted = step < 0.7 * self.settings.steps and bool(unused.any())
        if restarted:
            _draw_codebook(self.codec, latents, self.draws, unused)
        self.shown = {"used": int((~unused).sum())}
        self.used.zero_()
        return restarted


def _losses(
    codec: MotionCodec, part: str, vectors: Tensor, quantized: bool, settings: CodecTraining, face_joints: int
) -> tuple[Tensor, dict[str, Tensor]]:
    if quantized:
        parts = codec_loss(codec, part, vectors, face_joints)
        total = parts.total
        decoded = parts.decoded
    else:
        decoded = codec.decoder(codec.encoder(vectors))
        error = decoded - vectors
        total = error.square().mean() + error.diff(dim=1).abs().mean()
        parts = None
    shown = {"loss": total.detach()}
    if part in PART_JOINTS:
        error = places_m(part, decoded) - places_m(part, vectors)
        away = error.norm(dim=-1).mean()
        total = total + settings.places_weight * (away + 2.0 * error.diff(dim=1).norm(dim=-1).mean())
        shown["away_cm"] = 100.0 * away.detach()
    else:
        total = total + settings.places_weight * (decoded - vectors).abs().mean()
    if parts is not None:
        shown |= {"rotation_deg": torch.rad2deg(parts.rotation.detach()), "values": parts.values.detach()}
    return total, shown


def train_global_motion(config: EmageConfig, batches: Batches, run: Path, settings: CodecTraining) -> GlobalMotion:
    """The network that turns the lower body (B, T, 61) into the root's velocity and height."""
    torch.manual_seed(settings.seed)
    random = np.random.default_rng(settings.seed)
    network = GlobalMotion(config.global_motion)
    training = _training(network, run / "global_motion.pt", settings)
    while training.step < settings.steps:
        lower = batches(random)
        hidden = lower.clone()
        hidden[..., 54:57] = 0.0  # the translation is what it must find
        shown = training.update([("loss", global_motion_loss(network(hidden), lower, config.rate_hz))])
        training.save()
        if training.step % 100 == 0:
            log.info("global motion %d/%d %.4f", training.step, settings.steps, shown["loss"])
    training.save(force=True)
    return network.eval()
