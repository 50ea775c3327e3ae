# SPDX-License-Identifier: GPL-3.0-or-later
"""The phonetic encoder: log-mel spectrogram → what is being said, frame by frame."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from .config import SpeechConfig, TrunkConfig


class ResidualBlock(nn.Module):
    """Dilated convolution, then a mix of channels, added to the input."""

    def __init__(self, width: int, dilation: int, kernel: int = 3):
        super().__init__()
        self.norm = nn.BatchNorm1d(width)
        self.spread = nn.Conv1d(width, width, kernel, padding=dilation * (kernel // 2), dilation=dilation)
        self.mix = nn.Conv1d(width, width, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.mix(functional.relu(self.spread(functional.relu(self.norm(x)))))


class ContextGate(nn.Module):
    """Scales channels by the average of the signal around each frame: adaptation to the voice and the room."""

    def __init__(self, width: int, frames: int):
        super().__init__()
        self.frames = frames | 1
        self.gate = nn.Sequential(nn.Conv1d(width, width // 4, 1), nn.ReLU(), nn.Conv1d(width // 4, width, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        half = self.frames // 2
        # running mean by a cumulative sum: the same cost for any length; ends use the frames that exist
        total = functional.pad(x.cumsum(-1), (1, 0))
        time = torch.arange(x.shape[-1], device=x.device)
        first, last = (time - half).clamp(min=0), (time + half + 1).clamp(max=x.shape[-1])
        mean = (total[..., last] - total[..., first]) / (last - first)
        return x * (2 * torch.sigmoid(self.gate(mean)))


class Trunk(nn.Module):
    """Dilated residual convolutions at 50 Hz, without a reader."""

    def __init__(self, config: TrunkConfig):
        super().__init__()
        self.sizes, width = config, config.width
        self.stem = nn.Sequential(
            nn.Conv1d(config.bands, width, 5, padding=2), nn.ReLU(), nn.Conv1d(width, width, 4, stride=2, padding=1)
        )
        blocks: list[nn.Module] = []
        for index, dilation in enumerate(config.dilations, 1):
            blocks.append(ResidualBlock(width, dilation))
            if index % config.context_every == 0 and index < len(config.dilations):
                blocks.append(ContextGate(width, round(config.context_s * 50)))
        self.blocks = nn.Sequential(*blocks)
        self.norm = nn.BatchNorm1d(width)

    def hidden(self, log_mel: torch.Tensor) -> torch.Tensor:
        """(B, T, bands) of `frontend.network_input` at 100 Hz, T even → (B, width, T/2)."""
        return functional.relu(self.norm(self.blocks(self.stem(log_mel.transpose(1, 2)))))


class PhoneticEncoder(Trunk):
    """The trunk, and logits of phones at 100 Hz.

    forward: (B, T, bands) of `frontend.network_input` at 100 Hz, T even → hidden (B, width, T/2) and logits (B, T,
    phones).
    """

    def __init__(self, config: SpeechConfig):
        super().__init__(config.trunk)
        self.phones = len(config.phones)
        self.classify = nn.Conv1d(config.width, 2 * self.phones, 1)

    def forward(self, log_mel: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        hidden = self.hidden(log_mel)
        logits = self.classify(hidden)
        batch, _, frames = logits.shape
        logits = logits.view(batch, 2, self.phones, frames).permute(0, 3, 1, 2).reshape(batch, 2 * frames, self.phones)
        return hidden, logits
