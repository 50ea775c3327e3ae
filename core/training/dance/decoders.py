# SPDX-License-Identifier: GPL-3.0-or-later
"""The memory's decoders learn on while its codes stay as they are, so that what is decoded moves as much as what was recorded.

Distances alone are smallest for movements that are too small: beats are blurred and energy is lost. So each joint's speed and
acceleration, over a quarter of a second wherever in it, and the speed of the whole body, from whose rests a dance's beats are
counted, are to be as recorded.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from ...models.bailando.dancer_frames import DOWN_TURNS, UP_WIDTH, body_skeleton, places_m
from ...models.bailando.memory import HalfMemory
from ...models.bailando.rotation_memory import RotationMemory
from ...motion.dance_beats import SIGMA_FRAMES
from ..data.dance.recordings import RATE_HZ
from ..data.dance.store import DanceStore
from ..loops.checkpoints import Checkpoints
from ..loops.prefetch import prefetched
from ..loops.run import Smoothed, TrainingRun, write_figures
from ..loops.schedule import scheduled
from .memory import MemoryLoss, MemoryTraining
from .memory_figures import memory_figures
from .windows import DanceWindows, WindowDrawer

log = logging.getLogger(__name__)

SAID_EVERY = 100
_QUARTER_SECOND = 15  # frames


@dataclass(frozen=True)
class DecoderTraining(MemoryTraining):
    """speed: weight of the joints' mean error of speed (m/s). acceleration: of their acceleration (m/s²). rests: of the body's mean speed
    (m/s), smoothed as where its beats are looked for."""

    steps: int = 1200
    batch: int = 16
    learning_rate: float = 5e-4
    speed: float = 1.0
    acceleration: float = 0.04
    rests: float = 2.0


def energy(places: Tensor, order: int) -> Tensor:
    """Places (B, T, J, 3) → root mean square of their speed (order 1, m/s) or acceleration (2, m/s²) in each quarter of a second,
    (B, about T / 7, J)."""
    moved = places.diff(n=order, dim=1) * RATE_HZ**order
    squares = moved.square().sum(-1).transpose(1, 2)
    mean = torch.nn.functional.avg_pool1d(squares, _QUARTER_SECOND, _QUARTER_SECOND // 2)
    return (mean + 1e-4).sqrt().transpose(1, 2)


def body_speed(places: Tensor) -> Tensor:
    """Places (B, T, J, 3) → the joints' mean speed, smoothed, (B, T − 31), m/s."""
    speed = (places.diff(dim=1).square().sum(-1) + 1e-8).sqrt().mean(2) * RATE_HZ
    reach = int(3 * SIGMA_FRAMES)
    window = torch.exp(-0.5 * (torch.arange(-reach, reach + 1) / SIGMA_FRAMES) ** 2)
    return torch.nn.functional.conv1d(speed[:, None], (window / window.sum())[None, None])[:, 0]


class LivelyLoss:
    """Losses of windows through codes, by name."""

    def __init__(self, settings: DecoderTraining):
        self.settings, self.near, self.skeleton = settings, MemoryLoss(settings), body_skeleton()

    def __call__(self, memory: RotationMemory, windows: DanceWindows) -> dict[str, Tensor]:
        losses, _ = self.near(memory, windows, coded=True)
        frames, known = windows.frames, (windows.weights > 0.0)[:, None]
        decoded = torch.where(known, memory.decode(*memory.encode(frames)), frames)
        ours, theirs = (self._on_stage(vectors) for vectors in (decoded, frames))
        settings = self.settings
        losses["speed"] = settings.speed * (energy(ours, 1) - energy(theirs, 1)).abs().mean()
        losses["acceleration_size"] = settings.acceleration * (energy(ours, 2) - energy(theirs, 2)).abs().mean()
        losses["rests"] = settings.rests * (body_speed(ours) - body_speed(theirs)).abs().mean()
        return losses

    def _on_stage(self, vectors: Tensor) -> Tensor:
        """(B, T, 22, 3): where the joints are, the root's way added; turning is left out."""
        way = vectors[..., UP_WIDTH + DOWN_TURNS :][..., :2].cumsum(1) / RATE_HZ
        zero = torch.zeros_like(way[..., :1])
        return places_m(vectors, self.skeleton) + torch.cat((way[..., :1], zero, way[..., 1:]), dim=-1)[..., None, :]


def decoder_parameters(memory: RotationMemory) -> list[torch.nn.Parameter]:
    """Of both halves' decoders; all others are frozen."""
    memory.requires_grad_(False)
    halves: tuple[HalfMemory, HalfMemory] = (memory.vqvae_up, memory.vqvae_down)
    for half in halves:
        half.decoders.requires_grad_(True)
    return [parameter for half in halves for parameter in half.decoders.parameters()]


def train_decoders(
    memory: RotationMemory, store: DanceStore, settings: DecoderTraining, folder: Path
) -> RotationMemory:
    """The run, or its rest."""
    torch.manual_seed(settings.seed)
    memory.eval()  # the codebooks stay
    optimizer = torch.optim.Adam(decoder_parameters(memory), 1.0, betas=(0.9, 0.99))
    schedule = scheduled(optimizer, settings.steps, settings.learning_rate, settings.steps // 20, 0.02)
    run = TrainingRun(Checkpoints(folder / "decoders.pt", 120.0), memory, optimizer, schedule, clip=1.0)
    if run.step >= settings.steps:
        return memory
    drawer = WindowDrawer(store, "train", settings.frames, settings.seed + run.step)
    batches = prefetched(lambda: drawer.draw(settings.batch))
    loss, shown = LivelyLoss(settings), Smoothed(0.05)
    while run.step < settings.steps:
        losses = loss(memory, next(batches))
        run.update([("all", torch.stack(list(losses.values())).sum())])
        shown.add(losses)
        if run.step % SAID_EVERY == 0:
            figures = {"step": run.step, **{name: round(value, 4) for name, value in shown.values.items()}}
            log.info("decoders %s %.2f s/step", figures, run.seconds_a_step(SAID_EVERY))
            write_figures(folder / "decoders.jsonl", figures)
        run.save(force=run.step == settings.steps)
    batches.close()
    log.info("decoders: %s", memory_figures(memory, store, "validation"))
    return memory
