# SPDX-License-Identifier: GPL-3.0-or-later
"""The choreographic memory: a VQ-VAE for each half of the body (paper section 3.1; layers as in Jukebox, 2020).

Eight frames become one code of each half. A second decoder on the lower half's codes gives the root's velocity; in
Bailando++ a third pair of decoders gives rotation matrices. Module names are those of the published checkpoints.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

from ...networks.quantizers import MovingAverageQuantizer, Quantized
from ...networks.residual import dilated_residual
from . import body_halves
from .config import BailandoConfig


class _Stack(nn.Module):
    """A Sequential under the name `model`."""

    def __init__(self, *layers: nn.Module):
        super().__init__()
        self.model = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        return self.model(x)


def _residuals(config: BailandoConfig, reverse: bool = False) -> nn.Module:
    dilations = [config.dilation_growth**i for i in range(config.depth)]
    return _Stack(*(dilated_residual(config.memory_width, d) for d in (reversed(dilations) if reverse else dilations)))


class Encoder(nn.Module):
    """(B, channels, T) → (B, code width, T / 8): halvings by strided convolution, each followed by residual blocks."""

    def __init__(self, channels: int, config: BailandoConfig):
        super().__init__()
        width, steps = config.memory_width, []
        for index in range(config.strides):
            halving = nn.Conv1d(channels if index == 0 else width, width, 4, stride=2, padding=1)
            steps.append(nn.Sequential(halving, _residuals(config)))
        self.level_blocks = nn.ModuleList([_Stack(*steps, nn.Conv1d(width, config.code_width, 3, padding=1))])

    def forward(self, x: Tensor) -> Tensor:
        return self.level_blocks[0](x)


class Decoder(nn.Module):
    """(B, code width, T / 8) → (B, channels, T): the encoder mirrored, and a last convolution to the channels."""

    def __init__(self, channels: int, config: BailandoConfig):
        super().__init__()
        width = config.memory_width
        steps: list[nn.Module] = [nn.Conv1d(config.code_width, width, 3, padding=1)]
        for _ in range(config.strides):
            doubling = nn.ConvTranspose1d(width, width, 4, stride=2, padding=1)
            steps.append(nn.Sequential(_residuals(config, reverse=True), doubling))
        self.level_blocks = nn.ModuleList([_Stack(*steps)])
        self.out = nn.Conv1d(width, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return self.out(self.level_blocks[0](x))


class _Bottleneck(nn.Module):
    """Holder of the quantizer under its published name."""

    def __init__(self, config: BailandoConfig):
        super().__init__()
        quantizer = MovingAverageQuantizer(config.codes, config.code_width, config.momentum, config.restart_below)
        self.level_blocks = nn.ModuleList([quantizer])

    @property
    def quantizer(self) -> MovingAverageQuantizer:
        return cast(MovingAverageQuantizer, self.level_blocks[0])


class HalfMemory(nn.Module):
    """VQ-VAE of one half: frames (B, T, channels) ↔ codes (B, T / 8); optional decoders for root velocity and
    rotations."""

    def __init__(self, channels: int, config: BailandoConfig, root: bool = False, rotations: int = 0):
        super().__init__()
        self.config = config
        self.encoders = nn.ModuleList([Encoder(channels, config)])
        self.decoders = nn.ModuleList([Decoder(channels, config)])
        if root:
            self.decoders_root = nn.ModuleList([Decoder(3, config)])
        if rotations:
            self.decoders_rotation = nn.ModuleList([Decoder(rotations, config)])
        self.bottleneck = _Bottleneck(config)

    @property
    def codebook(self) -> MovingAverageQuantizer:
        """What turns latents into codes and back."""
        return self.bottleneck.quantizer

    def latents(self, frames: Tensor) -> Tensor:
        """(B, T, channels) → latents before quantisation (B, T / 8, code width)."""
        return self.encoders[0](frames.transpose(1, 2)).transpose(1, 2)

    def encode(self, frames: Tensor) -> Tensor:
        """(B, T, channels), T a multiple of 8 → codes (B, T / 8)."""
        return self.codebook.nearest(self.latents(frames))

    def _through(self, decoder: nn.Module, latents: Tensor) -> Tensor:
        return decoder(latents.transpose(1, 2)).transpose(1, 2)

    def decode(self, codes: Tensor) -> Tensor:
        """codes (B, n) → frames (B, 8 n, channels)."""
        return self._through(self.decoders[0], self.codebook.lookup(codes))

    def decode_root(self, codes: Tensor) -> Tensor:
        """codes of the lower half (B, n) → root velocity (B, 8 n, 3), metres per frame."""
        return self._through(self.decoders_root[0], self.codebook.lookup(codes))

    def decode_rotations(self, codes: Tensor) -> Tensor:
        """codes (B, n) → (B, 8 n, rotation channels of this half)."""
        return self._through(self.decoders_rotation[0], self.codebook.lookup(codes))

    def forward(self, frames: Tensor) -> tuple[Tensor, Quantized]:
        """Reconstruction and what the quantiser did, for training."""
        quantized = self.codebook(self.latents(frames))
        return self._through(self.decoders[0], quantized.latents), quantized


class ChoreographicMemory(nn.Module):
    """Both halves as one dancer: frames (B, T, 72) ↔ codes up and down (B, T / 8)."""

    def __init__(self, config: BailandoConfig):
        super().__init__()
        self.config = config
        share = config.rotations // body_halves.JOINTS
        self.vqvae_up = HalfMemory(config.up_channels, config, rotations=share * len(body_halves.UP_JOINTS))
        self.vqvae_down = HalfMemory(
            config.down_channels, config, config.root_decoder, share * len(body_halves.DOWN_JOINTS)
        )

    def encode(self, frames: Tensor) -> tuple[Tensor, Tensor]:
        """(B, T, 72), T a multiple of 8; the root's channels are ignored → codes up, down (B, T / 8)."""
        up, down = body_halves.split(body_halves.without_root(frames))
        return self.vqvae_up.encode(up), self.vqvae_down.encode(down)

    def decode(self, up: Tensor, down: Tensor) -> Tensor:
        """codes (B, n) → frames (B, 8 n, 72); with a root decoder the root's channels are its velocity in metres per
        frame."""
        frames = body_halves.join(self.vqvae_up.decode(up), self.vqvae_down.decode(down))
        if self.config.root_decoder:
            frames = torch.cat((self.vqvae_down.decode_root(down), frames[..., 3:]), dim=-1)
        return frames

    def raw_rotations(self, up: Tensor, down: Tensor) -> Tensor:
        """codes (B, n) → (B, 8 n, 24·9): the rotation decoders' matrices as they come."""
        return body_halves.join(self.vqvae_up.decode_rotations(up), self.vqvae_down.decode_rotations(down))

    def decode_rotations(self, up: Tensor, down: Tensor) -> Tensor:
        """codes (B, n) → rotation matrices (B, 8 n, 24, 3, 3) of the SMPL joints, made orthonormal (Bailando++)."""
        return nearest_rotations(self.raw_rotations(up, down).unflatten(-1, (body_halves.JOINTS, 3, 3)))


def nearest_rotations(matrices: Tensor) -> Tensor:
    """(…, 3, 3) any matrices → the nearest rotations in the least-squares sense (polar decomposition)."""
    left, _, right = torch.linalg.svd(matrices)
    sign = torch.det(left @ right)
    left = torch.cat((left[..., :2], left[..., 2:] * sign[..., None, None]), dim=-1)
    return left @ right
