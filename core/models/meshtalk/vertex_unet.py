# SPDX-License-Identifier: GPL-3.0-or-later
"""Latent and neutral face to a moving face: the UNet decoder (MeshTalk, section 3.1).

Identity enters only as the template, so that one model animates any face of its topology.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .config import MeshTalkConfig

LstmState = tuple[Tensor, Tensor]


class VertexUnet(nn.Module):
    """template (B, points, dims), latent (B, T, H, C) -> geometry (B, T, points, dims), in the template's units.

    The template's features at every scale are added to the decoder's, after its activation; the last of them is the
    normalised template itself. The activation follows the last layer, too. Buffers mean, stddev as the expression
    encoder.
    """

    mean: Tensor
    stddev: Tensor

    def __init__(self, config: MeshTalkConfig):
        super().__init__()
        size = config.points * config.dims
        wide, middle, narrow = config.decoder_hidden
        self.slope = config.slope
        self.vertex_bias = nn.Parameter(torch.zeros(size))
        self.register_buffer("mean", torch.zeros(1, 1, config.points, config.dims))
        self.register_buffer("stddev", torch.ones(1, 1, config.points, config.dims))
        self.encoder = nn.ModuleList((nn.Linear(size, wide), nn.Linear(wide, middle), nn.Linear(middle, narrow)))
        self.fusion = nn.Linear(narrow + config.heads * config.classes, narrow)
        self.temporal = nn.LSTM(narrow, narrow, config.decoder_lstm_layers, batch_first=True)
        self.decoder = nn.ModuleList((nn.Linear(narrow, middle), nn.Linear(middle, wide), nn.Linear(wide, size)))

    def forward(self, template: Tensor, latent: Tensor) -> Tensor:
        return self.decode(template, latent)[0]

    def decode(self, template: Tensor, latent: Tensor, state: LstmState | None = None) -> tuple[Tensor, LstmState]:
        """As `forward`, for clips in parts: `state` is what the call for the frames before returned."""
        x = ((template[:, None] - self.mean) / self.stddev).flatten(2)  # (B, 1, points·dims): the same for all frames
        skips = []
        for layer in self.encoder:
            skips.append(x)
            x = F.leaky_relu(layer(x), self.slope)
        x = self.fusion(torch.cat((x.expand(-1, latent.shape[1], -1), latent.flatten(2)), dim=-1))
        x, after = self.temporal(F.leaky_relu(x, self.slope), state)
        for layer, skip in zip(self.decoder, reversed(skips)):
            x = F.leaky_relu(layer(x), self.slope) + skip
        x = (x + self.vertex_bias).unflatten(-1, self.mean.shape[2:])
        return x * self.stddev + self.mean, after
