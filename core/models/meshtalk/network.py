# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole of MeshTalk as one module: encoder, decoder and context model."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .config import MeshTalkConfig
from .context_model import ContextModel
from .encoders import MultimodalEncoder
from .vertex_unet import VertexUnet


class MeshTalk(nn.Module):
    """See the package's docstring. Shapes: B batch, N samples, T frames, P points, D dims, H heads, C classes."""

    def __init__(self, config: MeshTalkConfig):
        super().__init__()
        self.config = config
        self.encoder = MultimodalEncoder(config)
        self.vertex_unet = VertexUnet(config)
        self.context_model = ContextModel(config)

    @torch.no_grad()
    def set_statistics(self, mean: Tensor, stddev: Tensor) -> None:
        """Before training: mean and standard deviation (P, D) of the training faces normalise geometry in both
        directions."""
        for part in (self.encoder.expression_encoder, self.vertex_unet):
            part.mean.copy_(mean.expand_as(part.mean))
            part.stddev.copy_(stddev.expand_as(part.stddev))
