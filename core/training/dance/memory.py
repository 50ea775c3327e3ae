# SPDX-License-Identifier: GPL-3.0-or-later
"""Training the choreographic memory on rotations: both halves at once.

As published: L1 of the frames, of their velocities and accelerations, and the commitment. Ours besides: distances of the
joints in metres, where the root goes, masks for joints that were not recorded, a warm-up without codes, after which the
codebooks are drawn from the encoders' latents; codes that are hardly used restart, until the last third of the run.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from ...models.bailando.dancer_frames import CONTACT_CHANNELS, DOWN_TURNS, UP_WIDTH, body_skeleton, places_m
from ...models.bailando.memory import HalfMemory
from ...models.bailando.rotation_memory import RotationMemory
from ...networks.quantizers import MovingAverageQuantizer
from ..data.dance.recordings import RATE_HZ
from ..data.dance.store import DanceStore
from ..loops.checkpoints import Checkpoints
from ..loops.prefetch import prefetched
from ..loops.run import Smoothed, TrainingRun, write_figures
from ..loops.schedule import scheduled
from ..loops.settings import TrainingSettings
from .memory_figures import memory_figures
from .windows import DanceWindows, WindowDrawer

log = logging.getLogger(__name__)

SAID_EVERY = 100
MEASURED_EVERY = 1000
# Of the root's channels against rot6d (velocity m/s twice, turning rad/s, height m) and of contacts: so that an error
# that looks as bad weighs as much, by eye.
_ROOT_WEIGHTS = (0.6, 0.6, 0.3, 4.0)
_CONTACT_WEIGHT = 0.2
_PATH_FRAMES = 30
_MEAN_WINDOWS = 200  # of which the decoders begin with the mean


@dataclass(frozen=True)
class MemoryTraining(TrainingSettings):
    """batch: windows of `frames`. warm_up: steps without codes. settled: share of the run after which no code restarts.
    places: weight of the joints' mean distance in metres, and a frame's change of it counts `places_change` times that.
    path: of how far root and heading are off after half a second, a radian being as bad as half a metre."""

    steps: int = 3000
    batch: int = 24
    learning_rate: float = 1e-3
    frames: int = 128
    warm_up: int = 250
    settled: float = 0.7
    places: float = 5.0
    places_change: float = 4.0
    path: float = 3.0


def channel_scale() -> Tensor:
    """(WIDTH,): how much an error in each channel counts."""
    root = torch.tensor((*_ROOT_WEIGHTS, *(_CONTACT_WEIGHT,) * CONTACT_CHANNELS))
    return torch.cat((torch.ones(UP_WIDTH + DOWN_TURNS), root))


def _through(half: HalfMemory, frames: Tensor, coded: bool) -> tuple[Tensor, Tensor, Tensor]:
    """Reconstruction, commitment, perplexity."""
    if coded:
        decoded, quantized = half(frames)
        return decoded, quantized.loss, quantized.perplexity
    nothing = frames.new_zeros(())
    return half.decoders[0](half.encoders[0](frames.transpose(1, 2))).transpose(1, 2), nothing, nothing


class MemoryLoss:
    """Losses of windows, by name."""

    def __init__(self, settings: MemoryTraining):
        self.settings, self.scale, self.skeleton = settings, channel_scale(), body_skeleton()

    def __call__(self, memory: RotationMemory, windows: DanceWindows, coded: bool) -> tuple[dict[str, Tensor], dict]:
        """Losses to add, and figures to show."""
        frames = windows.frames
        up, up_commitment, up_perplexity = _through(memory.vqvae_up, frames[..., :UP_WIDTH], coded)
        down, down_commitment, down_perplexity = _through(memory.vqvae_down, frames[..., UP_WIDTH:], coded)
        error = (torch.cat((up, down), dim=-1) - frames) * windows.weights[:, None]
        scaled = error * self.scale
        # what was not recorded is taken as it stands in the recording: it moves no joint
        away = places_m(frames + error, self.skeleton) - places_m(frames, self.skeleton)
        settings = self.settings
        losses = {
            "frames": scaled.abs().mean(),
            "velocity": scaled.diff(dim=1).abs().mean(),
            "acceleration": scaled.diff(n=2, dim=1).abs().mean(),
            "commitment": memory.config.commitment * (up_commitment + down_commitment),
            "places": settings.places * _length(away).mean(),
            "path": settings.path * _drift(error),
            "places_change": settings.places * settings.places_change * _length(away.diff(dim=1)).mean(),
        }
        with torch.no_grad():
            shown = {"away_cm": 100.0 * _length(away).mean(), "up": up_perplexity, "down": down_perplexity}
        return losses, shown


def _drift(error: Tensor) -> Tensor:
    """Errors (B, T, WIDTH) of frames → how far the root (metres) and, at half its weight, the heading (radians) go astray
    in half a second. Without it the root's few channels hardly weigh, and small errors of one sign add up."""
    summed = error[..., UP_WIDTH + DOWN_TURNS :][..., :3].cumsum(1) / RATE_HZ
    astray = (summed[:, _PATH_FRAMES:] - summed[:, :-_PATH_FRAMES]).abs().mean((0, 1))
    return astray[0] + astray[1] + 0.5 * astray[2]


def _length(vectors: Tensor) -> Tensor:
    return (vectors.square().sum(-1) + 1e-8).sqrt()


def _quantizers(memory: RotationMemory) -> tuple[MovingAverageQuantizer, MovingAverageQuantizer]:
    return memory.vqvae_up.codebook, memory.vqvae_down.codebook


@torch.no_grad()
def begin_at_mean(memory: RotationMemory, frames: Tensor) -> None:
    """The decoders' last layers begin with the mean of frames (B, T, WIDTH).

    From nothing, a spine may be found that is a third of a whole turn off in each of its joints, and an upper arm that is twisted
    half round with the elbow bent the other way: joints are where they should be, so that distances of places keep it so.
    """
    mean = frames.mean((0, 1))
    for half, part in ((memory.vqvae_up, mean[:UP_WIDTH]), (memory.vqvae_down, mean[UP_WIDTH:])):
        half.decoders[0].get_submodule("out").get_parameter("bias").copy_(part)


def train_memory(memory: RotationMemory, store: DanceStore, settings: MemoryTraining, folder: Path) -> RotationMemory:
    """The run, or its rest."""
    torch.manual_seed(settings.seed)
    optimizer = torch.optim.Adam(memory.parameters(), 1.0, betas=(0.9, 0.99))
    schedule = scheduled(optimizer, settings.steps, settings.learning_rate, settings.steps // 15, 0.02)
    run = TrainingRun(Checkpoints(folder / "memory.pt", 120.0), memory, optimizer, schedule, clip=1.0)
    if run.step >= settings.steps:
        return memory.eval()
    if run.step == 0:
        begin_at_mean(memory, WindowDrawer(store, "train", settings.frames, settings.seed).draw(_MEAN_WINDOWS).frames)
    drawer = WindowDrawer(store, "train", settings.frames, settings.seed + run.step)
    batches = prefetched(lambda: drawer.draw(settings.batch))
    loss, shown = MemoryLoss(settings), Smoothed(0.05)
    while run.step < settings.steps:
        memory.train()
        for quantizer in _quantizers(memory):
            if run.step == settings.warm_up:
                quantizer.initialised = False  # drawn from the next latents
            if run.step >= settings.settled * settings.steps:
                quantizer.threshold = 0.0
        losses, figures = loss(memory, next(batches), run.step >= settings.warm_up)
        run.update([("all", torch.stack(list(losses.values())).sum())])
        shown.add({**losses, **figures})
        if run.step % SAID_EVERY == 0:
            _say(run, store, shown, folder)
        run.save(force=run.step == settings.steps)
    batches.close()
    return memory.eval()


def _say(run: TrainingRun, store: DanceStore, shown: Smoothed, folder: Path) -> None:
    figures = {"step": run.step, **{name: round(value, 4) for name, value in shown.values.items()}}
    if run.step % MEASURED_EVERY == 0:
        assert isinstance(run.model, RotationMemory)
        figures |= memory_figures(run.model, store, "validation")
    log.info("memory %s %.2f s/step", figures, run.seconds_a_step(SAID_EVERY))
    write_figures(folder / "memory.jsonl", figures)
