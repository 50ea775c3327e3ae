# SPDX-License-Identifier: GPL-3.0-or-later
"""Log-mel spectrograms and phone labels of all utterances, computed once."""
from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...models.speech.frontend import levelled_mel
from .. import speech_data

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Features:
    """One utterance: mel float16 (T, 80) with its level taken out, labels int16 (T,) at 100 Hz (-1: not known)."""

    utterance: speech_data.Utterance
    mel: np.ndarray
    labels: np.ndarray


def load_features(cache: Path) -> list[Features]:
    """Features of every utterance that the speech cache holds, shard by shard; new shards are computed on the way."""
    result = []
    by_shard: dict[str, list] = {}
    for utterance in speech_data.load_index(cache):
        by_shard.setdefault(utterance.shard, []).append(utterance)
    for shard, utterances in by_shard.items():
        store = cache / "mel" / f"{Path(shard).name}.npy"
        lengths = [len(utterance.audio()) // 160 + 1 for utterance in utterances]
        total = sum(lengths)
        if not store.exists() or np.load(store, mmap_mode="r").shape[0] != total:
            log.info("features of %s: %d utterances, %.2f h", Path(shard).name, len(utterances), total / 360000)
            store.parent.mkdir(parents=True, exist_ok=True)
            mels = np.concatenate([levelled_mel(utterance.audio().astype(np.float32) / 32768).astype(np.float16) for utterance in utterances])
            np.save(store, mels)
        mels = np.load(store, mmap_mode="r")
        end = np.cumsum(lengths)
        for utterance, a, b in zip(utterances, end - lengths, end):
            labels = np.full(b - a, -1, np.int16)
            given = utterance.labels()[: b - a]
            labels[: len(given)] = given
            result.append(Features(utterance, mels[a:b], labels))
    return result
