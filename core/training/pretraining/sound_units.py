# SPDX-License-Identifier: GPL-3.0-or-later
"""What a stretch of sound is, without labels: the nearest of some centres (HuBERT, Hsu et al., IEEE/ACM TASLP 29, 2021, section II).

First the centres of cepstra and their changes, each recording about its own mean; later those of what an encoder hears. Shapes: M columns
of log-mel at 100 Hz, M / 2 units at 50 Hz.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import librosa
import numpy as np
import scipy.fft
import torch
from scipy.cluster.vq import kmeans2, vq

from ...models.pretraining.encoders import COLUMNS, AudioEncoder
from ...models.speech.frontend import network_input
from ..data.array_store import ArrayStore
from ..data.pretraining.store import PretrainingStore

log = logging.getLogger(__name__)

CEPSTRA = 13
UNIT_COLUMNS = 2  # mel columns of a unit
_LEARNED_FROM = 120_000  # vectors of which centres are found
_ROUNDS = 25  # of k-means
_DELTA_WIDTH = 5  # units over which a change is measured


@dataclass(frozen=True, eq=False)
class SoundUnits(ArrayStore):
    """units: int16 (M / 2,), of all sounds of a `PretrainingStore`, where its mel has them. centres: float32 (K, C)."""

    units: np.ndarray
    centres: np.ndarray
    compressed: ClassVar[bool] = True


def cepstra(mel: np.ndarray) -> np.ndarray:
    """Levelled log-mel (M, 80) → float32 (M // 2, 39): cepstra, their first and second changes, each of mean 0 and deviation 1."""
    pairs = mel[: len(mel) // UNIT_COLUMNS * UNIT_COLUMNS].astype(np.float32).reshape(-1, UNIT_COLUMNS, mel.shape[1])
    static = scipy.fft.dct(pairs.mean(1), norm="ortho", axis=1)[:, :CEPSTRA].T
    changes = [librosa.feature.delta(static, width=_DELTA_WIDTH, order=order, mode="nearest") for order in (1, 2)]
    every = np.concatenate([static, *changes]).T
    return ((every - every.mean(0)) / (every.std(0) + 1e-3)).astype(np.float32)


def described_by(encoder: AudioEncoder) -> Callable[[np.ndarray], np.ndarray]:
    """What an encoder, evaluating, makes of levelled log-mel (M, 80): float32 (M / 2, width), as its last norm gives it."""

    @torch.inference_mode()
    def hidden(mel: np.ndarray) -> np.ndarray:
        heard = network_input(torch.from_numpy(mel.astype(np.float32)))[None]
        phonetic = encoder.phonetic
        return phonetic.norm(phonetic.blocks(phonetic.stem(heard.transpose(1, 2))))[0].T.contiguous().numpy()

    return hidden


def prepared(
    path: Path, store: PretrainingStore, described: Callable[[np.ndarray], np.ndarray], count: int, seed: int
) -> SoundUnits:
    """The units of all sounds, made once.

    Args:
        path: of the file that keeps them.
        store: whose sounds they are.
        described: a recording's log-mel (M, 80) → (M / 2, C), by which units are told apart.
        count: centres.
        seed: of k-means.
    """
    if path.is_file():
        return SoundUnits.read(path)
    random, sounds = np.random.default_rng(seed), spans(store)
    vectors = [described(store.mel[begin:end]).astype(np.float16) for begin, end, _ in sounds]
    known = np.concatenate([each for each, (_, _, split) in zip(vectors, sounds, strict=True) if split == "train"])
    some = known[random.choice(len(known), min(_LEARNED_FROM, len(known)), replace=False)].astype(np.float32)
    centres, _ = kmeans2(some, count, iter=_ROUNDS, minit="points", missing="warn", seed=random)
    units = np.full(len(store.mel) // UNIT_COLUMNS, -1, np.int16)
    for (begin, _, _), each in zip(sounds, vectors, strict=True):
        units[begin // UNIT_COLUMNS :][: len(each)] = vq(each.astype(np.float32), centres)[0]
    found = SoundUnits(units, centres.astype(np.float32))
    used = np.bincount(units[units >= 0], minlength=count) / max((units >= 0).sum(), 1)
    log.info("%d units, the most frequent %.3f of the time; entropy %.2f nats", count, used.max(), _entropy(used))
    found.write(path)
    return found


def _entropy(shares: np.ndarray) -> float:
    return float(-(shares[shares > 0] * np.log(shares[shares > 0])).sum())


def spans(store: PretrainingStore) -> list[tuple[int, int, str]]:
    """First and last mel column and split of each recording that has sound."""
    rows = np.flatnonzero(store.begins[:, 0] >= 0)
    return [
        (int(store.begins[row, 0]), int(store.begins[row, 0] + COLUMNS * store.frames[row]), str(store.splits[row]))
        for row in rows
    ]
