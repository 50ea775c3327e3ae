# SPDX-License-Identifier: GPL-3.0-or-later
"""Features of pre-trained encoders, with the attributes that linear probes look for in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch

from ...models.pretraining.encoders import COLUMNS
from ...models.pretraining.network import AUDIO, MOTION, VISUAL, Pretraining
from ...models.speech.frontend import network_input
from ...training.data.pretraining.store import PretrainingStore
from ...training.data.pretraining.views import ViewStore
from ...training.pretraining.retrieval import embeddings
from ...training.pretraining.windows import DANCE, GESTURES, SPEECH, TALK, WindowDrawer

# Attribute: kind of windows, which encoder's embedding says it. Frames and phones are told apart from whole clips.
OF_CLIPS = {
    "speaker": (SPEECH, AUDIO),
    "language": (SPEECH, AUDIO),
    "sex": (SPEECH, AUDIO),
    "effort": (SPEECH, AUDIO),
    "style": (DANCE, MOTION),
    "vigour": (DANCE, VISUAL),
    "tempo": (DANCE, AUDIO),
}
OF_FRAMES = {"blink": (TALK, VISUAL), "contact": (GESTURES, VISUAL)}
LABELLED = "nathalie"  # the corpus whose phones are known
_BATCH = 32


@dataclass(frozen=True, eq=False)
class Probed:
    """features (n, D) and classes (n,) of one attribute; names: the utterance of each, of phones."""

    features: np.ndarray
    classes: np.ndarray
    names: np.ndarray


def clip_features(
    model: Pretraining, store: PretrainingStore, views: ViewStore, split: str, count: int, seed: int = 0
) -> dict[str, Probed]:
    """Of every attribute of OF_CLIPS and OF_FRAMES, from up to so many windows of each kind; whole clips as mean and deviation."""
    drawer = WindowDrawer(store, views, split, seed)
    found: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {}
    kinds = {kind for kind, _ in (*OF_CLIPS.values(), *OF_FRAMES.values())}
    for kind in sorted(kind for kind in kinds if len(drawer.pools[kind][0])):
        for _ in range(-(-count // _BATCH)):
            windows = drawer.of(list(drawer.rows(kind, _BATCH)))
            embedded, told = embeddings(model, windows), windows.told()
            for name, (wanted, modality) in OF_CLIPS.items():
                if wanted == kind:
                    whole = torch.cat((embedded[modality].mean(1), embedded[modality].std(1)), 1)
                    found.setdefault(name, []).append(_known(whole, told[name]))
            for name, (wanted, modality) in OF_FRAMES.items():
                if wanted == kind:
                    frames = embedded[modality][:, ::8].flatten(0, 1)
                    found.setdefault(name, []).append(_known(frames, told[name][:, ::8].flatten()))
    return {name: _joined(parts) for name, parts in found.items()}


def _known(features: torch.Tensor, classes: torch.Tensor) -> tuple[np.ndarray, np.ndarray]:
    return features[classes >= 0].numpy(), classes[classes >= 0].numpy()


def _joined(parts: list[tuple[np.ndarray, np.ndarray]]) -> Probed:
    features, classes = (np.concatenate(part) for part in zip(*parts, strict=True))
    return Probed(features, classes, np.zeros(len(classes), "<U1"))


@torch.inference_mode()
def phone_features(model: Pretraining | None, store: PretrainingStore, split: str, most: int, seed: int = 0) -> Probed:
    """Hidden features of every second column of labelled utterances, and their phones; without a model the sound itself, with its
    neighbours 30 ms before and after."""
    rows = np.flatnonzero((store.corpora == LABELLED) & (store.splits == split))
    features, classes, names = [], [], []
    for row in np.random.default_rng(seed).permutation(rows)[:most]:
        begin, length = int(store.begins[row, 0]), COLUMNS * int(store.frames[row])
        phones = store.phones[begin : begin + length : 2].astype(np.int64)
        heard = network_input(torch.from_numpy(store.mel[begin : begin + length].astype(np.float32)))
        if model is None:
            hidden = torch.cat([heard.roll(shift, 0) for shift in (3, 0, -3)], 1)[::2].numpy()
        else:
            hidden = model.audio(heard[None])[1][0].T.numpy()
        known = phones >= 0
        features.append(hidden[known])
        classes.append(phones[known])
        names.append(np.full(int(known.sum()), store.names[row]))
    return Probed(np.concatenate(features), np.concatenate(classes), np.concatenate(names))


def sized(model: Pretraining) -> Mapping[str, int]:
    """Parameters of each part."""
    return {name: sum(one.numel() for one in part.parameters()) for name, part in model.named_children()}
