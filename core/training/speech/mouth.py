# SPDX-License-Identifier: GPL-3.0-or-later
"""A measuring head for training: curves → distances around the mouth, in centimetres, differentiable.

The head is ICT-FaceKit's, read from the data folder; the finished model knows nothing of it.
"""
from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import nn

# Vertices of the head's skin: middle of the inner and outer lips. The corners are what a pucker draws in most.
_UPPER_INNER, _LOWER_INNER, _UPPER_OUTER, _LOWER_OUTER, _SKIN = 5532, 5517, 5524, 5518, 9230
DISTANCES = ("inner opening", "width", "upper inner y", "lower inner y", "upper inner z", "lower inner z", "upper outer z",
             "lower outer z", "outer opening", "corners y")


class MouthDistances(nn.Module):
    """Linear map from curves (…, channels) to ten distances (…, 10) in cm. channels: names, "…Left" meaning both sides."""

    def __init__(self, basis: Path, channels: tuple[str, ...]):
        super().__init__()
        data = np.load(basis)
        deltas = dict(zip(data["names"].tolist(), data["deltas"]))
        inward = deltas["mouthPucker"][:_SKIN, 0]
        points = [_UPPER_INNER, _LOWER_INNER, _UPPER_OUTER, _LOWER_OUTER, int(inward.argmin()), int(inward.argmax())]

        def measure(place: np.ndarray) -> np.ndarray:
            ui, li, uo, lo, left, right = place[points].astype(np.float32)
            return np.array([ui[1] - li[1], left[0] - right[0], ui[1], li[1], ui[2], li[2], uo[2], lo[2], uo[1] - lo[1],
                             (left[1] + right[1]) / 2], np.float32)

        rows = []
        for name in channels:
            stem = name.removesuffix("Left")
            keys = [stem] if stem in deltas else [stem + "_L", stem + "_R"]
            rows.append(sum((measure(deltas[key]) for key in keys if key in deltas), np.zeros(10, np.float32)))
        self.register_buffer("neutral", torch.from_numpy(measure(data["neutral"])))
        self.register_buffer("effect", torch.from_numpy(np.stack(rows)))

    def forward(self, curves: torch.Tensor) -> torch.Tensor:
        return self.neutral + curves @ self.effect


class LipReader(nn.Module):
    """A linear lip reader: six classes from the distances now and at ±30 and ±60 ms. What it can't tell apart, nobody can."""

    SHIFTS = (-6, -3, 0, 3, 6)

    def __init__(self):
        super().__init__()
        self.register_buffer("scale", torch.tensor([0.7, 0.5, 0.1, 0.7, 0.25, 0.4, 0.3, 0.4, 0.7, 0.2]))
        self.register_buffer("centre", torch.zeros(10))
        self.classify = nn.Linear(10 * len(self.SHIFTS), 6)

    def forward(self, distances: torch.Tensor) -> torch.Tensor:
        """(B, T, 10) → logits (B, T, 6)."""
        x = (distances - self.centre) / self.scale
        return self.classify(torch.cat([x.roll(shift, 1) for shift in self.SHIFTS], -1))
