# SPDX-License-Identifier: GPL-3.0-or-later
"""Fine-tuning for keypoints → motion, with all recordings or with a share of them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from ...models.pretraining.seen_motion import SeenMotion
from ..data.pretraining.store import PretrainingStore
from ..data.pretraining.views import ViewStore
from ..data.speech.splits import label_share
from ..loops.averaging import averaged
from ..loops.checkpoints import Checkpoints
from ..loops.prefetch import prefetched
from ..loops.run import Smoothed, TrainingRun
from ..loops.schedule import scheduled
from ..loops.settings import TrainingSettings
from ..pretraining.windows import DANCE, FACES, GESTURES, TALK, WindowDrawer, Windows
from .objective import losses

log = logging.getLogger(__name__)

SHARES = {TALK: 0.25, FACES: 0.3, GESTURES: 0.25, DANCE: 0.2}  # of a batch
SAID_EVERY = 50


@dataclass(frozen=True)
class KeypointSettings(TrainingSettings):
    """share: of the training recordings that may be used, mirror images and other tempi with their own."""

    steps: int = 500
    batch: int = 32
    learning_rate: float = 6e-4
    share: float = 1.0


def with_share(store: PretrainingStore, share: float) -> PretrainingStore:
    """The store in which only this share of the training recordings is for training."""
    if share >= 1.0:
        return store
    told = np.array([label_share(_recording(store, row)) < share for row in range(len(store))])
    return replace(store, splits=np.where((store.splits == "train") & ~told, "", store.splits))


def _recording(store: PretrainingStore, row: int) -> str:
    """The name of a recording, whether mirrored or not, at whichever tempo; its pieces are recordings of their own."""
    name = str(store.names[row])
    if store.bpm[row] > 0.0 and store.begins[row, 2] >= 0:
        name = name.rpartition("_")[0]
    return name.replace("_mirrored", "")


def train(
    model: SeenMotion, store: PretrainingStore, views: ViewStore, folder: Path, settings: KeypointSettings
) -> SeenMotion:
    """Run, or go on with, the training; the checkpoint lies in `folder`. Returns the averaged model."""
    optimizer = torch.optim.AdamW(model.parameters(), 1.0, weight_decay=0.02)
    schedule = scheduled(optimizer, settings.steps, settings.learning_rate, 20, 0.02)
    run = TrainingRun(Checkpoints(folder / "keypoints.pt"), model, optimizer, schedule, averaged(model, 0.99), clip=2.0)
    shown = Smoothed(0.05)
    seed = 1000 * settings.seed + run.step
    noise = torch.Generator().manual_seed(seed)
    drawn = prefetched(_batches(with_share(store, settings.share), views, settings.batch, seed))
    while run.step < settings.steps:
        model.train()
        parts = losses(model, next(drawn), noise)
        run.update([("loss", torch.stack(list(parts.values())).sum())])
        shown.add(parts)
        if run.step % SAID_EVERY == 0:
            said = {name: round(value, 4) for name, value in shown.values.items()}
            log.info("%d: %s %.2f s/step", run.step, said, run.seconds_a_step(SAID_EVERY))
        run.save(force=run.step == settings.steps)
    drawn.close()
    result = run.result
    assert isinstance(result, SeenMotion)
    return result


def _batches(store: PretrainingStore, views: ViewStore, batch: int, seed: int) -> Callable[[], Windows]:
    """Windows of everything that is seen and whose motion is known."""
    drawer = WindowDrawer(store, views, "train", seed)
    return lambda: drawer.draw(batch, SHARES)
