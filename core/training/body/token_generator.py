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
from ...models.emage.token_network import TokenNetwork, TokenPrediction
from ..loops.averaging import averaged
from ..loops.checkpoints import Checkpoints, write_whole
from ..loops.prefetch import prefetched
from ..loops.run import Smoothed, TrainingRun, write_figures
from ..loops.settings import TrainingSettings
from .frames import BodyFrames
from .token_masks import token_masks
from .token_windows import TokenBatch, cut

log = logging.getLogger(__name__)
_LEVELS = (1.0, 0.6, 0.4)  # weights of a token's codes: the fine ones are half noise


@dataclass(frozen=True)
class TokenTraining(TrainingSettings):
    """What a run is.

    steps: where to stop, seen from the very beginning; minutes: or after so long (0: never). ramp: steps after which all cells of
    random masks are hidden. silent: share of windows without sound. jitter: of what is given, in usual deviations. latent:
    weight of the unexplained share of what codes leave over.
    """

    steps: int = 200_000
    batch: int = 24
    learning_rate: float = 6e-4
    minutes: float = 0.0
    ramp: int = 20_000
    silent: float = 0.12
    jitter: float = 0.05
    latent: float = 1.0
    validate_every: int = 250
    device: str = "cpu"


@dataclass(frozen=True)
class _Step:
    """A batch on its device, with what is hidden and who hears."""

    windows: TokenBatch
    mask: Tensor
    heard: Tensor


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


def token_loss(
    network: TokenNetwork, codecs: MotionCodecs, prediction: TokenPrediction, windows: TokenBatch, latent: float
) -> tuple[Tensor, dict[str, Tensor]]:
    """Cross-entropy of all codes (nats, weighed by level) and, of what codes leave over, the share that is not explained, and of
    the way from token to token; hands
    count where they were recorded."""
    total, shown = windows.motion.new_zeros(()), {}
    for part, vectors in split(windows.motion, windows.motion[..., :0], ()).items():
        if part not in BODY_PARTS:
            continue
        with torch.no_grad():
            true = codecs.strided(part).encoder(vectors)
            codes = codecs.strided(part).quantizer.nearest(true)
        sums = codecs.strided(part).quantizer.partial(codes)
        counts = windows.fingers.float() if part == "hands" else torch.ones_like(windows.fingers, dtype=torch.float32)
        counts = counts / counts.sum().clamp_min(1.0)
        for level, before in enumerate(sums[:-1]):
            logits = network.head(part)(prediction.hidden[part], before, level).float()
            error = nn.functional.cross_entropy(logits.transpose(1, 2), codes[..., level], reduction="none").mean(1)
            error = (error * counts).sum()
            total = total + _LEVELS[level] * error
            shown[f"{part}{level + 1}"] = error.detach()
            if level == 0:
                hits = (logits.argmax(-1) == codes[..., 0]).float().mean(1)
                shown[f"{part}_hits"] = (hits * counts).sum().detach()
        known = codecs.strided(part).quantizer.lookup(_mistaken(codes, logits.detach()) if network.training else codes)
        ours = known + network.head(part).left_over(prediction.hidden[part], known).float()
        away = (ours - true).square().mean((1, 2)) / (true - sums[-1]).square().mean().clamp_min(1e-6)
        steps = true.diff(dim=1)
        hurry = (ours.diff(dim=1) - steps).square().mean((1, 2)) / steps.square().mean().clamp_min(1e-6)
        total = total + latent * ((away + hurry) * counts).sum()
        shown[f"{part}_unexplained"] = (away * counts).sum().detach()
        shown[f"{part}_hurry"] = (hurry * counts).sum().detach()
    return total, shown


def train_tokens(model: Emage, frames: BodyFrames, held_out: BodyFrames, run: Path, settings: TokenTraining) -> Emage:
    """Train `model.network` on; the codecs are frozen. held_out: performances of validation clips, to watch only."""
    torch.manual_seed(settings.seed)
    network: TokenNetwork = model.network
    set_usual_motion(model)
    model.to(settings.device)
    optimizer = torch.optim.AdamW(network.parameters(), 1.0, betas=(0.9, 0.98), weight_decay=0.02)
    schedule = LambdaLR(
        optimizer, lambda step: settings.learning_rate * min((step + 1) / 200, (2000 / (step + 1)) ** 0.5, 1.0)
    )
    checkpoints = Checkpoints(run / "generator.pt", 300.0)
    training = TrainingRun(checkpoints, network, optimizer, schedule, averaged(network, 0.999), clip=1.0)
    _arrive(training, run / "travel.pt")
    seed = (settings.seed, training.step)
    random = np.random.default_rng(seed)
    batches = prefetched(lambda: _prepared(model.config, frames, training.step, settings, random))
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


def _prepared(
    config: EmageConfig, frames: BodyFrames, step: int, settings: TokenTraining, random: np.random.Generator
) -> _Step:
    windows = cut(config, frames, settings.batch, random)
    ratio = max(hidden_ratio(step, settings.ramp), float(random.random()))
    sizes = config.seed_frames, config.token_frames
    mask = token_masks(windows.content.numpy(), windows.rhythm.numpy(), windows.fingers.numpy(), ratio, sizes, random)
    heard = torch.from_numpy(random.random(settings.batch) >= settings.silent)
    return _Step(windows, mask, heard)


def _update(training: TrainingRun, model: Emage, step: _Step, settings: TokenTraining) -> dict[str, Tensor]:
    windows, mask, heard = (
        step.windows.to(settings.device),
        step.mask.to(settings.device),
        step.heard.to(settings.device),
    )
    network: TokenNetwork = model.network
    noise = settings.jitter * torch.rand(len(mask), 1, 1, device=mask.device) * torch.randn_like(windows.motion)
    motion = windows.motion + noise * network.motion_spread
    with torch.autocast(mask.device.type, torch.bfloat16, enabled=mask.device.type == "cuda"):
        prediction = network((windows.content, windows.rhythm), motion, mask, windows.speaker, heard)
    prediction = TokenPrediction({part: hidden.float() for part, hidden in prediction.hidden.items()})
    loss, shown = token_loss(network, model.codecs, prediction, windows, settings.latent)
    training.update([("loss", loss)])
    return {"loss": loss.detach(), **shown}


def _mistaken(codes: Tensor, logits: Tensor, often: float = 0.25) -> Tensor:
    """Codes (B, N, levels), whose last level is at some tokens another likely one, as draws will be: logits (B, N, codes)."""
    drawn = torch.distributions.Categorical(logits=logits).sample()
    wrong = torch.rand(drawn.shape, device=drawn.device) < often
    return torch.cat((codes[..., :-1], torch.where(wrong, drawn, codes[..., -1])[..., None]), dim=-1)


@torch.inference_mode()
def validate(
    network: nn.Module, codecs: MotionCodecs, held_out: BodyFrames, settings: TokenTraining
) -> dict[str, float]:
    """On unseen clips, given as in training: what `token_loss` shows."""
    network.eval()
    own = TokenTraining(batch=48, silent=0.0)
    step = _prepared(codecs.config, held_out, settings.ramp, own, np.random.default_rng(1))
    windows, mask = step.windows.to(settings.device), step.mask.to(settings.device)
    prediction = network((windows.content, windows.rhythm), windows.motion, mask, windows.speaker)
    shown = token_loss(cast(TokenNetwork, network), codecs, prediction, windows, 0.0)[1]
    return {f"held_{name}": float(value) for name, value in shown.items()}
