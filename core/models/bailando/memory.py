# SPDX-License-Identifier: GPL-3.0-or-later
"""The choreographic memory: a VQ-VAE for each half of the body (paper section 3.1; layers as in Jukebox, 2020).

Eight frames become one code of each half. A second decoder on the lower half's codes gives the root's velocity; in
Bailando++ a third pair of decoders gives rotation matrices. Module names are those of the published checkpoints.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ...networks.quantizers import MovingAverageQuantizer, Quantized
from ...networks.residual import dilated_residual
from . import halves
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
        width, steps = config.memory_width, [nn.Conv1d(config.code_width, config.memory_width, 3, padding=1)]
        for _ in range(config.strides):
            doubling = nn.ConvTranspose1d(width, width, 4, stride=2, padding=1)
            steps.append(nn.Sequential(_residuals(config, reverse=True), doubling))
        self.level_blocks = nn.ModuleList([_Stack(*steps)])
        self.out = nn.Conv1d(width, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return self.out(self.level_blocks[0](x))


class _Bottleneck(nn.Module):
    def __init__(self, config: BailandoConfig):
        super().__init__()
        quantizer = MovingAverageQuantizer(config.codes, config.code_width, config.momentum, config.restart_below)
        self.level_blocks = nn.ModuleList([quantizer])


@dataclass(frozen=True)
class ReconstructionLoss:
    """Scalars: L1 of positions, of velocities and of accelerations (per frame), the commitment, and their weighted sum."""

    positions: Tensor
    velocity: Tensor
    acceleration: Tensor
    commitment: Tensor
    total: Tensor


class HalfMemory(nn.Module):
    """VQ-VAE of one half: frames (B, T, channels) ↔ codes (B, T / 8); optional decoders for root velocity and rotations."""

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
        return self.bottleneck.level_blocks[0]

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

    def loss(self, frames: Tensor) -> ReconstructionLoss:
        """Stage 1's objective for this half: L1 of positions, velocities and accelerations, and the commitment."""
        reconstruction, quantized = self(frames)
        return _reconstruction_loss(reconstruction, frames, quantized.loss, self.config.commitment)


def _reconstruction_loss(ours: Tensor, target: Tensor, commitment: Tensor, weight: float) -> ReconstructionLoss:
    error = ours - target
    positions = error.abs().mean()
    velocity = error.diff(dim=1).abs().mean()
    acceleration = error.diff(n=2, dim=1).abs().mean()
    return ReconstructionLoss(
        positions, velocity, acceleration, commitment, positions + velocity + acceleration + weight * commitment
    )


class ChoreographicMemory(nn.Module):
    """Both halves as one dancer: frames (B, T, 72) ↔ codes up and down (B, T / 8)."""

    def __init__(self, config: BailandoConfig):
        super().__init__()
        self.config = config
        share = config.rotations // halves.JOINTS
        self.vqvae_up = HalfMemory(config.up_channels, config, rotations=share * len(halves.UP_JOINTS))
        self.vqvae_down = HalfMemory(config.down_channels, config, config.root_decoder, share * len(halves.DOWN_JOINTS))

    def encode(self, frames: Tensor) -> tuple[Tensor, Tensor]:
        """(B, T, 72), T a multiple of 8; the root's channels are ignored → codes up, down (B, T / 8)."""
        up, down = halves.split(halves.without_root(frames))
        return self.vqvae_up.encode(up), self.vqvae_down.encode(down)

    def decode(self, up: Tensor, down: Tensor) -> Tensor:
        """codes (B, n) → frames (B, 8 n, 72); with a root decoder the root's channels are its velocity in metres per frame."""
        frames = halves.join(self.vqvae_up.decode(up), self.vqvae_down.decode(down))
        if self.config.root_decoder:
            frames = torch.cat((self.vqvae_down.decode_root(down), frames[..., 3:]), dim=-1)
        return frames

    def decode_rotations(self, up: Tensor, down: Tensor) -> Tensor:
        """codes (B, n) → rotation matrices (B, 8 n, 24, 3, 3) of the SMPL joints, made orthonormal (Bailando++)."""
        raw = halves.join(self.vqvae_up.decode_rotations(up), self.vqvae_down.decode_rotations(down))
        return nearest_rotations(raw.unflatten(-1, (halves.JOINTS, 3, 3)))

    def loss(self, frames: Tensor) -> tuple[Tensor, ReconstructionLoss, ReconstructionLoss]:
        """Stage 1: the mean of both halves' losses, and each. The root's channels are set to zero."""
        up, down = halves.split(halves.without_root(frames))
        up_loss, down_loss = self.vqvae_up.loss(up), self.vqvae_down.loss(down)
        return 0.5 * (up_loss.total + down_loss.total), up_loss, down_loss

    def root_loss(self, frames: Tensor) -> tuple[Tensor, Tensor]:
        """Stage 2: only the root decoder learns. frames (B, T, 72) whose first three channels are the root's velocity.
        Returns L1 of velocity plus L1 of its first difference, and the predicted velocity (B, T, 3)."""
        with torch.no_grad():
            codes = self.vqvae_down.encode(halves.split(halves.without_root(frames))[1])
        velocity = self.vqvae_down.decode_root(codes)
        error = velocity - frames[..., :3]
        return error.abs().mean() + error.diff(dim=1).abs().mean(), velocity

    def rotation_loss(self, frames: Tensor, matrices: Tensor) -> Tensor:
        """Bailando++: only the rotation decoders learn, with encoders and codebooks frozen.
        frames (B, T, 72), matrices (B, T, 24, 3, 3): L1 of entries, their velocities and accelerations."""
        with torch.no_grad():
            up, down = self.encode(frames)
        raw = halves.join(self.vqvae_up.decode_rotations(up), self.vqvae_down.decode_rotations(down))
        return _reconstruction_loss(raw, matrices.flatten(-3), raw.new_zeros(()), 0.0).total


def nearest_rotations(matrices: Tensor) -> Tensor:
    """(…, 3, 3) any matrices → the nearest rotations in the least-squares sense (polar decomposition)."""
    left, _, right = torch.linalg.svd(matrices)
    sign = torch.det(left @ right)
    left = torch.cat((left[..., :2], left[..., 2:] * sign[..., None, None]), dim=-1)
    return left @ right
