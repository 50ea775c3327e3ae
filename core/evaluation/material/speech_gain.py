# SPDX-License-Identifier: GPL-3.0-or-later
"""The speech model's encoder with few labels, from pre-training and from scratch: the same short training, several seeds.

Measured as `lips` counts them, the balanced accuracy of its six lip classes on recorded validation speakers, read from the network's own
phones: a decoder of mouths would take an hour a row.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ...audio.phones import SYMBOLS
from ...models.speech.config import CHANNELS, SpeechConfig
from ...models.speech.encoder import PhoneticEncoder
from ...training.data.speech.splits import label_share
from ...training.speech.encoder import EncoderTraining, train_encoder
from ...training.speech.features import Features
from .small_reader import Labelled, heard_by, read

SHARES = (0.01, 0.1, 1.0)
FROZEN_SHARES = SHARES[:2]  # with all of them what is read need not stay frozen
SHORT = EncoderTraining(batch=6, crop_s=2.0, shares=(("recorded", 1.0),))
RATES = (2.5e-3, 8e-4)  # at which a start may learn: that of the shipped speech model, and a third of it
_ASKED = 0.9  # utterances by which a rate is chosen lie beyond this share
_MOST_ASKED = 150
_SEED_OF_RATES = 100
_HELD = 50  # utterances that frozen features are asked about


def tuned(
    features: list[Features],
    starts: Mapping[str, PhoneticEncoder | None],
    shares: Sequence[float],
    seeds: int,
    steps: int,
    folder: Path,
) -> dict[str, dict[str, list[float]]]:
    """{"share of start": {"lip classes", "phones": a figure for each seed}}; what a folder has is not trained again.

    starts: by name, the pre-trained encoder that the training starts from, or None for scratch. Each learns at that one of RATES that is
    better for it on utterances of the training voices (`_rate_for`).
    """
    found: dict[str, dict[str, list[float]]] = {}
    for name, begin in starts.items():
        label = name.replace(" ", "_")
        rate = _rate_for(features, begin, steps, folder / "rates" / label)
        for share in shares:
            row: dict[str, list[float]] = {"lip classes": [], "phones": []}
            for seed in range(seeds):
                how = replace(SHORT, steps=steps, seed=seed, labels=share, learning_rate=rate)
                run = folder / f"{label}_{100 * share:g}_{steps}_{rate:g}_{seed}"
                lips, phones = _trained(features, how, begin, run)
                row["lip classes"].append(lips)
                row["phones"].append(phones)
            found[f"{100 * share:g} %, {name}, at {rate:g}"] = row
    return found


def _rate_for(features: list[Features], begin: PhoneticEncoder | None, steps: int, folder: Path) -> float:
    """The better of RATES with a tenth of the labels, told by training utterances that no share of labels up to a tenth has."""
    asked = [one for one in features if one.utterance.split == "train" and label_share(one.utterance.id) > _ASKED]
    some = [asked[row] for row in np.random.default_rng(0).permutation(len(asked))[:_MOST_ASKED]]
    inner = [replace(one, utterance=replace(one.utterance, split="validation")) for one in some]
    known = [one for one in features if one.utterance.split == "train" and label_share(one.utterance.id) <= _ASKED]
    told = {}
    for rate in RATES:
        how = replace(SHORT, steps=steps, seed=_SEED_OF_RATES, labels=0.1, learning_rate=rate)
        told[rate] = _trained(known + inner, how, begin, folder / f"{steps}_{rate:g}")[0]
    return max(told, key=told.__getitem__)


def _trained(
    features: list[Features], how: EncoderTraining, begin: PhoneticEncoder | None, run: Path
) -> tuple[float, float]:
    """Balanced accuracy of lip classes and accuracy of phones after a training, means over the validation voices.

    A run that is there is only read.
    """
    run.mkdir(parents=True, exist_ok=True)
    log = run / "encoder.jsonl"
    if not log.is_file():
        train_encoder(SpeechConfig(phones=SYMBOLS, channels=CHANNELS), features, run, how, begin)
        (run / "encoder.pt").unlink(missing_ok=True)
    figures = json.loads(log.read_text(encoding="utf-8").splitlines()[-1])
    held = {key: value for key, value in figures.items() if key.startswith("validation/")}
    lips = [value for key, value in held.items() if not key.endswith(" phone")]
    phones = [value for key, value in held.items() if key.endswith(" phone")]
    return float(np.mean(lips)), float(np.mean(phones))


def frozen(
    features: list[Features],
    encoders: Mapping[str, PhoneticEncoder | None],
    lip_class_of: np.ndarray,
    seeds: int,
    steps: int,
    most: int = 120,
) -> dict[str, dict[str, list[float]]]:
    """The same with the encoder as it is, and a small reader of its features: {"share of encoder": {"lip classes": …}}.

    lip_class_of: (phones,), the lip class of each.
    """
    random, classes = np.random.default_rng(0), int(lip_class_of.max()) + 1
    known = [item for item in features if item.utterance.split == "train" and (item.labels >= 0).any()]
    held = [item for item in features if item.utterance.split == "validation" and (item.labels >= 0).any()]
    asked = [held[row] for row in random.permutation(len(held))[:_HELD]]
    found: dict[str, dict[str, list[float]]] = {}
    for share in FROZEN_SHARES:
        told = [item for item in known if label_share(item.utterance.id) < share]
        told = [told[row] for row in random.permutation(len(told))[:most]]
        for name, encoder in encoders.items():
            examples = [_labelled(item, encoder, lip_class_of, classes) for item in told]
            questions = [_labelled(item, encoder, lip_class_of, classes) for item in asked]
            row = {"lip classes": []}
            for seed in range(seeds):
                chances = read(examples, [one.features for one in questions], seed, steps, chances=True)
                row["lip classes"].append(_balanced(examples, chances, questions))
            found[f"{100 * share:g} %, {name}"] = row
    return found


def _labelled(item: Features, encoder: PhoneticEncoder | None, lip_class_of: np.ndarray, classes: int) -> Labelled:
    features = heard_by(encoder, item.mel)
    labels = item.labels[: 2 * len(features) : 2].astype(int)
    curves = np.full((len(features), classes), np.nan, np.float32)
    known = labels >= 0
    curves[known] = np.eye(classes, dtype=np.float32)[lip_class_of[labels[known]]]
    return Labelled(features, curves)


def _balanced(examples: list[Labelled], told: list[np.ndarray], asked: list[Labelled]) -> float:
    """Mean recall of the classes, each chance against how often its class is."""
    learned = np.concatenate([one.curves for one in examples])
    usual = np.nanmean(learned, 0)
    meant, said = np.concatenate([one.curves for one in asked]), np.concatenate(told)
    known = np.isfinite(meant).all(1)
    truth, choice = meant[known].argmax(1), (said[known] / np.maximum(usual, 1e-3)).argmax(1)
    return float(np.mean([(choice[truth == one] == one).mean() for one in np.unique(truth)]))
