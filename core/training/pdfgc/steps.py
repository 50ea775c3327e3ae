# SPDX-License-Identifier: GPL-3.0-or-later
"""PD-FGC's three stages: one code of all motion; lips that know their sound; all four codes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor, nn

from ...models.pdfgc.config import RigPdfgcConfig
from ...models.pdfgc.rig_network import RigPdfgc
from ...performance.parts import LIPS
from ..data.faces.store import FaceStore
from ..data.faces.whole_motion import MotionStore
from ..loops.averaging import averaged
from ..loops.checkpoints import Checkpoints
from ..loops.run import Smoothed, TrainingRun, write_figures
from ..loops.schedule import scheduled
from ..loops.settings import TrainingSettings
from ..pretraining.starting import Start, begin_hearing, parameter_groups
from .losses import CONTRAST, DECORRELATION, WEIGHTS, Banks, dropped, lip_losses, motion_losses, split_losses
from .windows import Faces, MotionWindows

log = logging.getLogger(__name__)

MOTION = TrainingSettings(steps=600, batch=32, learning_rate=3e-3)
LIP = TrainingSettings(steps=600, batch=32, learning_rate=3e-3)
SPLIT = TrainingSettings(steps=2000, batch=28, learning_rate=2e-3)
SAID_EVERY = 50
# What a variant of the last stage leaves out.
VARIANTS = {"split": frozenset(), "uncontrasted": CONTRAST, "correlated": DECORRELATION}


@dataclass(frozen=True)
class Material:
    """What all stages learn from. start: what the model hears with, None for its own encoder; `sounds` are as that hears them."""

    motions: MotionStore
    sounds: FaceStore
    folder: Path
    start: Start | None = None


def begun(config: RigPdfgcConfig, material: Material, seed: int) -> RigPdfgc:
    """A model to train."""
    torch.manual_seed(seed)
    if material.start is not None:
        config = replace(config, hearing=material.start.hearing)
    model = RigPdfgc(config)
    begin_hearing(model, material.start)
    model.spread.copy_(torch.from_numpy(MotionWindows(material.motions, material.sounds, "train", seed).spread()))
    return model


def train_motion(model: RigPdfgc, material: Material, settings: TrainingSettings) -> RigPdfgc:
    """The trunk, and a decoder of its code."""
    learned = [*model.trunk.parameters(), *model.motion_decoder.parameters()]
    return _train(model, learned, material, settings, "motion", lambda faces, _: motion_losses(model, faces))


def train_lips(model: RigPdfgc, material: Material, settings: TrainingSettings) -> RigPdfgc:
    """The head of the lips and the audio encoder, on a trunk that stays."""
    learned = [*model.heads[LIPS].parameters(), *model.audio_encoder.parameters()]

    def losses(faces: Faces, _: torch.Generator) -> dict[str, Tensor]:
        with torch.no_grad():
            motion = model.motion(faces.overlaid, faces.known.expand_as(faces.overlaid))
        return lip_losses(model, faces, motion)

    return _train(model, learned, material, settings, "lips", losses)


def train_split(model: RigPdfgc, material: Material, settings: TrainingSettings, variant: str) -> RigPdfgc:
    """All of it; a variant of VARIANTS leaves terms out, to compare."""
    banks, left_out = Banks(model), VARIANTS[variant]

    def losses(faces: Faces, random: torch.Generator) -> dict[str, Tensor]:
        every = split_losses(model, faces, banks, dropped(faces, random))
        return {name: loss for name, loss in every.items() if name not in left_out}

    return _train(model, list(model.parameters()), material, settings, variant, losses)


def _train(
    model: RigPdfgc,
    learned: Iterable[nn.Parameter],
    material: Material,
    settings: TrainingSettings,
    name: str,
    losses_of: Callable[[Faces, torch.Generator], dict[str, Tensor]],
) -> RigPdfgc:
    """A stage, or its rest. Returns the averaged model."""
    optimizer = torch.optim.AdamW(parameter_groups(model, learned, material.start), weight_decay=1e-4)
    schedule = scheduled(optimizer, settings.steps, settings.learning_rate, 50, 0.02)
    checkpoints = Checkpoints(material.folder / f"{name}.pt", 120.0)
    run = TrainingRun(checkpoints, model, optimizer, schedule, averaged(model, 0.99), clip=1.0)
    margin = model.audio_encoder.margin
    windows = MotionWindows(material.motions, material.sounds, "train", settings.seed + 1000 + run.step, margin)
    noise, shown = torch.Generator().manual_seed(settings.seed + run.step), Smoothed(0.05)
    while run.step < settings.steps:
        model.train()
        losses = losses_of(windows.draw(settings.batch), noise)
        run.update([("all", torch.stack([WEIGHTS[key] * loss for key, loss in losses.items()]).sum())])
        shown.add(losses)
        if run.step % SAID_EVERY == 0:
            figures = {"step": run.step, **{key: round(value, 4) for key, value in shown.values.items()}}
            log.info("%s %s %.3f s/step", name, figures, run.seconds_a_step(SAID_EVERY))
            write_figures(material.folder / f"{name}.jsonl", figures)
        run.save(force=run.step == settings.steps)
    result = run.result
    assert isinstance(result, RigPdfgc)
    return result
