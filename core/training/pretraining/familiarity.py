# SPDX-License-Identifier: GPL-3.0-or-later
"""What the sounds of the training are like, so that a sound unlike all of them is known as such."""

from __future__ import annotations

import logging

import numpy as np
import torch

from ...models.pretraining.encoders import COLUMNS
from ...models.pretraining.network import AUDIO, Pretraining
from ...models.speech.frontend import network_input
from ..data.pretraining.store import PretrainingStore

log = logging.getLogger(__name__)

SHRUNK = 0.1  # of the covariance towards a ball
_LONGEST = 250  # frames that are heard of each


@torch.inference_mode()
def clip_vectors(model: Pretraining, store: PretrainingStore, split: str, most: int, seed: int = 0) -> torch.Tensor:
    """(n, D): clip embeddings of up to `most` sounds of a split that last a second or more, as many of each corpus as there are."""
    random = np.random.default_rng(seed)
    rows = np.flatnonzero((store.begins[:, 0] >= 0) & (store.splits == split) & (store.frames >= 25))
    corpora = sorted(set(store.corpora[rows].tolist()))
    found = []
    for corpus in corpora:
        for row in random.permutation(rows[store.corpora[rows] == corpus])[: max(most // len(corpora), 1)]:
            begin = store.begins[row, 0]
            mel = store.mel[begin : begin + COLUMNS * min(int(store.frames[row]), _LONGEST)].astype(np.float32)
            embedded = model.audio(network_input(torch.from_numpy(mel))[None])[0]
            found.append(model.clips[AUDIO](embedded)[0])
    return torch.stack(found) if found else torch.zeros(0, model.config.dim)


def remember(model: Pretraining, store: PretrainingStore, most: int = 300) -> None:
    """Fill the model's buffers: mean and whitening of training sounds, quantiles of how far held-out ones are.

    Without any sounds they stay as they are; where none is held out, the training's own tell how far is usual.
    """
    model.eval()
    known = clip_vectors(model, store, "train", most).double()
    if not len(known):
        log.warning("There are no sounds to remember.")
        return
    mean, centred = known.mean(0), known - known.mean(0)
    covariance = centred.T @ centred / max(len(known) - 1, 1)
    ball = covariance.trace() / len(covariance)
    covariance = (1.0 - SHRUNK) * covariance + SHRUNK * ball * torch.eye(len(covariance)).double()
    values, vectors = torch.linalg.eigh(covariance)
    whitening = (vectors * values.clamp_min(1e-9).rsqrt()).T
    model.familiar_mean.copy_(mean)
    model.familiar_whitening.copy_(whitening)
    held = clip_vectors(model, store, "validation", most // 3).double()
    if not len(held):
        log.warning("No sound is held out: how far is usual is told from the training's own.")
        held = known
    away = torch.linalg.vector_norm((held - mean) @ whitening.T, dim=1)
    model.familiar_quantiles.copy_(torch.quantile(away, torch.linspace(0.0, 1.0, 21).double()))
