# SPDX-License-Identifier: GPL-3.0-or-later
"""The sound's encoder by itself: it names hidden stretches of sound by their units, and keeps what it knew of motion.

Learning with motion, it keeps what goes with a jaw at 25 frames a second and loses what tells a t from a k. Here it begins anew. It
learns the units (as HuBERT does, Hsu et al. 2021, section II) of sounds in other rooms and by other voices; and it gives the embedding
of the encoder that learned with motion and keypoints (a teacher, Hinton, Vinyals, Dean 2015), so that all that was trained with that one
still fits. Units are those of cepstra first, then those of what the encoder itself hears.

Shapes: B crops, T mel columns of 10 ms, D numbers of an embedding.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.optim.swa_utils import update_bn

from ...models.pretraining.config import PretrainingConfig
from ...models.pretraining.encoders import COLUMNS, AudioEncoder
from ...models.speech.frontend import measure_level, network_input
from ..data.augmentation import augment
from ..data.pretraining.store import PretrainingStore
from ..loops.averaging import averaged
from ..loops.checkpoints import Checkpoints
from ..loops.decay import decaying_groups
from ..loops.prefetch import prefetched
from ..loops.run import Smoothed, TrainingRun
from ..loops.schedule import scheduled
from ..loops.settings import TrainingSettings
from .curves import draw, write_row
from .objective import stretches
from .sound_crops import SoundCrops, SoundDrawer
from .sound_units import UNIT_COLUMNS, SoundUnits, cepstra, described_by, prepared, spans

log = logging.getLogger(__name__)

SAID_EVERY, MEASURED_EVERY = 50, 500
UNITS = (128, 256)  # of cepstra, of the encoder's own
_HIDDEN = 0.45  # share of the units that are hidden, in stretches of
_STRETCH = (6, 12)  # units
_OPEN = 0.5  # what units count that can be heard
_KEPT = 1.0  # what the teacher's embedding counts
_NORM_CROPS = 24  # batches from which norms are measured


@dataclass(frozen=True)
class SoundSettings(TrainingSettings):
    """crop_s: length of an example. first: steps with the units of cepstra; the others are with those of the encoder itself."""

    steps: int = 7000
    batch: int = 12
    learning_rate: float = 2e-3
    crop_s: float = 3.2
    first: int = 1600


class UnitObjective(nn.Module):
    """The encoder with what only this training needs: the vector that stands for hidden sound, and the reader of units."""

    def __init__(self, encoder: AudioEncoder, config: PretrainingConfig, units: int):
        super().__init__()
        self.encoder = encoder
        self.hidden_sound = nn.Parameter(torch.zeros(config.bands))
        self.read = nn.Conv1d(config.audio_width, units, 1)

    def forward(self, heard: Tensor, crops: SoundCrops, hidden: Tensor, spread: float) -> dict[str, Tensor]:
        """The losses: units that are hidden and that are heard, and what is kept of the teacher.

        Args:
            heard: (B, T, 80) as the network hears it.
            crops: what it is.
            hidden: bool (B, T / 2), units whose sound is hidden.
            spread: deviation of the teacher's embeddings.
        """
        embedded, told = self._told(heard, hidden)
        known = crops.units >= 0
        losses = {}
        for name, which, weight in (("hidden", hidden & known, 1.0), ("open", ~hidden & known, _OPEN)):
            losses[name] = weight * functional.cross_entropy(told[which], crops.units[which])
        whole = ~hidden.view(len(hidden), -1, COLUMNS // UNIT_COLUMNS).any(-1)
        ours, theirs = embedded[whole], crops.embedded[whole]
        apart = 1.0 - functional.cosine_similarity(ours, theirs, dim=-1).mean()
        losses["kept"] = _KEPT * (apart + (ours - theirs).square().mean() / spread**2)
        return losses

    @torch.no_grad()
    def told(self, crops: SoundCrops, hidden: Tensor) -> float:
        """Share of the hidden units that are named right, of sounds as they are."""
        _, told = self._told(network_input(crops.mel), hidden)
        asked = hidden & (crops.units >= 0)
        return float((told.argmax(-1) == crops.units)[asked].float().mean())

    def _told(self, heard: Tensor, hidden: Tensor) -> tuple[Tensor, Tensor]:
        """Embeddings (B, T / 4, D) and logits of units (B, T / 2, units) of a sound with holes."""
        columns = hidden.repeat_interleave(UNIT_COLUMNS, 1)
        embedded, inner, _ = self.encoder(torch.where(columns[..., None], self.hidden_sound, heard))
        return embedded, self.read(inner).transpose(1, 2)


@torch.inference_mode()
def embeddings(teacher: AudioEncoder, store: PretrainingStore) -> np.ndarray:
    """float16 (M / 4, D): what an encoder makes of all sounds, where the store's mel has them."""
    found: np.ndarray | None = None
    for begin, end, _ in spans(store):
        heard = network_input(torch.from_numpy(store.mel[begin:end].astype(np.float32)))[None]
        embedded = teacher(heard)[0][0].numpy()
        if found is None:
            found = np.zeros((len(store.mel) // COLUMNS, embedded.shape[1]), np.float16)
        found[begin // COLUMNS : end // COLUMNS] = embedded
    return np.zeros((0, 0), np.float16) if found is None else found


def train_sound(
    encoder: AudioEncoder,
    config: PretrainingConfig,
    crops: Callable[[str, int], SoundDrawer],
    units: int,
    file: Path,
    settings: SoundSettings,
) -> AudioEncoder:
    """Run, or go on with, a training on units. Returns the averaged encoder, its norms measured on sounds of which nothing is hidden.

    Args:
        encoder: to train.
        config: its sizes.
        crops: a drawer of a split with a seed.
        units: how many there are.
        file: the checkpoint; the table of figures lies beside it.
        settings: of the training.
    """
    torch.manual_seed(settings.seed)
    objective = UnitObjective(encoder, config, units)
    optimizer = torch.optim.AdamW(decaying_groups(objective.parameters(), 0.02), 1.0)
    schedule = scheduled(optimizer, settings.steps, settings.learning_rate, 100, 0.02)
    run = TrainingRun(Checkpoints(file, 120.0), objective, optimizer, schedule, averaged(objective, 0.998), clip=2.0)
    seed, shown = 1000 * settings.seed + run.step, Smoothed(0.05)
    noise, holes = torch.Generator().manual_seed(seed), torch.Generator().manual_seed(seed + 1)
    drawer = crops("train", seed)
    drawn = prefetched(lambda: _heard(drawer.draw(settings.batch), noise))
    spread = float(drawer.embedded[::50].astype(np.float32).std())
    while run.step < settings.steps:
        objective.train()
        examples, heard = next(drawn)
        hidden = stretches(len(heard), heard.shape[1] // UNIT_COLUMNS, _STRETCH, _HIDDEN, holes)
        losses = objective(heard, examples, hidden, spread)
        run.update([("loss", torch.stack(list(losses.values())).sum())])
        shown.add(losses)
        _said(run, shown, crops, file)
        run.save(force=run.step == settings.steps)
    drawn.close()
    result = run.result
    assert isinstance(result, UnitObjective)
    return measured_norms(result.encoder, crops("train", 7), settings.batch)


def sound_encoder(
    teacher: AudioEncoder, config: PretrainingConfig, store: PretrainingStore, folder: Path, settings: SoundSettings
) -> AudioEncoder:
    """The whole stage, or what is left of it: units of cepstra, then those of the encoder that learned them.

    Args:
        teacher: the encoder that learned with motion and keypoints.
        config: sizes of both.
        store: whose sounds are learned from.
        folder: of units, checkpoints and tables.
        settings: of both trainings.
    """
    embedded = _taught(teacher.eval(), store, folder / "teacher.npy")
    encoder = AudioEncoder(config)
    described, first = cepstra, settings.first
    for number, steps in ((1, first), (2, settings.steps - first)):
        units = prepared(folder / f"units_{number}.npz", store, described, UNITS[number - 1], settings.seed)

        def crops(split: str, seed: int, units: SoundUnits = units) -> SoundDrawer:
            return SoundDrawer(store, units, embedded, split, settings.crop_s, seed)

        how = replace(settings, steps=steps, seed=settings.seed + number)
        encoder = train_sound(encoder, config, crops, UNITS[number - 1], folder / f"sound_{number}.pt", how)
        described = described_by(encoder)
    return encoder


def _taught(teacher: AudioEncoder, store: PretrainingStore, path: Path) -> np.ndarray:
    """`embeddings`, made once."""
    if not path.is_file():
        part = path.with_suffix(".part.npy")
        np.save(part, embeddings(teacher, store))
        part.replace(path)
    return np.load(path)


def _heard(crops: SoundCrops, generator: torch.Generator) -> tuple[SoundCrops, Tensor]:
    """Crops, and what of them is heard: elsewhere, by others, at another level."""
    mel = augment(crops.mel, generator)
    level = measure_level(mel) + 0.3 * torch.randn(len(mel), generator=generator)
    return crops, network_input(mel - level[:, None, None])


def measured_norms(encoder: AudioEncoder, drawer: SoundDrawer, batch: int) -> AudioEncoder:
    """The encoder with norms of whole sounds: those of the training are of sounds with holes. In place; evaluating."""
    update_bn((network_input(drawer.draw(batch).mel) for _ in range(_NORM_CROPS)), encoder)
    return encoder.eval()


def _said(run: TrainingRun, shown: Smoothed, crops: Callable[[str, int], SoundDrawer], file: Path) -> None:
    """A row of the table now and then."""
    if run.step % SAID_EVERY:
        return
    figures = {"step": run.step, "rate": run.optimizer.param_groups[0]["lr"], **shown.values}
    if run.step % MEASURED_EVERY == 0:
        objective = run.result
        assert isinstance(objective, UnitObjective)
        asked = crops("validation", 7).draw(24)
        hidden = stretches(24, asked.units.shape[1], _STRETCH, _HIDDEN, torch.Generator().manual_seed(7))
        figures["told"] = objective.eval().told(asked, hidden)
    write_row(file.with_suffix(".csv"), figures)
    if "told" in figures:
        draw(file.with_suffix(".csv"), file.with_suffix(".png"))
    log.info("%s %.2f s/step", {k: round(v, 4) for k, v in figures.items()}, run.seconds_a_step(SAID_EVERY))
