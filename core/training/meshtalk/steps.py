# SPDX-License-Identifier: GPL-3.0-or-later
"""MeshTalk's two training steps: the latent, then what follows what in it."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from ...models.meshtalk import MeshTalk, MeshTalkConfig
from ...models.meshtalk.encoders import AudioEncoder
from ...models.meshtalk.objectives import TalkingFaces, context_loss, latent_losses
from ..data.faces.store import FaceStore
from ..loops.averaging import averaged
from ..loops.checkpoints import Checkpoints
from ..loops.prefetch import prefetched
from ..loops.run import Smoothed, TrainingRun, write_figures
from ..loops.schedule import scheduled
from ..loops.settings import TrainingSettings
from ..pretraining.starting import Start, begin_hearing, parameter_groups
from .figures import latent_figures
from .head import MeasuringHead
from .windows import CONTEXT_SHARES, LATENT_SHARES, FaceWindows

log = logging.getLogger(__name__)

LATENT = TrainingSettings(steps=3000, batch=16, learning_rate=2e-3)
CONTEXT = TrainingSettings(steps=3000, batch=16, learning_rate=2e-3)
SAID_EVERY = 100
MEL_MEAN, MEL_SPREAD = -9.0, 4.0  # of speech at MeshTalk's level, roughly


@dataclass(frozen=True)
class Material:
    """What both steps learn from. start: what the model hears with, None for its own encoder; the store's sound is as that hears it."""

    store: FaceStore
    head: MeasuringHead
    folder: Path
    start: Start | None = None


def begun(config: MeshTalkConfig, material: Material, seed: int) -> MeshTalk:
    """A model to train: faces normalised by the training faces, sound as if it were, or heard by a pre-trained encoder."""
    torch.manual_seed(seed)
    if material.start is not None:
        config = replace(config, hearing=material.start.hearing)
    model = MeshTalk(config)
    windows = FaceWindows(material.store, "train", LATENT_SHARES, seed)
    mean, spread = windows.mean_and_spread()
    model.set_statistics(mean, spread)
    begin_hearing(model, material.start)
    encoder = model.encoder.audio_encoder
    if isinstance(encoder, AudioEncoder):
        with torch.no_grad():  # the first convolution begins as if every band had mean 0 and deviation 1
            first = encoder.convert_dimensions
            first.weight /= MEL_SPREAD
            assert first.bias is not None
            first.bias -= MEL_MEAN * first.weight.sum((1, 2))
    return model


def train_latent(
    model: MeshTalk, material: Material, settings: TrainingSettings, name: str, crossed: bool = True
) -> MeshTalk:
    """The first step, or its rest. crossed: with the cross-modality terms (without: an ablation). Returns the averaged model."""
    learned = [*model.encoder.parameters(), *model.vertex_unet.parameters()]
    optimizer = torch.optim.AdamW(parameter_groups(model, learned, material.start), weight_decay=1e-3)
    run = _run(model, optimizer, settings, material.folder / f"{name}.pt")
    mean = model.vertex_unet.mean[0, 0]
    windows = FaceWindows(material.store, "train", LATENT_SHARES, settings.seed + 1000 + run.step)
    batches = prefetched(lambda: windows.draw(settings.batch, mean))
    noise = torch.Generator().manual_seed(settings.seed + run.step)
    shown = Smoothed(0.05)
    while run.step < settings.steps:
        model.train()
        losses = latent_losses(model, next(batches), material.head.space, material.head.regions, noise)
        kept = losses if crossed else {key: losses[key] for key in ("reconstruction", "landmarks")}
        run.update([("all", sum(kept.values(), torch.zeros(())))])
        shown.add(losses)
        if run.step % SAID_EVERY == 0:
            figures = {"step": run.step, **{key: round(value, 4) for key, value in shown.values.items()}}
            if run.step % (5 * SAID_EVERY) == 0:
                figures |= latent_figures(run.result, material.store, material.head, mean)
            log.info("%s %s %.2f s/step", name, figures, run.seconds_a_step(SAID_EVERY))
            write_figures(material.folder / f"{name}.jsonl", figures)
        run.save(force=run.step == settings.steps)
    batches.close()
    return run.result


def train_context(model: MeshTalk, material: Material, settings: TrainingSettings, name: str) -> MeshTalk:
    """The second step, or its rest, on a latent that stays as it is. Returns the averaged model."""
    model.requires_grad_(False).eval()
    model.context_model.requires_grad_(True)
    optimizer = torch.optim.AdamW([{"params": model.context_model.parameters(), "lr": 1.0}], weight_decay=0.02)
    run = _run(model, optimizer, settings, material.folder / f"{name}.pt")
    mean = model.vertex_unet.mean[0, 0]
    windows = FaceWindows(material.store, "train", CONTEXT_SHARES, settings.seed + 2000 + run.step)
    batches = prefetched(lambda: windows.draw(settings.batch, mean))
    held = _held(material.store, mean)
    shown = Smoothed(0.05)
    while run.step < settings.steps:
        model.context_model.train()
        loss = context_loss(model, next(batches))
        run.update([("nll", loss)])
        shown.add({"nll": loss})
        if run.step % SAID_EVERY == 0:
            figures = {"step": run.step, "nll": round(shown.values["nll"], 4)}
            if run.step % (5 * SAID_EVERY) == 0:
                figures["nll_validation"] = round(_mean_loss(run.result, held), 4)
            log.info("%s %s %.2f s/step", name, figures, run.seconds_a_step(SAID_EVERY))
            write_figures(material.folder / f"{name}.jsonl", figures)
        run.save(force=run.step == settings.steps)
    batches.close()
    return run.result


def _run(model: MeshTalk, optimizer: torch.optim.Optimizer, settings: TrainingSettings, path: Path) -> TrainingRun:
    schedule = scheduled(optimizer, settings.steps, settings.learning_rate, 100, 0.02)
    return TrainingRun(Checkpoints(path, 120.0), model, optimizer, schedule, averaged(model, 0.995), clip=1.0)


def _held(store: FaceStore, mean: Tensor) -> list[TalkingFaces]:
    windows = FaceWindows(store, "validation", CONTEXT_SHARES, 7)
    return [windows.draw(32, mean, augmented=False) for _ in range(2)]


@torch.no_grad()
def _mean_loss(model: torch.nn.Module, held: list[TalkingFaces]) -> float:
    assert isinstance(model, MeshTalk)
    return float(torch.stack([context_loss(model, faces) for faces in held]).mean())
