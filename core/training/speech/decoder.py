# SPDX-License-Identifier: GPL-3.0-or-later
"""Stage two: the articulation decoder learns to move a mouth.

Where a mouth was captured with the sound it follows that mouth; where only the phones are known it follows the rules of
coarticulation; everywhere a linear lip reader has to be able to tell the six lip classes from distances on a head, and
lips have to meet in a p, b or m and to part elsewhere.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

from ...models.speech.config import CHANNELS
from ...models.speech.frontend import loudness, measure_level, network_input
from ...models.speech.network import SpeechModel
from ...models.speech.objectives import curve_losses, gap_error, lip_classes_of, lip_reading_error, phone_loss
from ..data.augmentation import augment
from ..loops.averaging import averaged
from ..loops.checkpoints import Checkpoints
from ..loops.prefetch import prefetched
from ..loops.run import Smoothed, TrainingRun, write_figures
from ..loops.schedule import scheduled
from ..loops.settings import TrainingSettings
from .coarticulation import GROUPS
from .encoder import source_of
from .features import Features
from .mouth import MouthDistances
from .sampling import Batch, Sampler

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class DecoderTraining(TrainingSettings):
    """Settings of stage two. crop_s: length of a training example; augmented: share of the examples made harder. The weights of
    the objectives (velocity, lips, reader, gap, phones) are relative to the error of the curves; closed: missed closures against
    needless ones. encoder_learning_rate: above 0 encoder and decoder are tuned together."""

    steps: int = 1050
    batch: int = 32
    learning_rate: float = 2e-3
    seed: int = 2
    crop_s: float = 4.0
    shares: tuple[tuple[str, float], ...] = (
        ("facegood", 0.2),
        ("grid_s1", 0.1),
        ("espeak", 0.1),
        ("synthetic", 0.24),
        ("recorded", 0.36),
    )
    encoder_learning_rate: float = 0.0
    augmented: float = 0.5
    velocity: float = 0.15
    lips: float = 0.5
    reader: float = 0.6
    gap: float = 0.5
    closed: float = 1.6
    phones: float = 0.15

    @property
    def tunes_encoder(self) -> bool:
        return self.encoder_learning_rate > 0


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


class LipScale(nn.Module):
    """Lip opening and width in cm → standard deviations of the recorded lips, by a factor and an offset each."""

    def __init__(self) -> None:
        super().__init__()
        self.factor = nn.Parameter(torch.tensor([2.0, 3.0]))
        self.offset = nn.Parameter(torch.zeros(2))

    def forward(self, distances_cm: Tensor) -> Tensor:
        return distances_cm * self.factor + self.offset


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
    torch.manual_seed(settings.seed)
    model.encoder.requires_grad_(settings.tunes_encoder)
    objectives = MouthObjectives(basis, model, settings)
    run, average = _run(model, objectives.lip_scale, folder / f"{name}.pt", settings)
    batches = prefetched(_batches(features, model, settings, run.step))
    shown = Smoothed()
    while run.step < settings.steps:
        losses = objectives(*next(batches))
        run.update([("all", sum(losses.values(), torch.zeros(())))])
        shown.add({**losses, "lip_reader": objectives.read})
        if run.step % 50 == 0:
            rounded = {name: round(value, 4) for name, value in shown.values.items()}
            log.info("step %d/%d %s %.2f s/step", run.step, settings.steps, rounded, run.seconds_a_step(50))
            write_figures(folder / f"{name}.jsonl", {"step": run.step, **shown.values})
        run.save(force=run.step == settings.steps)
    return average.module


def _run(
    model: SpeechModel, lip_scale: LipScale, checkpoint: Path, settings: DecoderTraining
) -> tuple[TrainingRun, AveragedModel]:
    groups = [{"params": model.decoder.parameters(), "lr": 1.0}, {"params": lip_scale.parameters(), "lr": 3.0}]
    if settings.tunes_encoder:
        share = settings.encoder_learning_rate / settings.learning_rate
        groups.append({"params": model.encoder.parameters(), "lr": share})
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    schedule = scheduled(optimizer, settings.steps, settings.learning_rate, 50, 0.01)
    average = averaged(model, decay=0.99)  # a short run: a longer memory would still hold the beginning
    encoder = {name: value.clone() for name, value in model.encoder.state_dict().items()}
    others = {"lip_scale": lip_scale}
    run = TrainingRun(Checkpoints(checkpoint), model, optimizer, schedule, average, clip=2.0, others=others)
    if not settings.tunes_encoder:  # an encoder that was trained further since then takes the place of the old one
        model.encoder.load_state_dict(encoder)
        average.module.encoder.load_state_dict(encoder)
    return run, average


def _batches(
    features: list[Features], model: SpeechModel, settings: DecoderTraining, step: int
) -> Callable[[], tuple[Batch, Tensor, Tensor]]:
    """What makes a batch from `step` on: what is known, loudness (B, T), network input (B, T, 80)."""
    generator = torch.Generator().manual_seed(settings.seed + step)
    pools = [(share, [item for item in features if _pool(item) == name]) for name, share in settings.shares]
    random = np.random.default_rng(settings.seed + step)
    sampler = Sampler(pools, settings.crop_s, random, len(model.config.channels))

    def make() -> tuple[Batch, Tensor, Tensor]:
        batch = sampler.batch(settings.batch)
        mel = batch.mel
        hard = torch.rand(len(mel), generator=generator) < settings.augmented
        if hard.any():
            mel[hard] = augment(mel[hard], generator)
        mel = mel - (measure_level(mel) + 0.2 * torch.randn(len(mel), generator=generator))[:, None, None]
        return batch, loudness(mel), network_input(mel)

    return make


class MouthObjectives:
    """What the decoder is held to on a batch. read: balanced accuracy of the lip reader on the last one."""

    def __init__(self, basis: Path, model: SpeechModel, settings: DecoderTraining):
        self.model = model
        self.settings = settings
        self.mouth = MouthDistances(basis, model.config.channels)
        self.lip_scale = LipScale()
        self.scale = channel_scale()
        self.read = 0.0

    def __call__(self, batch: Batch, loud: Tensor, heard: Tensor) -> dict[str, Tensor]:
        """The weighted objectives by name. loud (B, T), heard (B, T, 80): what the network is given."""
        settings, model = self.settings, self.model
        if settings.tunes_encoder:
            hidden, logits = model.encoder.train()(heard)
        else:
            with torch.no_grad():
                hidden, logits = model.encoder.eval()(heard)
        curves = model.decoder.train()(hidden, logits.softmax(-1), loud, heard)
        assert (
            batch.curves is not None and batch.weights is not None and batch.lips is not None
        )  # the sampler was asked
        error = (curves - batch.curves) / self.scale
        distances = self.mouth(curves)
        lip_class = lip_classes_of(batch.labels)
        unread, self.read = lip_reading_error(distances, lip_class)
        losses = {
            **curve_losses(error, batch.weights, settings.velocity),
            "reader": settings.reader * unread,
            "gap": 3 * settings.gap * gap_error(distances[..., 0], lip_class, settings.closed),
        }
        recorded = ~batch.lips[..., 0].isnan()
        if recorded.any():
            seen = self.lip_scale(distances[..., :2] - self.mouth.neutral[:2])
            error = seen[recorded] - batch.lips[recorded]
            losses["lips"] = settings.lips * (error.square() * torch.tensor([1.5, 0.8])).mean()
        if settings.tunes_encoder:
            losses["phones"] = settings.phones * phone_loss(logits, batch.labels)
        return losses
