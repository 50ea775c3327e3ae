# SPDX-License-Identifier: GPL-3.0-or-later
"""Our choreographic memory: the two VQ-VAEs on canonical rotations and the root's motion instead of joint positions.

The lower half's codes hold how the root travels and which feet stand, for its frames have both (`dancer_frames`); the
published memory gives the root by a decoder of its own that was trained afterwards.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .config import BailandoConfig
from .dancer_frames import UP_WIDTH
from .memory import HalfMemory


class RotationMemory(nn.Module):
    """Frames (B, T, WIDTH) of `dancer_frames` ↔ codes up and down (B, T / 8)."""

    def __init__(self, config: BailandoConfig):
        super().__init__()
        self.config = config
        self.vqvae_up = HalfMemory(config.up_channels, config)
        self.vqvae_down = HalfMemory(config.down_channels, config)

    def encode(self, frames: Tensor) -> tuple[Tensor, Tensor]:
        """(B, T, WIDTH), T a multiple of 8 → codes up, down (B, T / 8)."""
        return self.vqvae_up.encode(frames[..., :UP_WIDTH]), self.vqvae_down.encode(frames[..., UP_WIDTH:])

    def decode(self, up: Tensor, down: Tensor) -> Tensor:
        """Codes (B, n) → frames (B, 8 n, WIDTH)."""
        return torch.cat((self.vqvae_up.decode(up), self.vqvae_down.decode(down)), dim=-1)
