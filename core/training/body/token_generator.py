# SPDX-License-Identifier: GPL-3.0-or-later
"""Training the generator of tokens: as long as there is time, stopped and gone on with as one likes, on a CPU or a GPU.

Windows with seeds, with the plan's strokes as hints, with an animator's keys, with random tokens or cells given (`token_masks`)
are mixed in a batch; some do not hear the sound, so that guidance can be had in use. The learning rate falls as the root of the
steps and has no end; what is shipped is the moving average.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import LambdaLR

from ...models.emage.body_parts import BODY_PARTS, CONTACT, rest_frames, split
from ...models.emage.codec import MotionCodecs
from ...models.emage.config import EmageConfig
from ...models.emage.masking import hidden_ratio
from ...models.emage.network import Emage
from ...models.emage.token_network import Noised, TokenNetwork
from ..loops.averaging import averaged
from ..loops.checkpoints import Checkpoints, write_whole
from ..loops.prefetch import prefetched
from ..loops.run import Smoothed, TrainingRun, write_figures
from ..loops.settings import TrainingSettings
from .frames import BodyFrames
from .token_masks import token_masks
from .token_windows import TokenBatch, cut

log = logging.getLogger(__name__)
_ORDERS = {"away": 1.0, "hurry": 1.0, "jolt": 0.5}  # weights of motion, velocity, acceleration
_LEAST = 1e-3  # of a squared share: below, errors count as squares


@dataclass(frozen=True)
class TokenTraining(TrainingSettings):
    """What a run is.

    steps: where to stop, seen from the very beginning; minutes: or after so long (0: never). ramp: steps after which all cells of
    random masks are hidden. silent: share of windows without sound. jitter: of what is given, in usual deviations.
    """

    steps: int = 200_000
    batch: int = 16
    learning_rate: float = 1e-3
    minutes: float = 0.0
    ramp: int = 20_000
    silent: float = 0.12
    jitter: float = 0.05
    validate_every: int = 200
    device: str = "cpu"


@dataclass(frozen=True)
class _Step:
    """A batch, with what is hidden and who hears."""

    windows: TokenBatch
    mask: Tensor
    heard: Tensor

    def to(self, device: str) -> _Step:
        return _Step(self.windows.to(device), self.mask.to(device), self.heard.to(device))


def set_usual_motion(model: Emage) -> None:
    """Mean and spread of the network's motion input, from the codecs'."""
    mean, spread = rest_frames(1, 1)[0, 0], torch.ones(CONTACT.stop)
    index = torch.arange(CONTACT.stop, dtype=torch.float32)[None, None]
    for part, where in split(index, index[..., :0], ()).items():
        if part in BODY_PARTS:
            at = where[0, 0].long()
            mean[at], spread[at] = model.codecs.strided(part).mean, model.codecs.strided(part).spread
    model.network.motion_mean.copy_(mean)
    model.network.motion_spread.copy_(spread)


@torch.no_grad()
def set_usual_latents(model: Emage, frames: BodyFrames, windows: int = 1500) -> None:
    """Mean and spread of the network's latents, from so many windows of motion; of hands, where fingers were recorded."""
    random = np.random.default_rng(0)
    found = []
    for fingers_only in (False, True):
        starts = frames.window_starts(windows, model.config.window, random, fingers_only)
        motion = torch.from_numpy(frames.motion[frames.windows(starts, model.config.window)].astype(np.float32))
        found.append(latents_of(model.codecs, motion).flatten(0, 1))
    hands = slice(model.config.codecs["upper"].latent, -model.config.codecs["lower"].latent)
    found[0][:, hands] = found[1][:, hands]
    model.network.latent_mean.copy_(found[0].mean(0))
    model.network.latent_spread.copy_(found[0].std(0).clamp_min(1e-4))


def latents_of(codecs: MotionCodecs, motion: Tensor) -> Tensor:
    """motion (B, T, 337) → latents of all parts (B, N, latents)."""
    vectors = split(motion, motion[..., :0], ())
    return torch.cat([codecs.strided(part).encoder(vectors[part]) for part in BODY_PARTS], dim=-1)


def token_loss(codecs: MotionCodecs, wrong: Tensor, true: Tensor, fingers: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
    """How much of motion, of its velocity and of its acceleration is missed, as shares of theirs, part by part. Of each window the
    root counts: errors are small where there is little noise, and matter as much (pseudo-Huber, Song and Dhariwal 2024).

    Args:
        codecs: what latents stand for.
        wrong: (B, N, latents), the error.
        true: (B, N, latents), less their mean.
        fingers: float (B,), 1 or 0: hands count where they were recorded.
    """
    total, shown, at = wrong.new_zeros(()), {}, 0
    for part in BODY_PARTS:
        codec = codecs.strided(part)
        own = slice(at, at + codec.config.latent)
        at += codec.config.latent
        counts = fingers if part == "hands" else torch.ones_like(fingers)
        counts = counts / counts.sum().clamp_min(1.0)
        error, motion = (codec.composed_without_mean(x[..., own]) for x in (wrong, true))
        for name, weight in _ORDERS.items():
            missed = error.square().mean((1, 2)) / motion.square().mean().clamp_min(1e-8)
            missed = ((missed + _LEAST).sqrt() * counts).sum()
            total = total + weight * missed
            shown[f"{part}_{name}"] = missed.detach()
            error, motion = error.diff(dim=-1), motion.diff(dim=-1)
    return total, shown


def train_tokens(model: Emage, frames: BodyFrames, held_out: BodyFrames, run: Path, settings: TokenTraining) -> Emage:
    """Train `model.network` on; the codecs are frozen. held_out: performances of validation clips, to watch only."""
    torch.manual_seed(settings.seed)
    network: TokenNetwork = model.network
    set_usual_motion(model)
    set_usual_latents(model, frames)
    model.to(settings.device)
    optimizer = torch.optim.AdamW(network.parameters(), 1.0, betas=(0.9, 0.98), weight_decay=0.02)
    schedule = LambdaLR(
        optimizer, lambda step: settings.learning_rate * min((step + 1) / 200, (2000 / (step + 1)) ** 0.5, 1.0)
    )
    checkpoints = Checkpoints(run / "generator.pt", 300.0)
    training = TrainingRun(checkpoints, network, optimizer, schedule, averaged(network, 0.998), clip=1.0)
    _arrive(training, run / "travel.pt")
    seed = (settings.seed, training.step)
    random = np.random.default_rng(seed)
    batches = prefetched(lambda: prepared(model.config, frames, training.step, settings, random))
    network.train()
    smoothed, began = Smoothed(0.02), time.monotonic()
    while training.step < settings.steps and not (
        settings.minutes and time.monotonic() - began > 60 * settings.minutes
    ):
        smoothed.add(_update(training, model, next(batches), settings))
        training.save()
        if training.step % 100 == 0:
            rounded = {name: round(value, 3) for name, value in smoothed.values.items()}
            log.info("%d %s %.3f s/step", training.step, rounded, training.seconds_a_step(100))
        if training.step % settings.validate_every == 0:
            found = validate(training.result, model.codecs, held_out, settings)
            write_figures(run / "generator.jsonl", {"step": training.step, **smoothed.values, **found})
            _depart(training, run / "travel.pt")
            log.info("  held out %s", {name: round(value, 3) for name, value in found.items()})
    if settings.steps:
        training.save(force=True)
        _depart(training, run / "travel.pt")
    network.load_state_dict(training.result.state_dict())
    return model.to("cpu").eval()


def _depart(training: TrainingRun, travelling: Path) -> None:
    """Write the small checkpoint, whole or not at all."""
    average = {name: value.half().cpu() for name, value in training.result.state_dict().items()}
    write_whole({"step": training.step, "average": average}, travelling)


def _arrive(training: TrainingRun, travelled: Path) -> None:
    """Begin from the small checkpoint of another machine where it is ahead: the average goes on, the optimizer starts afresh."""
    if not travelled.is_file():
        return
    state = torch.load(travelled, weights_only=True, map_location="cpu")
    if state["step"] <= training.step:
        return
    for module in (training.model, training.result):
        module.load_state_dict(state["average"])
    training.step = int(state["step"])
    training.schedule.last_epoch = training.step
    log.info("goes on at %d from %s", training.step, travelled.name)


def prepared(
    config: EmageConfig, frames: BodyFrames, step: int, settings: TokenTraining, random: np.random.Generator
) -> _Step:
    """What a step learns from: windows, what is hidden of them, and which are heard."""
    windows = cut(config, frames, settings.batch, random)
    ratio = max(hidden_ratio(step, settings.ramp), float(random.random()))
    sizes = config.seed_frames, config.token_frames
    mask = token_masks(windows.content.numpy(), windows.rhythm.numpy(), windows.fingers.numpy(), ratio, sizes, random)
    heard = torch.from_numpy(random.random(settings.batch) >= settings.silent)
    return _Step(windows, mask, heard)


def losses(
    network: nn.Module, codecs: MotionCodecs, step: _Step, motion: Tensor, level: Tensor
) -> tuple[Tensor, dict[str, Tensor]]:
    """The loss of windows that are seen as `motion`, their latents under noise of these levels (B,), and its parts."""
    windows = step.windows
    own = cast(TokenNetwork, network)
    with torch.no_grad():
        away = latents_of(codecs, windows.motion) - own.latent_mean
        usual = away / own.latent_spread
        share = level[:, None, None]
        noised = Noised(usual + share * (torch.randn_like(usual) - usual), level)
    with torch.autocast(motion.device.type, torch.bfloat16, enabled=motion.device.type == "cuda"):
        found = network((windows.content, windows.rhythm), motion, step.mask, noised, windows.speaker, step.heard)
    wrong = (found.float() - usual) * own.latent_spread
    return token_loss(codecs, wrong, away, windows.fingers.float())


def _update(training: TrainingRun, model: Emage, step: _Step, settings: TokenTraining) -> dict[str, Tensor]:
    step = step.to(settings.device)
    windows = step.windows
    noise = (
        settings.jitter * torch.rand(len(step.mask), 1, 1, device=step.mask.device) * torch.randn_like(windows.motion)
    )
    level = torch.rand(len(step.mask), device=step.mask.device)
    loss, shown = losses(
        training.model, model.codecs, step, windows.motion + noise * model.network.motion_spread, level
    )
    training.update([("loss", loss)])
    return {"loss": loss.detach(), **shown}


@torch.inference_mode()
def validate(
    network: nn.Module, codecs: MotionCodecs, held_out: BodyFrames, settings: TokenTraining
) -> dict[str, float]:
    """On unseen clips, given as in training: what `token_loss` shows."""
    network.eval()
    own = TokenTraining(batch=48, silent=0.0)
    step = prepared(codecs.config, held_out, settings.ramp, own, np.random.default_rng(1)).to(settings.device)
    level = torch.linspace(0.05, 1.0, own.batch, device=step.mask.device)
    shown = losses(network, codecs, step, step.windows.motion, level)[1]
    return {f"held_{name}": float(value) for name, value in shown.items()}
