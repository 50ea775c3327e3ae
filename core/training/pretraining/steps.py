# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of pre-training: on one processor, on CUDA with mixed precision, in several processes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from ...models.pretraining.config import PretrainingConfig
from ...models.pretraining.network import Pretraining
from ...models.pretraining.objectives import OBJECTIVES
from ..data.pretraining.store import PretrainingStore
from ..data.pretraining.views import ViewStore
from ..loops.averaging import averaged
from ..loops.checkpoints import Checkpoints
from ..loops.decay import decaying_groups
from ..loops.prefetch import prefetched
from ..loops.run import Smoothed, TrainingRun
from ..loops.schedule import scheduled
from ..loops.settings import TrainingSettings
from .curves import draw, write_row
from .objective import Objective
from .processes import Processes
from .retrieval import task_figures, tasks_of
from .windows import DANCE, FACES, GESTURES, SHARES, SPEECH, TALK, WindowDrawer, Windows

log = logging.getLogger(__name__)

SAID_EVERY, MEASURED_EVERY = 25, 250


@dataclass(frozen=True)
class PretrainingSettings(TrainingSettings):
    """objectives: of OBJECTIVES. phone_share: share of the labelled utterances whose phones are told; that of the smallest share that
    other models are fine-tuned with, so that these comparisons stay fair. device: PyTorch's name. shares: of a batch's windows, by kind.
    ear_kept: as `Objective` has it. name: of checkpoint, table and picture."""

    steps: int = 1600
    batch: int = 32
    learning_rate: float = 2e-3
    objectives: tuple[str, ...] = OBJECTIVES
    phone_share: float = 0.01
    device: str = "cpu"
    shares: tuple[tuple[str, float], ...] = tuple(SHARES.items())
    ear_kept: bool = False
    name: str = "pretraining"


# After the sound's encoder learned by itself: everything else gets used to it. Dances come in two thirds of the windows, since tempo
# and place in the bar are only learned against many other dances.
SETTLING = PretrainingSettings(
    steps=400,
    batch=40,
    learning_rate=1e-3,
    shares=((TALK, 0.18), (DANCE, 0.65), (GESTURES, 0.09), (FACES, 0.04), (SPEECH, 0.04)),
    ear_kept=True,
    name="settled",
)


def begun(config: PretrainingConfig, store: PretrainingStore, seed: int) -> Pretraining:
    """A model to train, scaled as the training recordings are spread."""
    torch.manual_seed(seed)
    model = Pretraining(config)
    rows = np.flatnonzero(store.splits == "train")
    for stream, kind in ((store.face, 1), (store.body, 2)):
        mine = rows[store.begins[rows, kind] >= 0]
        if not len(mine):
            continue
        begins = store.begins[mine, kind]
        some = [stream[begin : begin + length : 5] for begin, length in zip(begins, store.frames[mine], strict=True)]
        values = torch.from_numpy(np.concatenate(some).astype(np.float32))
        if kind == 1:
            model.face_spread.copy_(values.std(0).clamp_min(0.05))
        else:
            model.body_mean.copy_(values.mean(0))
            model.body_spread.copy_(values.std(0).clamp_min(0.03))
    return model


def train(
    model: Pretraining,
    store: PretrainingStore,
    views: ViewStore,
    folder: Path,
    settings: PretrainingSettings,
    processes: Processes,
) -> Pretraining:
    """Run, or go on with, the training; checkpoint, table and picture lie in `folder`. Returns the averaged model."""
    device = torch.device(settings.device)
    objective = Objective(model, settings.objectives, store.sizes, settings.ear_kept).to(device)
    optimizer = torch.optim.AdamW(decaying_groups(objective.parameters(), 0.02), 1.0)
    schedule = scheduled(optimizer, settings.steps, settings.learning_rate, 60, 0.02)
    run = TrainingRun(
        Checkpoints(folder / f"{settings.name}.pt", 120.0),
        objective,
        optimizer,
        schedule,
        averaged(objective, 0.995),
        clip=2.0,
        before_step=lambda: processes.average(objective.parameters()),
    )
    processes.same([*objective.parameters(), *objective.buffers()])
    seed = 1000 * settings.seed + 100_000 * processes.rank + run.step
    noise, shown = torch.Generator().manual_seed(seed), Smoothed(0.05)
    drawn = prefetched(_batches(store, views, settings, seed))
    while run.step < settings.steps:
        objective.train()
        windows = next(drawn).to(device)
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            loss, losses = objective(windows, noise)
        run.update([("loss", loss)])
        shown.add(losses)
        if processes.leads:
            _said(run, shown, objective, store, views, folder / settings.name)
            run.save(force=run.step == settings.steps)
    drawn.close()
    result = run.result
    assert isinstance(result, Objective)
    return result.model.requires_grad_(True)


def _batches(
    store: PretrainingStore, views: ViewStore, settings: PretrainingSettings, seed: int
) -> Callable[[], Windows]:
    drawer = WindowDrawer(store, views, "train", seed, settings.phone_share)
    return lambda: drawer.draw(settings.batch, dict(settings.shares))


def _said(
    run: TrainingRun, shown: Smoothed, objective: Objective, store: PretrainingStore, views: ViewStore, path: Path
) -> None:
    """A row of the table now and then."""
    if run.step % SAID_EVERY:
        return
    weights = {f"weight {name}": value for name, value in objective.weights.weights().items() if name in shown.values}
    rate = run.optimizer.param_groups[0]["lr"]
    figures = {"step": run.step, "rate": rate, **shown.values, **weights}
    if run.step % MEASURED_EVERY == 0:
        figures |= {f"R@1 {name}": value for name, value in _retrieval(run.result, store, views).items()}
    write_row(path.with_suffix(".csv"), figures)
    brief = {name: round(value, 3) for name, value in figures.items() if not name.startswith("weight ")}
    log.info("%s %.2f s/step", brief, run.seconds_a_step(SAID_EVERY))
    if run.step % MEASURED_EVERY == 0:
        draw(path.with_suffix(".csv"), path.with_suffix(".png"))


def _retrieval(result: nn.Module, store: PretrainingStore, views: ViewStore) -> dict[str, float]:
    """R@1 of held-out clips, in one round, of the average so far."""
    assert isinstance(result, Objective)
    model, device = result.model, result.model.body_mean.device
    drawer = WindowDrawer(store, views, "validation", 7)
    model.eval().cpu()
    found = {task: task_figures(model, drawer, task)["R@1"] for task in tasks_of(drawer)}
    model.to(device)
    return found
