# SPDX-License-Identifier: GPL-3.0-or-later
"""A convolutional autoencoder of two-second windows of motion."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .config import FeatureConfig


class MotionFeatures(nn.Module):
    """windows (N, C, 64) → latent (N, 32) → windows. Three strided convolutions, a linear layer, and the mirror image
    of both."""

    mean: Tensor

    def __init__(self, config: FeatureConfig | None = None):
        super().__init__()
        self.config = config = config or FeatureConfig()
        width, short = config.width, config.window // 8
        self.register_buffer("mean", torch.zeros(config.channels))
        self.down = nn.Sequential(
            nn.Conv1d(config.channels, width, 4, 2, 1),
            nn.LeakyReLU(0.2),
            nn.Conv1d(width, width, 4, 2, 1),
            nn.LeakyReLU(0.2),
            nn.Conv1d(width, width, 4, 2, 1),
            nn.LeakyReLU(0.2),
        )
        self.to_latent = nn.Linear(width * short, config.latent)
        self.from_latent = nn.Linear(config.latent, width * short)
        self.up = nn.Sequential(
            nn.ConvTranspose1d(width, width, 4, 2, 1),
            nn.LeakyReLU(0.2),
            nn.ConvTranspose1d(width, width, 4, 2, 1),
            nn.LeakyReLU(0.2),
            nn.ConvTranspose1d(width, width, 4, 2, 1),
            nn.LeakyReLU(0.2),
            nn.Conv1d(width, config.channels, 1),
        )

    def encode(self, motion: Tensor) -> Tensor:
        """Windows (N, channels, 64) → latent (N, 32)."""
        return self.to_latent(self.down(motion).flatten(1))

    def forward(self, motion: Tensor) -> Tensor:
        latent = self.encode(motion)
        return self.up(self.from_latent(latent).unflatten(1, (self.config.width, -1)))
