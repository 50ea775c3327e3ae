# SPDX-License-Identifier: GPL-3.0-or-later
"""How much a trained decoder under-articulates, measured on training speech."""

from __future__ import annotations

import numpy as np
import torch

from ...models.speech.frontend import loudness, network_input
from ...models.speech.network import SpeechModel
from .features import Features
from .targets import with_rules

GREATEST = 1.5


@torch.inference_mode()
def expression_gains(
    model: SpeechModel, features: list[Features], utterances: int = 80, seed: int = 0
) -> tuple[float, ...]:
    """One gain a channel, 1 to GREATEST: spread of the rules' curves over the spread of the model's on the same recordings.

    A mean over everything a sound may have been is smaller than any of it; the gain gives the size back and keeps the shape.
    """
    pool = [
        item
        for item in features
        if item.utterance.kind == "recorded" and item.utterance.split == "train" and item.utterance.segment_count > 5
    ]
    chosen = np.random.default_rng(seed).permutation(len(pool))[:utterances]
    model.eval()
    ours, rules = [], []
    for index in chosen:
        item = with_rules(pool[index])
        frames = len(item.mel) // 2 * 2
        mel = torch.from_numpy(item.mel[:frames].astype(np.float32))[None]
        curves, _ = model(network_input(mel), loudness(mel))
        ours.append(curves[0].numpy())
        rules.append(item.curves[:frames].astype(np.float32))
    spread, wanted = np.concatenate(ours).std(0), np.concatenate(rules).std(0)
    return tuple(round(float(gain), 3) for gain in np.clip(wanted / np.maximum(spread, 1e-3), 1.0, GREATEST))
