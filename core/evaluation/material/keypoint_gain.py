# SPDX-License-Identifier: GPL-3.0-or-later
"""Keypoints → motion from pre-training and from scratch: the same short training with all recordings and with a tenth, several seeds."""

from __future__ import annotations

from pathlib import Path

from ...models.pretraining import Pretraining
from ...models.pretraining.seen_motion import SeenMotion
from ...training.data.pretraining.store import PretrainingStore
from ...training.data.pretraining.views import ViewStore
from ...training.keypoints.steps import KeypointSettings, train, with_share
from ...training.pretraining.steps import begun
from .keypoint_motion import keypoint_motion

SHARES = (1.0, 0.1)
RATES = {"from scratch": 2e-3, "pre-trained": 6e-4}  # learning rates: that of pre-training, and what is fine-tuned with


def keypoint_gain(
    store: PretrainingStore, views: ViewStore, model: Pretraining, seeds: int, steps: int, folder: Path
) -> dict[str, dict[str, list[float]]]:
    """{"share, start": {error: a figure for each seed}}, errors as in `keypoint_motion`; what a folder has is not trained again."""
    trained: dict[str, SeenMotion] = {"pre-trained, as it is": SeenMotion.of(model).eval()}
    for share in SHARES:
        told = with_share(store, share)
        for name, rate in RATES.items():
            for seed in range(seeds):
                start = model if name == "pre-trained" else begun(model.config, told, seed)
                run = folder / f"keypoints_{name.replace(' ', '_')}_{100 * share:g}_{steps}_{seed}"
                how = KeypointSettings(steps=steps, batch=16, learning_rate=rate, seed=seed, share=share)
                trained[f"{100 * share:g} %, {name}#{seed}"] = train(
                    SeenMotion.of(start), store, views, run, how
                ).eval()
    found: dict[str, dict[str, list[float]]] = {}
    for name, row in keypoint_motion(trained, store, views).items():
        of_seeds = found.setdefault(name.partition("#")[0], {})
        for key, value in row.items():
            of_seeds.setdefault(key, []).append(value)
    return found
