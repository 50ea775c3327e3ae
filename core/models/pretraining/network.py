# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole of it: three encoders, what fuses any subset of them, and what tells motion from that. Shapes as in `encoders`."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from .config import PretrainingConfig
from .encoders import AudioEncoder, Block, MotionEncoder, VisualEncoder

VISUAL, AUDIO, MOTION = "visual", "audio", "motion"
MODALITIES = (VISUAL, AUDIO, MOTION)


class Fusion(nn.Module):
    """f(v, a, m) → z: embeddings (B, T, D) of each modality and which are there, (B, T) or (B, 1) of 0 and 1 → (B, T, width).

    What is missing is a learned vector of its own.
    """

    def __init__(self, config: PretrainingConfig):
        super().__init__()
        self.missing = nn.Parameter(0.02 * torch.randn(len(MODALITIES), config.dim))
        self.enter = nn.Linear(len(MODALITIES) * config.dim, config.fusion_width)
        self.blocks = nn.Sequential(*(Block(config.fusion_width, dilation) for dilation in config.fusion_dilations))
        self.norm = nn.LayerNorm(config.fusion_width)

    def forward(self, given: dict[str, tuple[Tensor, Tensor]]) -> Tensor:
        shape = next(iter(given.values()))[0].shape
        parts = []
        for index, modality in enumerate(MODALITIES):
            missing = self.missing[index].expand(shape)
            if modality not in given:
                parts.append(missing)
                continue
            embedded, there = given[modality]
            parts.append(torch.where(there[..., None].bool(), embedded, missing))
        return self.norm(self.blocks(self.enter(torch.cat(parts, -1))))


class ClipHead(nn.Module):
    """Embeddings (B, T, D) → one unit vector a clip, (B, D)."""

    def __init__(self, dim: int):
        super().__init__()
        self.frames = nn.Sequential(nn.Linear(dim, dim), nn.GELU())
        self.whole = nn.Linear(2 * dim, dim)

    def forward(self, embedded: Tensor) -> Tensor:
        inner = self.frames(embedded)
        spread = (inner.var(1, unbiased=False) + 1e-5).sqrt()
        return functional.normalize(self.whole(torch.cat((inner.mean(1), spread), -1)), dim=-1)


class Predictor(nn.Module):
    """z (B, T, width) → the face's and the body's channels, scaled, (B, T, C) each."""

    def __init__(self, config: PretrainingConfig):
        super().__init__()
        width = config.fusion_width
        self.block = Block(width, 1)
        self.face = nn.Linear(width, config.face_channels)
        self.body = nn.Linear(width, config.body_channels)

    def forward(self, fused: Tensor) -> tuple[Tensor, Tensor]:
        inner = functional.gelu(self.block(fused))
        return self.face(inner), self.body(inner)


class ScaledMotion(nn.Module):
    """What knows how far channels of motion usually go, by buffers: face / face_spread, (body - body_mean) / body_spread."""

    face_spread: Tensor
    body_mean: Tensor
    body_spread: Tensor

    def __init__(self, config: PretrainingConfig):
        super().__init__()
        self.config = config
        self.register_buffer("face_spread", torch.ones(config.face_channels))
        self.register_buffer("body_mean", torch.zeros(config.body_channels))
        self.register_buffer("body_spread", torch.ones(config.body_channels))

    def scaled(self, face: Tensor, body: Tensor) -> tuple[Tensor, Tensor]:
        """Channels in their own units → as encoder and predictor have them."""
        return face / self.face_spread, (body - self.body_mean) / self.body_spread

    def in_their_units(self, face: Tensor, body: Tensor) -> tuple[Tensor, Tensor]:
        """And back."""
        return face * self.face_spread, body * self.body_spread + self.body_mean


class Pretraining(ScaledMotion):
    """Encoders, fusion, predictor."""

    def __init__(self, config: PretrainingConfig):
        super().__init__(config)
        self.audio = AudioEncoder(config)
        self.motion = MotionEncoder(config)
        self.visual = VisualEncoder(config)
        self.fusion = Fusion(config)
        self.predictor = Predictor(config)
        self.clips = nn.ModuleDict({modality: ClipHead(config.dim) for modality in MODALITIES})
