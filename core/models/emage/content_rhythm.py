# SPDX-License-Identifier: GPL-3.0-or-later
"""Content-rhythm attention (EMAGE paper, section 4.3, "CRA"): how much of what is said and how much of how it sounds.

Content and rhythm features of equal width are compared by a linear layer that gives two scores for each channel; their
softmax weighs the two streams. Content may be a phonetic encoder's features or word embeddings; rhythm is onset and
loudness.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .config import EmageConfig


class ContentRhythmAttention(nn.Module):
    """content (B, T, width), rhythm (B, T, width) → their mix (B, T, width)."""

    def __init__(self, width: int):
        super().__init__()
        self.scores = nn.Linear(2 * width, 2 * width)

    def forward(self, content: Tensor, rhythm: Tensor) -> Tensor:
        scores = self.scores(torch.cat((content, rhythm), dim=-1)).unflatten(-1, (-1, 2))
        weights = scores.softmax(dim=-1)
        return weights[..., 0] * content + weights[..., 1] * rhythm


class RhythmEncoder(nn.Module):
    """rhythm (B, T, channels) by motion frame → (B, T, width), with three frames of context on both sides."""

    def __init__(self, channels: int, width: int):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv1d(channels, width, 5, padding=2), nn.LeakyReLU(0.1), nn.Conv1d(width, width, 3, padding=1)
        )

    def forward(self, rhythm: Tensor) -> Tensor:
        return self.layers(rhythm.transpose(1, 2)).transpose(1, 2)


class ContentRhythmEncoder(nn.Module):
    """The audio encoder of the full paper: (content (B, T, content_width), rhythm (B, T, rhythm_width)) → (B, T,
    width)."""

    def __init__(self, config: EmageConfig):
        super().__init__()
        if not (config.content_width and config.rhythm_width):
            raise ValueError("audio='content_rhythm' needs content_width and rhythm_width")
        self.content = nn.Linear(config.content_width, config.feature_width)
        self.rhythm = RhythmEncoder(config.rhythm_width, config.feature_width)
        self.attention = ContentRhythmAttention(config.feature_width)

    def forward(self, audio: tuple[Tensor, ...]) -> Tensor:
        content, rhythm = audio[:2]
        return self.attention(self.content(content), self.rhythm(rhythm))
