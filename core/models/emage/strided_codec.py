# SPDX-License-Identifier: GPL-3.0-or-later
"""Codecs of a body part with one token for several frames (ours): fewer, longer, finer tokens than the published ones.

A token is a latent whose first codes, of codebooks that quantise one another's residual (RVQ), say which movement it is; what
they leave over is a number each that the generator predicts knowing them. Motion is standardised joint by joint first, and the
latents begin as its principal components: the slow turning of a pelvis is a fiftieth of what shoulders do, and networks that
start from nothing average it out.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ...networks.quantizers import ResidualQuantizer
from ...networks.residual import dilated_residual
from .config import CodecConfig

_DILATIONS = (3, 1)


class StridedCodec(nn.Module):
    """Frames (B, T, channels) → latents (B, ⌈T / stride⌉, latent), and back from them or from codes (B, ⌈T / stride⌉, levels).

    The buffers `mean` and `spread` (channels,) are the training motion's.
    """

    mean: Tensor
    spread: Tensor

    def __init__(self, config: CodecConfig):
        super().__init__()
        self.config = config
        width, halvings = config.width, config.stride.bit_length() - 1
        self.register_buffer("mean", torch.zeros(config.channels))
        self.register_buffer("spread", torch.ones(config.channels))
        up: list[nn.Module] = [nn.Conv1d(config.latent, width, 3, padding=1)]
        for _ in range(halvings):
            up += [dilated_residual(width, dilation) for dilation in _DILATIONS]
            up.append(nn.ConvTranspose1d(width, width, 4, stride=2, padding=1))
        stride = config.stride
        self.components = nn.Conv1d(config.channels, config.latent, 2 * stride, stride, stride // 2)
        self.composed = nn.ConvTranspose1d(config.latent, config.channels, 2 * stride, stride, stride // 2)
        self.refined = nn.Sequential(*up, nn.ReLU(), nn.Conv1d(width, config.channels, 3, padding=1))
        self.quantizer = ResidualQuantizer(config.codes, config.latent, config.levels)

    def standardised(self, x: Tensor) -> Tensor:
        """(B, T, channels) in multiples of what is usual for the joint."""
        return (x - self.mean) / self.spread

    def encoder(self, x: Tensor) -> Tensor:
        """(B, T, channels) → latents (B, ⌈T / stride⌉, latent). A last token that is not full has its last frame again."""
        missing = -x.shape[1] % self.config.stride
        if missing:
            x = torch.cat((x, x[:, -1:].expand(-1, missing, -1)), dim=1)
        return self.components(self.standardised(x).transpose(1, 2)).transpose(1, 2)

    def decoder(self, latents: Tensor) -> Tensor:
        """latents (B, N, latent) → (B, N · stride, channels)."""
        latents = latents.transpose(1, 2)
        return (self.composed(latents) + self.refined(latents)).transpose(1, 2) * self.spread + self.mean

    def composed_without_mean(self, latents: Tensor) -> Tensor:
        """latents (B, N, latent), differences of some → (B, channels, N · stride), in multiples of what is usual: the linear part
        of what they decode to."""
        stride = self.config.stride
        return nn.functional.conv_transpose1d(
            latents.transpose(1, 2), self.composed.weight, None, stride, padding=stride // 2
        )

    def decode(self, codes: Tensor) -> Tensor:
        """codes (B, N, levels), or latents (B, N, latent), → (B, N · stride, channels)."""
        return self.decoder(codes if codes.is_floating_point() else self.quantizer.lookup(codes))

    @torch.no_grad()
    def begin(self, vectors: Tensor) -> None:
        """Make the latents the principal components of tokens of vectors (tokens, stride, channels), each with its own size."""
        flat = self.standardised(vectors).flatten(1).double()
        mean = flat.mean(0)
        _, _, axes = torch.linalg.svd(flat - mean, full_matrices=False)
        axes = axes[: self.config.latent].unflatten(1, vectors.shape[1:]).transpose(1, 2).float()
        middle = slice(self.config.stride // 2, self.config.stride // 2 + self.config.stride)
        for layer in (self.components, self.composed, self.refined[-1]):
            for parameter in layer.parameters():
                parameter.zero_()
        self.components.weight[..., middle] = axes
        self.composed.weight[..., middle] = axes
        mean = mean.float().unflatten(0, vectors.shape[1:])
        for layer, bias in ((self.components, -(axes * mean.T).sum((1, 2))), (self.composed, mean.mean(0))):
            assert layer.bias is not None
            layer.bias.copy_(bias)
