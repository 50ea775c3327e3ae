# SPDX-License-Identifier: GPL-3.0-or-later
"""The articulation decoder: what is being said → how lips, jaw and tongue move."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from .config import SpeechConfig
from .encoder import ResidualBlock


class ArticulationDecoder(nn.Module):
    """Residual convolutions at 50 Hz over hidden features, phone posteriors, loudness and the sound itself; curves at
    100 Hz.

    The sound is there because how a voice articulates, and not only what it says, shows in the mouth.
    """

    def __init__(self, config: SpeechConfig):
        super().__init__()
        self.channels = len(config.channels)
        inputs = config.width + 2 * (len(config.phones) + 1 + config.bands)
        self.enter = nn.Conv1d(inputs, config.decoder_width, 3, padding=1)
        self.blocks = nn.Sequential(
            *(ResidualBlock(config.decoder_width, dilation) for dilation in config.decoder_dilations)
        )
        self.leave = nn.Conv1d(config.decoder_width, 2 * self.channels, 1)
        if self.leave.bias is not None:
            nn.init.constant_(self.leave.bias, -2.5)  # a face at rest to begin with

    def forward(
        self, hidden: torch.Tensor, posteriors: torch.Tensor, loudness: torch.Tensor, heard: torch.Tensor
    ) -> torch.Tensor:
        """How the mouth moves.

        Args:
            hidden: (B, width, T/2), of the encoder.
            posteriors: (B, T, phones).
            loudness: (B, T), 0..1.
            heard: (B, T, bands), as the encoder gets it.

        Returns:
            Curves (B, T, channels) in 0..1.
        """
        return self.curves(self.articulation(hidden, posteriors, loudness, heard))

    def curves(self, articulation: torch.Tensor) -> torch.Tensor:
        """Of `articulation` (B, decoder_width, T/2): curves (B, T, channels) in 0..1."""
        batch, _, pairs = articulation.shape
        x = self.leave(articulation).view(batch, 2, self.channels, pairs)
        return torch.sigmoid(x.permute(0, 3, 1, 2).reshape(batch, 2 * pairs, self.channels))

    def articulation(
        self, hidden: torch.Tensor, posteriors: torch.Tensor, loudness: torch.Tensor, heard: torch.Tensor
    ) -> torch.Tensor:
        """What the curves are read from, of the same arguments: (B, decoder_width, T/2), at or above 0."""
        batch, frames, _ = posteriors.shape
        pairs = torch.cat([posteriors, loudness[..., None], heard], -1).reshape(batch, frames // 2, -1).transpose(1, 2)
        return functional.relu(self.blocks(self.enter(torch.cat([hidden, pairs], 1))))
