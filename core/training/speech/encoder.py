# SPDX-License-Identifier: GPL-3.0-or-later
"""Stage one: the phonetic encoder learns to name the phone of each frame, whoever speaks, wherever."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from ...audio.lip_classes import LIP_CLASSES
from ...models.speech.config import SpeechConfig
from ...models.speech.encoder import PhoneticEncoder
from ...models.speech.frontend import measure_level, network_input
from ...models.speech.objectives import LIP_CLASS_OF_PHONE, phone_loss
from ...networks.checkpoints import apply_state
from ..data.augmentation import augment
from ..data.speech.splits import label_share
from ..loops.averaging import averaged
from ..loops.checkpoints import Checkpoints
from ..loops.prefetch import prefetched
from ..loops.run import Smoothed, TrainingRun, write_figures
from ..loops.schedule import scheduled
from ..loops.settings import TrainingSettings
from .features import Features
from .sampling import Sampler

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class EncoderTraining(TrainingSettings):
    """Settings of stage one. crop_s: length of a training example. shares: of the examples, by `source_of`. labels: share of the
    utterances whose phones are known. frozen: of a pre-trained encoder, only the reader of phones learns."""

    steps: int = 2200
    batch: int = 32
    learning_rate: float = 2.5e-3
    seed: int = 1
    crop_s: float = 4.0
    shares: tuple[tuple[str, float], ...] = (("recorded", 0.6), ("espeak", 0.16), ("synthetic", 0.24))
    weight_decay: float = 0.02
    label_smoothing: float = 0.05
    labels: float = 1.0
    frozen: bool = False


def source_of(item: Features) -> str:
    """ "recorded", "espeak" (a thousand voices of one synthesizer) or "synthetic" (few voices each of the others)."""
    return "espeak" if item.utterance.corpus == "espeak" else item.utterance.kind


def balanced_accuracy(predicted: torch.Tensor, truth: torch.Tensor) -> float:
    """Mean recall of the six lip classes over frames with a label; both are phone indices."""
    known = truth >= 0
    said, meant = LIP_CLASS_OF_PHONE[predicted[known]], LIP_CLASS_OF_PHONE[truth[known]]
    recalls = [float((said[meant == k] == k).float().mean()) for k in range(len(LIP_CLASSES)) if (meant == k).any()]
    return float(np.mean(recalls))


@torch.inference_mode()
def evaluate(encoder: PhoneticEncoder, features: list[Features], seconds: float = 240.0) -> dict[str, float]:
    """Balanced lip-class and phone accuracy of the posteriors on up to `seconds` of each validation part."""
    result = {}
    parts: dict[str, list[Features]] = {}
    for item in features:
        if item.utterance.split != "train" and (item.labels >= 0).any():
            parts.setdefault(f"{item.utterance.split}/{item.utterance.corpus}", []).append(item)
    for name, items in sorted(parts.items()):
        order = np.random.default_rng(0).permutation(len(items))
        predicted, truth, total = [], [], 0
        for index in order:
            mel = torch.from_numpy(items[index].mel.astype(np.float32))
            mel = mel[: len(mel) // 2 * 2]
            predicted.append(encoder(network_input(mel[None]))[1][0].argmax(-1))
            truth.append(torch.from_numpy(items[index].labels[: len(mel)].astype(np.int64)))
            total += len(mel)
            if total > seconds * 100:
                break
        said, meant = torch.cat(predicted), torch.cat(truth)
        result[name] = balanced_accuracy(said, meant)
        result[name + " phone"] = float((said == meant)[meant >= 0].float().mean())
    return result


def train_encoder(
    config: SpeechConfig,
    features: list[Features],
    folder: Path,
    settings: EncoderTraining,
    begin: PhoneticEncoder | None = None,
) -> PhoneticEncoder:
    """Run (or go on with) stage one; checkpoints and the log of figures lie in `folder`. Returns the averaged encoder.

    begin: a pre-trained encoder to start from. Raises UserError if it has other sizes.
    """
    torch.manual_seed(settings.seed)
    encoder = started(PhoneticEncoder(config), begin, settings.frozen)
    learned = [one for one in encoder.parameters() if one.requires_grad]
    optimizer = torch.optim.AdamW(learned, 1.0, weight_decay=settings.weight_decay)
    schedule = scheduled(optimizer, settings.steps, settings.learning_rate, 100, 0.01)
    average = averaged(encoder)
    run = TrainingRun(Checkpoints(folder / "encoder.pt"), encoder, optimizer, schedule, average, clip=2.0)
    features = [item for item in features if _is_told(item, settings.labels)]
    weight = _weight_of_phone(features)
    log.info("encoder: %.2f M parameters", sum(p.numel() for p in encoder.parameters()) / 1e6)
    batches = prefetched(_batches(features, settings, run.step))
    shown = Smoothed()
    while run.step < settings.steps:
        heard, labels = next(batches)
        rate = optimizer.param_groups[0]["lr"]
        _, logits = encoder(heard)
        loss = phone_loss(logits, labels, settings.label_smoothing, weight)
        shown.add(run.update([("loss", loss)]))
        if run.step % 50 == 0:
            progress = (run.step, settings.steps, shown.values["loss"], rate, run.seconds_a_step(50))
            log.info("step %d/%d loss %.3f rate %.1e %.2f s/step", *progress)
        if run.step % 300 == 0 or run.step == settings.steps:
            figures = evaluate(average.module, features)
            log.info("validation %s", {name: round(value, 3) for name, value in figures.items()})
            write_figures(folder / "encoder.jsonl", {"step": run.step, **shown.values, **figures})
        run.save(force=run.step == settings.steps)
    return average.module


def started(encoder: PhoneticEncoder, begin: PhoneticEncoder | None, frozen: bool) -> PhoneticEncoder:
    """An encoder with the weights of another, all but its reader of phones; frozen: nothing but that reader learns."""
    if begin is None:
        return encoder
    state = {name: values for name, values in begin.state_dict().items() if not name.startswith("classify.")}
    apply_state(encoder, state, "The pre-trained encoder", "the speech model", may_lack=("classify.",))
    if frozen:
        encoder.requires_grad_(False).classify.requires_grad_(True)
        encoder.eval()  # its norms stay, too
    return encoder


def _is_told(item: Features, share: float) -> bool:
    return item.utterance.split != "train" or label_share(item.utterance.id) < share


def _weight_of_phone(features: list[Features]) -> torch.Tensor:
    """(phones,): what a frame counts for, so that rare lip classes are learned too."""
    counts = np.zeros(len(LIP_CLASSES))
    for item in features[::7]:
        known = item.labels[item.labels >= 0]
        counts += np.bincount(LIP_CLASS_OF_PHONE.numpy()[known], minlength=len(LIP_CLASSES))
    of_class = (counts.sum() / np.maximum(counts, 1)) ** 0.4
    of_class /= of_class.mean()
    log.info("class weights %s", np.round(of_class, 2))
    return torch.tensor(of_class[LIP_CLASS_OF_PHONE.numpy()], dtype=torch.float32)


def _batches(
    features: list[Features], settings: EncoderTraining, step: int
) -> Callable[[], tuple[torch.Tensor, torch.Tensor]]:
    """What makes a batch from `step` on: network input (B, T, 80) and labels (B, T)."""
    generator = torch.Generator().manual_seed(settings.seed + step)
    pools = [(share, [f for f in features if source_of(f) == source]) for source, share in settings.shares]
    sampler = Sampler(pools, settings.crop_s, np.random.default_rng(settings.seed + step))

    def make() -> tuple[torch.Tensor, torch.Tensor]:
        batch = sampler.batch(settings.batch)
        mel = augment(batch.mel, generator)
        level = measure_level(mel) + 0.3 * torch.randn(len(mel), generator=generator)
        return network_input(mel - level[:, None, None]), batch.labels

    return make
