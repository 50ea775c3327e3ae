# SPDX-License-Identifier: GPL-3.0-or-later
"""Log-mel spectrograms and phone labels of all utterances, computed once."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...models.speech.frontend import levelled_mel
from ..data import speech

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Features:
    """One utterance at 100 Hz: mel float16 (T, 80) with its level taken out, labels int16 (T,) (-1: not known).

    curves: float16 (T, channels) that the mouth should follow, curve_weights: (channels,) how far to trust them;
    lips: float16 (T, 2), inner opening and width of the recorded lips in standard deviations. None where there is none.
    """

    utterance: speech.Utterance
    mel: np.ndarray
    labels: np.ndarray
    curves: np.ndarray | None = None
    curve_weights: np.ndarray | None = None
    lips: np.ndarray | None = None


def load_features(cache: Path) -> list[Features]:
    """Features of every utterance that the speech cache holds, shard by shard; new shards are computed on the way."""
    result = []
    by_shard: dict[str, list] = {}
    for utterance in speech.load_index(cache):
        by_shard.setdefault(utterance.shard, []).append(utterance)
    for shard, utterances in by_shard.items():
        store = cache / "mel" / f"{Path(shard).name}.npy"
        lengths = [len(utterance.audio()) // 160 + 1 for utterance in utterances]
        total = sum(lengths)
        newest = (Path(shard) / "audio.npy").stat().st_mtime
        if not store.exists() or store.stat().st_mtime < newest or np.load(store, mmap_mode="r").shape[0] != total:
            log.info("features of %s: %d utterances, %.2f h", Path(shard).name, len(utterances), total / 360000)
            store.parent.mkdir(parents=True, exist_ok=True)
            part = store.with_suffix(".part.npy")  # never under a running training that reads the old one
            np.save(
                part,
                np.concatenate(
                    [
                        levelled_mel(utterance.audio().astype(np.float32) / 32768).astype(np.float16)
                        for utterance in utterances
                    ]
                ),
            )
            os.replace(part, store)
        mels = np.load(store, mmap_mode="r")
        end = np.cumsum(lengths)
        for utterance, a, b in zip(utterances, end - lengths, end):
            labels = np.full(b - a, -1, np.int16)
            given = utterance.labels()[: b - a]
            labels[: len(given)] = given
            result.append(Features(utterance, mels[a:b], labels))
    return result
