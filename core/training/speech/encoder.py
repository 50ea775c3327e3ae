# SPDX-License-Identifier: GPL-3.0-or-later
"""Stage one: the phonetic encoder learns to name the phone of each frame, whoever speaks, wherever."""

from __future__ import annotations

import json
import logging
import math
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from ...audio.lip_classes import LIP_CLASS, LIP_CLASSES
from ...audio.phones import INVENTORY
from ...models.speech.config import SpeechConfig
from ...models.speech.encoder import PhoneticEncoder
from ...models.speech.frontend import measure_level, network_input
from ..data.augmentation import augment
from ..loops.checkpoints import Average, Checkpoints
from ..loops.prefetch import prefetched
from .features import Features
from .sampling import Sampler

log = logging.getLogger(__name__)

LIP_CLASS_OF_PHONE = torch.tensor(
    [LIP_CLASS[phone.symbol] for phone in INVENTORY]
)  # used to weight frames and to watch the training


@dataclass(frozen=True)
class EncoderTraining:
    """Settings of stage one. crop_s: length of a training example. shares: of the examples, by `source_of`."""

    steps: int = 2200
    batch: int = 32
    crop_s: float = 4.0
    learning_rate: float = 2.5e-3
    weight_decay: float = 0.02
    label_smoothing: float = 0.05
    shares: tuple[tuple[str, float], ...] = (("recorded", 0.6), ("espeak", 0.16), ("synthetic", 0.24))
    seed: int = 1
    threads: int = 2


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
    config: SpeechConfig, features: list[Features], folder: Path, settings: EncoderTraining
) -> PhoneticEncoder:
    """Run (or go on with) stage one; checkpoints and the log of figures lie in `folder`. Returns the averaged encoder."""
    torch.set_num_threads(settings.threads)
    torch.manual_seed(settings.seed)
    encoder = PhoneticEncoder(config)
    average = Average(encoder)
    optimizer = torch.optim.AdamW(encoder.parameters(), settings.learning_rate, weight_decay=settings.weight_decay)
    checkpoints = Checkpoints(folder / "encoder.pt")
    step = checkpoints.restore(encoder=encoder, average=average.model, optimizer=optimizer).get("step", 0)
    average.steps = step
    generator = torch.Generator().manual_seed(settings.seed + step)
    pools = [(share, [f for f in features if source_of(f) == source]) for source, share in settings.shares]
    sampler = Sampler(pools, settings.crop_s, np.random.default_rng(settings.seed + step))
    counts = np.zeros(len(LIP_CLASSES))
    for item in features[::7]:
        known = item.labels[item.labels >= 0]
        counts += np.bincount(LIP_CLASS_OF_PHONE.numpy()[known], minlength=len(LIP_CLASSES))
    weight_of_class = (counts.sum() / np.maximum(counts, 1)) ** 0.4
    weight = torch.tensor((weight_of_class / weight_of_class.mean())[LIP_CLASS_OF_PHONE.numpy()], dtype=torch.float32)
    log.info(
        "encoder: %.2f M parameters, class weights %s",
        sum(p.numel() for p in encoder.parameters()) / 1e6,
        np.round(weight_of_class / weight_of_class.mean(), 2),
    )

    def prepare() -> tuple[torch.Tensor, torch.Tensor]:
        batch = sampler.batch(settings.batch)
        mel = augment(batch.mel, generator)
        level = measure_level(mel) + 0.3 * torch.randn(len(mel), generator=generator)
        return network_input(mel - level[:, None, None]), batch.labels

    batches = prefetched(prepare)
    started, running = time.monotonic(), 0.0
    while step < settings.steps:
        progress = step / settings.steps
        rate = (
            settings.learning_rate
            * min(1.0, (step + 1) / 100)
            * (0.5 * (1 + math.cos(math.pi * progress)) * 0.99 + 0.01)
        )
        for group in optimizer.param_groups:
            group["lr"] = rate
        heard, labels = next(batches)
        _, logits = encoder(heard)
        loss = functional.cross_entropy(
            logits.flatten(0, 1), labels.flatten(), weight, ignore_index=-1, label_smoothing=settings.label_smoothing
        )
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(encoder.parameters(), 2.0)
        optimizer.step()
        average.update(encoder)
        step += 1
        running += (float(loss.detach()) - running) * 0.03 if running else float(loss.detach())
        if step % 50 == 0:
            log.info(
                "step %d/%d loss %.3f rate %.1e %.2f s/step",
                step,
                settings.steps,
                running,
                rate,
                (time.monotonic() - started) / 50,
            )
            started = time.monotonic()
        if step % 300 == 0 or step == settings.steps:
            figures = evaluate(average.model, features)
            log.info("validation %s", {name: round(value, 3) for name, value in figures.items()})
            with (folder / "encoder.jsonl").open("a") as file:
                file.write(json.dumps({"step": step, "loss": running, **figures}) + "\n")
        checkpoints.save(
            {"step": step}, force=step == settings.steps, encoder=encoder, average=average.model, optimizer=optimizer
        )
    return average.model
