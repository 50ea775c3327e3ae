# SPDX-License-Identifier: GPL-3.0-or-later
"""The three encoders: sound, motion and keypoints, each to one embedding a frame. Shapes: B clips, T frames at 25 Hz, D numbers."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..speech.encoder import PhoneticEncoder
from .config import PretrainingConfig

COLUMNS = 4  # mel columns of a frame of 40 ms


class Block(nn.Module):
    """Dilated convolution over time, then a mix of channels, added to the input; (B, T, C)."""

    def __init__(self, width: int, dilation: int):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.spread = nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation, padding_mode="replicate")
        self.mix = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        spread = self.spread(self.norm(x).transpose(1, 2)).transpose(1, 2)
        return x + self.mix(functional.gelu(spread))


class AudioEncoder(nn.Module):
    """The speech model's encoder, and an embedding of what it hears. `phonetic` is what the speech model starts from."""

    def __init__(self, config: PretrainingConfig):
        super().__init__()
        self.phonetic = PhoneticEncoder(config.speech)
        self.embed = nn.Conv1d(config.audio_width, config.dim, 4, stride=2, padding=1)

    def forward(self, heard: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Log-mel (B, 4 T, bands), as the speech model's `frontend.network_input` gives it.

        Returns:
            Embeddings (B, T, D), hidden features (B, width, 2 T), and logits of phones (B, 4 T, phones).
        """
        hidden, logits = self.phonetic(heard)
        return self.embed(hidden).transpose(1, 2), hidden, logits


class MotionEncoder(nn.Module):
    """Face and body, each with what of it is known, to embeddings."""

    def __init__(self, config: PretrainingConfig):
        super().__init__()
        width = config.motion_width
        self.face = nn.Linear(2 * config.face_channels, width)
        self.body = nn.Linear(2 * config.body_channels, width)
        self.blocks = nn.Sequential(*(Block(width, dilation) for dilation in config.motion_dilations))
        self.embed = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, config.dim))

    def forward(self, face: Tensor, face_known: Tensor, body: Tensor, body_known: Tensor) -> Tensor:
        """Scaled channels (B, T, C) and which are known, 0 or 1, likewise → (B, T, D)."""
        seen = self.face(torch.cat((face * face_known, face_known), -1))
        seen = seen + self.body(torch.cat((body * body_known, body_known), -1))
        return self.embed(self.blocks(seen))


class VisualEncoder(nn.Module):
    """Frames of keypoints (B, T, channels) → (B, T, D)."""

    def __init__(self, config: PretrainingConfig):
        super().__init__()
        width = config.visual_width
        self.enter = nn.Linear(config.visual_channels, width)
        self.blocks = nn.Sequential(*(Block(width, dilation) for dilation in config.visual_dilations))
        self.embed = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, config.dim))

    def forward(self, seen: Tensor) -> Tensor:
        return self.embed(self.blocks(self.enter(seen)))
