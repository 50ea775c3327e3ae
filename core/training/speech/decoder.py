# SPDX-License-Identifier: GPL-3.0-or-later
"""Stage two: the articulation decoder learns to move a mouth.

Where a mouth was captured with the sound it follows that mouth; where only the phones are known it follows the rules of
coarticulation; everywhere a linear lip reader has to be able to tell the six lip classes from distances on a head, and
lips have to meet in a p, b or m and to part elsewhere.
"""

from __future__ import annotations

import json
import logging
import math
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from ...models.speech.config import CHANNELS
from ...models.speech.frontend import loudness, measure_level, network_input
from ...models.speech.model import SpeechModel
from ..data.augmentation import augment
from ..loops.checkpoints import Average, Checkpoints
from ..loops.prefetch import prefetched
from .coarticulation import GROUPS
from .encoder import LIP_CLASS_OF_PHONE, source_of
from .features import Features
from .mouth import MouthDistances, lip_reading_error
from .sampling import Batch, Sampler

log = logging.getLogger(__name__)

_CLOSED, _LIP_TEETH = 1, 2
CLOSED_GAP_CM = 0.02
PARTED_GAP_CM = 0.32


@dataclass(frozen=True)
class DecoderTraining:
    """Settings of stage two. augmented: share of the examples made harder. The weights of the objectives (velocity, lips,
    reader, gap, phones) are relative to the error of the curves; closed: missed closures against needless ones."""

    steps: int = 1050
    batch: int = 32
    crop_s: float = 4.0
    learning_rate: float = 2e-3
    encoder_learning_rate: float = 0.0
    shares: tuple[tuple[str, float], ...] = (
        ("facegood", 0.2),
        ("grid_s1", 0.1),
        ("espeak", 0.1),
        ("synthetic", 0.24),
        ("recorded", 0.36),
    )
    augmented: float = 0.5
    velocity: float = 0.15
    lips: float = 0.5
    reader: float = 0.6
    gap: float = 0.5
    closed: float = 1.6
    phones: float = 0.15
    seed: int = 2
    threads: int = 2


def _pool(item: Features) -> str:
    corpus = item.utterance.corpus
    return corpus if corpus in ("facegood", "grid_s1") else source_of(item)


def channel_scale() -> torch.Tensor:
    """(channels,): the error of each curve is divided by this, so that the closure's count as much as the jaw's."""
    scale = torch.full((len(CHANNELS),), 0.25)
    for name in GROUPS["closure"].channels:
        scale[CHANNELS.index(name)] = 0.15
    scale[CHANNELS.index("mouthClose")] = 0.05
    for name in GROUPS["raise"].channels + GROUPS["spread"].channels:
        scale[CHANNELS.index(name)] = 0.15
    return scale


def train_decoder(
    model: SpeechModel,
    features: list[Features],
    basis: Path,
    folder: Path,
    settings: DecoderTraining,
    name: str = "decoder",
) -> SpeechModel:
    """Run (or go on with) stage two on features with curves, or, with a learning rate for the encoder, tune both.

    basis: the measuring head. name: of the checkpoint and the log in `folder`. Returns the averaged model.
    """
    torch.set_num_threads(settings.threads)
    torch.manual_seed(settings.seed)
    tune = settings.encoder_learning_rate > 0
    model.encoder.requires_grad_(tune)
    mouth = MouthDistances(basis, model.config.channels)
    lip_scale = torch.nn.Parameter(
        torch.tensor([[2.0, 0.0], [3.0, 0.0]])
    )  # cm → standard deviations of the recorded lips
    groups = [{"params": model.decoder.parameters(), "lr": 1.0}, {"params": [lip_scale], "lr": 3.0}]
    if tune:
        groups.append(
            {"params": model.encoder.parameters(), "lr": settings.encoder_learning_rate / settings.learning_rate}
        )
    shares = [group["lr"] for group in groups]
    optimizer = torch.optim.AdamW(groups, settings.learning_rate, weight_decay=0.01)
    average = Average(model, decay=0.99)  # a short run: a longer memory would still hold the beginning
    checkpoints = Checkpoints(folder / f"{name}.pt")
    listening = {name: value.clone() for name, value in model.encoder.state_dict().items()}
    values = checkpoints.restore(model=model, average=average.model, optimizer=optimizer)
    step = values.get("step", 0)
    if values:
        lip_scale.data.copy_(torch.tensor(values["lip_scale"]))
    if not tune:  # an encoder that was trained further since then takes the place of the old one
        model.encoder.load_state_dict(listening)
        average.model.encoder.load_state_dict(listening)
    average.steps = step
    generator = torch.Generator().manual_seed(settings.seed + step)
    pools = [(share, [item for item in features if _pool(item) == name]) for name, share in settings.shares]
    sampler = Sampler(pools, settings.crop_s, np.random.default_rng(settings.seed + step), len(model.config.channels))
    scale = channel_scale()

    def prepare() -> tuple[Batch, torch.Tensor, torch.Tensor]:
        batch = sampler.batch(settings.batch)
        mel = batch.mel
        hard = torch.rand(len(mel), generator=generator) < settings.augmented
        if hard.any():
            mel[hard] = augment(mel[hard], generator)
        mel = mel - (measure_level(mel) + 0.2 * torch.randn(len(mel), generator=generator))[:, None, None]
        return batch, loudness(mel), network_input(mel)

    batches = prefetched(prepare)
    started, mean, mean_read = time.monotonic(), {}, None
    while step < settings.steps:
        rate = (
            settings.learning_rate
            * min(1.0, (step + 1) / 50)
            * (0.5 * (1 + math.cos(math.pi * step / settings.steps)) * 0.99 + 0.01)
        )
        for group, share in zip(optimizer.param_groups, shares):
            group["lr"] = rate * share
        batch, loud, heard = next(batches)
        if tune:
            hidden, logits = model.encoder.train()(heard)
        else:
            with torch.no_grad():
                hidden, logits = model.encoder.eval()(heard)
        curves = model.decoder.train()(hidden, logits.softmax(-1), loud, heard)
        error = (curves - batch.curves) / scale
        weight = batch.weights
        change = torch.diff(error, dim=1) * 10
        losses = {
            "curves": (weight * error.square()).sum() / (weight > 0).sum(),
            "velocity": settings.velocity * (weight[:, 1:] * change.square()).sum() / (weight > 0).sum(),
        }
        distances = mouth(curves)
        known = batch.labels >= 0
        lip_class = torch.where(known, LIP_CLASS_OF_PHONE[batch.labels.clamp(min=0)], -1)
        unread, read = lip_reading_error(distances, lip_class)
        losses["reader"] = settings.reader * unread
        # the middle of a closure is closed, the middle of what is none is open; edges are left to the curves
        steady = functional.pad(
            (lip_class[:, 2:] == lip_class[:, 1:-1]) & (lip_class[:, :-2] == lip_class[:, 1:-1]), (1, 1)
        )
        gap = distances[..., 0]
        closed = steady & (lip_class == _CLOSED)
        parted = steady & (lip_class > _LIP_TEETH)
        losses["gap"] = (
            settings.gap
            * (
                settings.closed * functional.relu(gap - CLOSED_GAP_CM)[closed].mean().nan_to_num()
                + 2 * functional.relu(PARTED_GAP_CM - gap)[parted].mean().nan_to_num()
            )
            * 3
        )
        recorded = ~batch.lips[..., 0].isnan()
        if recorded.any():
            seen = distances[..., :2] - mouth.neutral[:2]
            error = (seen * lip_scale[:, 0] + lip_scale[:, 1])[recorded] - batch.lips[recorded]
            losses["lips"] = settings.lips * (error.square() * torch.tensor([1.5, 0.8])).mean()
        if tune:
            losses["phones"] = settings.phones * functional.cross_entropy(
                logits.flatten(0, 1), batch.labels.flatten(), ignore_index=-1, label_smoothing=0.05
            )
        loss = sum(losses.values())
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_([p for group in optimizer.param_groups for p in group["params"]], 2.0)
        optimizer.step()
        average.update(model)
        step += 1
        for name, value in losses.items():
            mean[name] = mean.get(name, float(value.detach())) * 0.97 + 0.03 * float(value.detach())
        mean_read = read if mean_read is None else 0.97 * mean_read + 0.03 * read
        if step % 50 == 0:
            log.info(
                "step %d/%d %s lip reader %.3f %.2f s/step",
                step,
                settings.steps,
                {name: round(value, 4) for name, value in mean.items()},
                mean_read,
                (time.monotonic() - started) / 50,
            )
            with (folder / f"{name}.jsonl").open("a") as file:
                file.write(json.dumps({"step": step, **mean, "lip_reader": mean_read}) + "\n")
            started = time.monotonic()
        checkpoints.save(
            {"step": step, "lip_scale": lip_scale.tolist()},
            force=step == settings.steps,
            model=model,
            average=average.model,
            optimizer=optimizer,
        )
    return average.model
