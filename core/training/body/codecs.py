# SPDX-License-Identifier: GPL-3.0-or-later
"""Training the four codecs and the global-motion network, one after another or each in a process of its own.

As published (`models.emage.objectives.codec_loss`), and: a distance of joint positions in place of the vertex term; a short
warm-up without quantisation, after which the codebook is drawn from the encoder's latents; codes that nothing uses restart
at random latents. Without these three a quarter of an hour on one core leaves most codes unused.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from ...models.emage.codec import GlobalMotion, MotionCodec
from ...models.emage.config import EmageConfig
from ...models.emage.objectives import codec_loss, global_motion_loss
from ..loops.checkpoints import Average, Checkpoints
from ..loops.schedule import warmed_cosine
from .geometry import PART_JOINTS, places_m

log = logging.getLogger(__name__)
Batches = Callable[[np.random.Generator], Tensor]


@dataclass(frozen=True)
class CodecTraining:
    """steps: of `batch` windows of `length` frames. places_weight: of the joints' mean distance in metres."""

    steps: int = 900
    batch: int = 24
    length: int = 64
    learning_rate: float = 8e-4
    warm_up: int = 80
    restart_every: int = 40
    places_weight: float = 6.0
    seed: int = 0


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
    optimizer = torch.optim.Adam(codec.parameters(), settings.learning_rate, betas=(0.9, 0.99))
    average = Average(codec, 0.99)
    checkpoints = Checkpoints(run / f"codec_{part}.pt", 60.0)
    step = int(checkpoints.restore(codec=codec, optimizer=optimizer, average=average.model).get("step", 0))
    average.steps = step
    used = torch.zeros(config.codecs[part].codes)
    began, shown = time.monotonic(), {}
    while step < settings.steps:
        vectors = batches(random)
        for group in optimizer.param_groups:
            group["lr"] = warmed_cosine(step, settings.steps, settings.learning_rate, 30, 0.05)
        quantized = step >= settings.warm_up
        if step == settings.warm_up:
            with torch.no_grad():
                _draw_codebook(codec, codec.encoder(vectors), draws)
            optimizer.state.pop(codec.quantizer.embedding.weight, None)
        loss, shown = _losses(codec, part, vectors, quantized, settings, face_joints)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(codec.parameters(), 0.99)
        optimizer.step()
        step += 1
        if quantized:
            with torch.no_grad():
                latents = codec.encoder(vectors)
                used += torch.bincount(codec.quantizer.nearest(latents).reshape(-1), minlength=len(used))
                if step % settings.restart_every == 0:
                    if step < 0.7 * settings.steps and bool((used == 0).any()):
                        _draw_codebook(codec, latents, draws, used == 0)
                        average = Average(codec, 0.99)
                    shown["used"] = int((used > 0).sum())
                    used.zero_()
        average.update(codec)
        checkpoints.save({"step": step}, codec=codec, optimizer=optimizer, average=average.model)
        if step % 100 == 0:
            log.info(
                "%s %d/%d %s %.0f s",
                part,
                step,
                settings.steps,
                {name: round(float(value), 4) for name, value in shown.items()},
                time.monotonic() - began,
            )
    checkpoints.save({"step": step}, force=True, codec=codec, optimizer=optimizer, average=average.model)
    return average.model


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
    optimizer = torch.optim.Adam(network.parameters(), settings.learning_rate, betas=(0.9, 0.99))
    checkpoints = Checkpoints(run / "global_motion.pt", 60.0)
    step = int(checkpoints.restore(network=network, optimizer=optimizer).get("step", 0))
    while step < settings.steps:
        lower = batches(random)
        for group in optimizer.param_groups:
            group["lr"] = warmed_cosine(step, settings.steps, settings.learning_rate, 30, 0.05)
        hidden = lower.clone()
        hidden[..., 54:57] = 0.0  # the translation is what it must find
        loss = global_motion_loss(network(hidden), lower, config.rate_hz)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 0.99)
        optimizer.step()
        step += 1
        checkpoints.save({"step": step}, network=network, optimizer=optimizer)
        if step % 100 == 0:
            log.info("global motion %d/%d %.4f", step, settings.steps, float(loss.detach()))
    checkpoints.save({"step": step}, force=True, network=network, optimizer=optimizer)
    return network.eval()
