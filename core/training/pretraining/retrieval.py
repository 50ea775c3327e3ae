# SPDX-License-Identifier: GPL-3.0-or-later
"""How well held-out clips are found by what goes with them: retrieval among 64, and the offset between two modalities."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from ...models.pretraining.network import AUDIO, MOTION, VISUAL, Pretraining
from ...models.pretraining.objectives import similarities
from ...models.speech.frontend import network_input
from .windows import DANCE, GESTURES, TALK, WindowDrawer, Windows

GALLERY = 64
OFFSETS = 12  # frames that two modalities are moved against each other at most
NEAR = 2  # an offset is found if it is no farther away
CHANCE = {"R@1": 1 / GALLERY, "R@5": 5 / GALLERY, "whole R@1": 1 / GALLERY, "whole R@5": 5 / GALLERY}
CHANCE |= {"offset": (2 * NEAR + 1) / (2 * OFFSETS + 1)}
# What is compared with what, on which windows.
TASKS = {
    "sound-face": (TALK, AUDIO, MOTION),
    "keypoints-face": (TALK, VISUAL, MOTION),
    "sound-keypoints": (TALK, AUDIO, VISUAL),
    "keypoints-body": (GESTURES, VISUAL, MOTION),
    "music-dance": (DANCE, AUDIO, MOTION),
}


@torch.inference_mode()
def embeddings(model: Pretraining, windows: Windows) -> dict[str, Tensor]:
    """Of all three modalities, (B, T, D)."""
    return {
        AUDIO: model.audio(network_input(windows.mel))[0],
        VISUAL: model.visual(windows.visual),
        MOTION: model.motion(*windows.scaled(model)),
    }


def recalls(scores: Tensor, ranks: tuple[int, ...] = (1, 5)) -> dict[str, float]:
    """Of (N, N) scores whose true pairs lie on the diagonal: how often they are among the first, mean of both directions."""
    found = {}
    for rank in ranks:
        right = []
        for told in (scores, scores.T):
            better = (told > told.diagonal()[:, None]).sum(1)
            right.append(float((better < rank).float().mean()))
        found[f"R@{rank}"] = float(np.mean(right))
    return found


def offset_accuracy(first: Tensor, second: Tensor, most: int = OFFSETS, near: int = NEAR) -> float:
    """How often two modalities (B, T, D) go best together where they belong, within `near` frames, of all offsets up to `most`.

    Every offset compares as many frames. By chance: (2 near + 1) / (2 most + 1).
    """
    length = first.shape[1] - 2 * most
    middle = first[:, most : most + length]
    scores = [
        torch.cosine_similarity(middle, second[:, shift : shift + length], dim=-1).mean(1)
        for shift in range(2 * most + 1)
    ]
    found = torch.stack(scores, 1).argmax(1) - most
    return float((found.abs() <= near).float().mean())


def task_figures(model: Pretraining, drawer: WindowDrawer, task: str, rounds: int = 1) -> dict[str, float]:
    """R@1, R@5 within 64 by frames at the same moments and by clip vectors, and the offset's accuracy; means of some rounds."""
    kind, one, other = TASKS[task]
    found: list[Mapping[str, float]] = []
    for _ in range(rounds):
        windows = drawer.of(list(drawer.rows(kind, GALLERY)))
        embedded = embeddings(model, windows)
        first, second = embedded[one], embedded[other]
        with torch.inference_mode():
            whole = model.clips[one](first) @ model.clips[other](second).T
        by_clip = {f"whole {name}": value for name, value in recalls(whole).items()}
        found.append({**recalls(similarities(first, second)), **by_clip, "offset": offset_accuracy(first, second)})
    return {name: float(np.mean([one[name] for one in found])) for name in found[0]}


def tasks_of(drawer: WindowDrawer) -> list[str]:
    """The tasks that a drawer has enough recordings for."""
    return [task for task, (kind, _, _) in TASKS.items() if len(drawer.pools[kind][0])]
