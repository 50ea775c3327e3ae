# SPDX-License-Identifier: GPL-3.0-or-later
"""Autoregressive model of the latent given the sound (MeshTalk, section 3.3), over time and heads.

p(c_{t,h} | what came before, all heads of earlier frames and earlier heads of this frame, and the audio codes up to t).
Shapes: B batch, T frames, H heads, C classes, F channels of a head, A numbers of an audio code.
"""

from __future__ import annotations

from typing import cast

import torch.nn.functional as F
from torch import Tensor, nn

from ...networks.masked import HistoricConvolution, head_mask, masked_pointwise
from .config import MeshTalkConfig


class MaskedContextConvolution(nn.Module):
    """(B, H·inputs, T), audio (B, A, T) -> (B, H·outputs, T), before its activation.

    The sum of: a 1x1 convolution of earlier heads of the same frame; and, in a layer with history, one of the audio
    code and one of all heads of earlier frames. Layers without history own an audio projection that is never used, as
    the published ones do; it keeps their checkpoints loadable key by key.
    """

    mask: Tensor

    def __init__(
        self, heads: int, inputs: int, outputs: int, audio: int, kernel: int = 0, dilation: int = 1, own: bool = False
    ):
        super().__init__()
        self.register_buffer("mask", head_mask(heads, inputs, outputs, own)[..., None])
        self.unmasked_linear = nn.Conv1d(audio, heads * outputs, 1)
        self.masked_linear = nn.Conv1d(heads * inputs, heads * outputs, 1)
        self.historic = HistoricConvolution(heads * inputs, heads * outputs, kernel, dilation) if kernel else None

    @property
    def history(self) -> HistoricConvolution:
        """Of a layer that has one."""
        assert self.historic is not None
        return self.historic

    def forward(self, x: Tensor, audio: Tensor) -> Tensor:
        """x (B, H·inputs, T), audio (B, A, T) -> (B, H·outputs, T)."""
        y = masked_pointwise(x, self.masked_linear, self.mask)
        if self.historic is not None:
            y = y + self.unmasked_linear(audio) + self.historic(x)
        return y


class ContextModel(nn.Module):
    """Latent (B, T, H, C) and audio codes (B, T, A) -> log-probabilities (B, T, H, C), each of what it may see.

    Embedding (no activation), context layers with LeakyReLU, logits. Every layer sees strictly earlier heads, so the
    first head's log-probabilities are a constant and head h depends on same-frame labels of heads up to h - 2 - layers
    only; with the config's `own_features` it depends on one more, and the first head on sound and past.
    """

    def __init__(self, config: MeshTalkConfig):
        super().__init__()
        self.config = config
        heads, dim, audio = config.heads, config.context_dim, config.code_dim
        self.embedding = MaskedContextConvolution(heads, config.classes, dim, audio)
        self.context_layers = nn.ModuleList(
            MaskedContextConvolution(heads, dim, dim, audio, kernel=2, dilation=dilation)
            for dilation in config.context_dilations
        )
        self.logits = MaskedContextConvolution(heads, dim, config.classes, audio, own=config.own_features)

    @property
    def layers(self) -> list[MaskedContextConvolution]:
        """The context layers, each with history."""
        return [cast(MaskedContextConvolution, layer) for layer in self.context_layers]

    @property
    def receptive_field(self) -> int:
        """Frames that one output depends on, its own included."""
        return 1 + sum(layer.history.reach for layer in self.layers)

    def forward(self, latent: Tensor, audio_code: Tensor) -> Tensor:
        """latent (B, T, H, C), audio_code (B, T, A) -> log-probabilities (B, T, H, C)."""
        audio = audio_code.transpose(1, 2)
        x = self.embedding(latent.flatten(2).transpose(1, 2), audio)
        for layer in self.context_layers:
            x = F.leaky_relu(layer(x, audio), self.config.slope)
        scores = self.logits(x, audio).transpose(1, 2)
        return scores.unflatten(-1, (self.config.heads, self.config.classes)).log_softmax(-1)
