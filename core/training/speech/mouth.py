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


class MouthDistances(nn.Module):
    """Linear map from curves (…, channels) to ten distances (…, 10) in cm. channels: names, "…Left" meaning both sides.

    In order: inner opening, width, y of the inner lips (upper, lower), z of the inner lips, z of the outer lips, outer opening,
    y of the corners.
    """

    def __init__(self, basis: Path, channels: tuple[str, ...]):
        super().__init__()
        data = np.load(basis)
        deltas = dict(zip(data["names"].tolist(), data["deltas"]))
        inward = deltas["mouthPucker"][:_SKIN, 0]
        points = [_UPPER_INNER, _LOWER_INNER, _UPPER_OUTER, _LOWER_OUTER, int(inward.argmin()), int(inward.argmax())]

        def measure(place: np.ndarray) -> np.ndarray:
            ui, li, uo, lo, left, right = place[points].astype(np.float32)
            return np.array(
                [
                    ui[1] - li[1],
                    left[0] - right[0],
                    ui[1],
                    li[1],
                    ui[2],
                    li[2],
                    uo[2],
                    lo[2],
                    uo[1] - lo[1],
                    (left[1] + right[1]) / 2,
                ],
                np.float32,
            )

        rows = []
        for name in channels:
            stem = name.removesuffix("Left")
            keys = [stem] if stem in deltas else [stem + "_L", stem + "_R"]
            rows.append(sum((measure(deltas[key]) for key in keys if key in deltas), np.zeros(10, np.float32)))
        self.register_buffer("neutral", torch.from_numpy(measure(data["neutral"])))
        self.register_buffer("effect", torch.from_numpy(np.stack(rows)))

    def forward(self, curves: torch.Tensor) -> torch.Tensor:
        return self.neutral + curves @ self.effect
