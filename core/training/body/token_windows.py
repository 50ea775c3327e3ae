# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows of performances for the generator of tokens."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ...models.emage.config import EmageConfig
from .frames import BodyFrames


@dataclass(frozen=True)
class TokenBatch:
    """content, rhythm (B, T, …); motion (B, T, 337); speaker (B,); fingers bool (B,): recorded."""

    content: Tensor
    rhythm: Tensor
    motion: Tensor
    speaker: Tensor
    fingers: Tensor

    def to(self, device: torch.device | str) -> TokenBatch:
        """The same on another device."""
        parts = (self.content, self.rhythm, self.motion, self.speaker, self.fingers)
        return TokenBatch(*(value.to(device, non_blocking=True) for value in parts))


def cut(config: EmageConfig, frames: BodyFrames, count: int, random: np.random.Generator) -> TokenBatch:
    """`count` random windows."""
    starts = frames.window_starts(count, config.window, random)
    index = frames.windows(starts, config.window)
    return TokenBatch(
        torch.from_numpy(frames.content_of(index, config.content_width)),
        torch.from_numpy(frames.rhythm[index].astype(np.float32)),
        torch.from_numpy(frames.motion[index].astype(np.float32)),
        torch.from_numpy(frames.speaker[starts]),
        torch.from_numpy(frames.fingers[starts]),
    )
