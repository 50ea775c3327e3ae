# SPDX-License-Identifier: GPL-3.0-or-later
"""Random crops of utterances, at random speed."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch

from .features import Features

SHORTEST = 60  # frames


@dataclass(frozen=True)
class Batch:
    """mel (B, T, 80), labels (B, T) -1 unknown; curves (B, T, C) with weights (B, T, C), 0 where nothing is known; lips
    (B, T, 2), NaN where not recorded. The last three are None unless asked for."""

    mel: torch.Tensor
    labels: torch.Tensor
    curves: torch.Tensor | None = None
    weights: torch.Tensor | None = None
    lips: torch.Tensor | None = None


class Sampler:
    """Draws crops: utterances one after the other, each at its own speed, until the crop is full.

    pools: (share, utterances). Within a pool a voice with little material is heard more often than its share of the
    time, but less often than a voice with much. channels: curves to deliver, 0 for labels only.
    """

    def __init__(
        self,
        pools: list[tuple[float, list[Features]]],
        crop_s: float,
        generator: np.random.Generator,
        channels: int = 0,
    ):
        self.generator = generator
        self.frames = round(crop_s * 100)
        self.channels = channels
        self.pools = []
        for share, items in pools:
            items = [
                f
                for f in items
                if f.utterance.split == "train"
                and len(f.mel) > SHORTEST
                and (f.curves is not None or f.lips is not None or (f.labels >= 0).any())
            ]
            if not items:
                continue
            frames: dict[str, float] = {}
            for f in items:
                frames[f.utterance.speaker] = frames.get(f.utterance.speaker, 0) + len(f.mel)
            weight = np.array([len(f.mel) / frames[f.utterance.speaker] ** 0.5 for f in items])
            self.pools.append((share, items, np.cumsum(weight / weight.sum())))
        total = sum(share for share, _, _ in self.pools)
        self.shares = np.cumsum([share / total for share, _, _ in self.pools])

    def _draw(self) -> Features:
        pool = min(int(np.searchsorted(self.shares, self.generator.random())), len(self.pools) - 1)
        _, items, cumulative = self.pools[pool]
        return items[min(int(np.searchsorted(cumulative, self.generator.random())), len(items) - 1)]

    def crop(self) -> dict[str, np.ndarray]:
        result = {"mel": np.empty((self.frames, 80), np.float32), "labels": np.empty(self.frames, np.int64)}
        if self.channels:
            result |= {
                "curves": np.zeros((self.frames, self.channels), np.float32),
                "weights": np.zeros((self.frames, self.channels), np.float32),
                "lips": np.full((self.frames, 2), np.nan, np.float32),
            }
        filled = 0
        while filled < self.frames:
            item = self._draw()
            speed = math.exp(self.generator.normal(0, 0.12))
            wanted = self.frames - filled
            start = self.generator.uniform(0, max(len(item.mel) - 1 - wanted * speed, 0)) if filled == 0 else 0.0
            position = start + np.arange(wanted) * speed
            position = position[position < len(item.mel) - 1]
            index = position.astype(int)
            part = (position - index)[:, None].astype(np.float32)
            take = slice(filled, filled + len(index))

            def between(values: np.ndarray, index=index, part=part) -> np.ndarray:
                return values[index].astype(np.float32) * (1 - part) + values[index + 1].astype(np.float32) * part

            result["mel"][take] = between(item.mel)
            result["labels"][take] = item.labels[np.round(position).astype(int)]
            if self.channels and item.curves is not None:
                result["curves"][take] = between(item.curves)
                result["weights"][take] = item.curve_weights
            if self.channels and item.lips is not None:
                result["lips"][take] = between(item.lips)
            filled += len(index)
        return result

    def batch(self, size: int) -> Batch:
        crops = [self.crop() for _ in range(size)]
        return Batch(**{name: torch.from_numpy(np.stack([crop[name] for crop in crops])) for name in crops[0]})
