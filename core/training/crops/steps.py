# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of the crops' training, and what of held-out clips is found meanwhile."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from ...models.pretraining.crops import CropEncoder
from ...models.pretraining.network import Pretraining
from ...models.pretraining.objectives import similarities
from ..data.pretraining.crops import HEADS, HELD_HEADS, TALK, CropStore
from ..data.pretraining.store import PretrainingStore
from ..loops.averaging import averaged
from ..loops.checkpoints import Checkpoints
from ..loops.decay import decaying_groups
from ..loops.run import Smoothed, TrainingRun
from ..loops.schedule import scheduled
from ..loops.settings import TrainingSettings
from ..pretraining.curves import draw, write_row
from ..pretraining.retrieval import GALLERY, recalls
from .objective import CropObjective
from .windows import CropWindows, told_of

log = logging.getLogger(__name__)

SAID_EVERY, MEASURED_EVERY = 20, 100


@dataclass(frozen=True)
class CropSettings(TrainingSettings):
    """As every training's."""

    steps: int = 600
    batch: int = 16
    learning_rate: float = 2e-3


def train(
    encoder: CropEncoder,
    others: Pretraining,
    store: PretrainingStore,
    crops: CropStore,
    folder: Path,
    settings: CropSettings,
) -> CropEncoder:
    """Run, or go on with, the training; checkpoint, table and picture lie in `folder`. Returns the averaged encoder."""
    objective = CropObjective(encoder, others)
    optimizer = torch.optim.AdamW(decaying_groups(objective.parameters(), 0.05), 1.0)
    schedule = scheduled(optimizer, settings.steps, settings.learning_rate, 30, 0.02)
    run = TrainingRun(
        Checkpoints(folder / "crops.pt", 60.0), objective, optimizer, schedule, averaged(objective, 0.99), clip=2.0
    )
    if run.step >= settings.steps:
        return _encoder_of(run)
    known = told_of(others, store, crops, crops.of("train", HEADS))
    held = {
        name: told_of(others, store, crops, rows)
        for name, heads in (("known heads", HEADS), ("new heads", HELD_HEADS))
        if len(rows := crops.of("validation", heads))
    }
    seed = 1000 * settings.seed + run.step
    noise, random, shown = torch.Generator().manual_seed(seed), np.random.default_rng(seed), Smoothed(0.1)
    while run.step < settings.steps:
        objective.train()
        rows = random.choice(len(known), min(settings.batch, len(known)), replace=False)
        loss, losses = objective(known.of(rows), noise)
        run.update([("loss", loss)])
        shown.add(losses)
        if run.step % SAID_EVERY == 0:
            _said(run, shown, objective, held, folder)
        run.save(force=run.step == settings.steps)
    return _encoder_of(run)


def _encoder_of(run: TrainingRun) -> CropEncoder:
    """The average so far."""
    result = run.result
    assert isinstance(result, CropObjective)
    return result.encoder


def _said(
    run: TrainingRun, shown: Smoothed, objective: CropObjective, held: dict[str, CropWindows], folder: Path
) -> None:
    """A row of the table."""
    weights = {f"weight {name}": value for name, value in objective.weights.weights().items()}
    figures = {"step": run.step, "rate": run.optimizer.param_groups[0]["lr"], **shown.values, **weights}
    if run.step % MEASURED_EVERY == 0:
        figures |= {f"R@1 {name}": found_first(_encoder_of(run), windows) for name, windows in held.items()}
    write_row(folder / "crops.csv", figures)
    brief = {name: round(value, 3) for name, value in figures.items() if not name.startswith("weight ")}
    log.info("%s %.2f s/step", brief, run.seconds_a_step(SAID_EVERY))
    if run.step % MEASURED_EVERY == 0:
        draw(folder / "crops.csv", folder / "crops.png")


def found_first(encoder: CropEncoder, windows: CropWindows) -> float:
    """R@1 of crops and motion among the first windows of talk, at most a gallery."""
    talk = np.flatnonzero(np.isin(windows.corpora, TALK))[:GALLERY]
    some = windows.of(talk)
    return recalls(similarities(seen_by(encoder, some), some.motion))["R@1"]


@torch.inference_mode()
def seen_by(encoder: CropEncoder, windows: CropWindows) -> torch.Tensor:
    """Embeddings (W, T, D) of the crops."""
    encoder.eval()
    rows = np.arange(len(windows))
    return torch.cat([encoder(windows.of(some).crops()) for some in np.split(rows, range(16, len(rows), 16))])
