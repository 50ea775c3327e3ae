# SPDX-License-Identifier: GPL-3.0-or-later
"""Audio encoder: a residual network with squeeze-excitation and attentive pooling over time, and the mouth code.

Blocks after He et al. 2016 and Hu et al. 2018 (squeeze-excitation), in the order convolution, ReLU, batch
normalisation; pooling after Okabe et al. 2018. Shapes: B clips, M mel columns.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from .config import PdfgcConfig


class SqueezeExcitation(nn.Module):
    """(B, C, H, W) times a weight 0..1 for each channel, made from the channels' means."""

    def __init__(self, channels: int, reduction: int):
        super().__init__()
        self.fc = nn.Sequential(
            nn.Linear(channels, channels // reduction),
            nn.ReLU(),
            nn.Linear(channels // reduction, channels),
            nn.Sigmoid(),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x * self.fc(x.mean((2, 3)))[:, :, None, None]


class SqueezeExcitationBlock(nn.Module):
    """Two 3x3 convolutions and squeeze-excitation; the residual is added before the last ReLU."""

    def __init__(self, inputs: int, channels: int, stride: int, reduction: int):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, channels, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.se = SqueezeExcitation(channels, reduction)
        self.downsample = None
        if stride != 1 or inputs != channels:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, channels, 1, stride, bias=False), nn.BatchNorm2d(channels)
            )

    def forward(self, x: Tensor) -> Tensor:
        y = self.bn1(F.relu(self.conv1(x)))
        y = self.se(self.bn2(self.conv2(y)))
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))


class ResNetSE(nn.Module):
    """Mel clips (B, 1, bands, M) -> features (B, feature_dim)."""

    def __init__(self, config: PdfgcConfig):
        super().__init__()
        channels = config.audio_channels
        self.conv1 = nn.Conv2d(1, channels[0], 3, padding=1)
        self.bn1 = nn.BatchNorm2d(channels[0])
        inputs = channels[0]
        for index, (blocks, width) in enumerate(zip(config.audio_blocks, channels), start=1):
            layers = []
            for block in range(blocks):
                layers.append(
                    SqueezeExcitationBlock(inputs, width, 2 if index > 1 and block == 0 else 1, config.squeeze)
                )
                inputs = width
            self.add_module(f"layer{index}", nn.Sequential(*layers))
        pooled = channels[-1] * -(-config.mel_bands // 8)  # three of the four stages halve the bands
        self.attention = nn.Sequential(
            nn.Conv1d(pooled, config.attention_hidden, 1),
            nn.ReLU(),
            nn.BatchNorm1d(config.attention_hidden),
            nn.Conv1d(config.attention_hidden, pooled, 1),
            nn.Softmax(dim=2),
        )
        self.fc = nn.Linear(pooled, config.feature_dim)

    def forward(self, mel: Tensor) -> Tensor:
        x = self.bn1(F.relu(self.conv1(mel)))
        for index in range(1, 5):
            x = self.get_submodule(f"layer{index}")(x)
        x = x.flatten(1, 2)  # (B, channels·bands, columns)
        return self.fc((x * self.attention(x)).sum(2))


class AudioEncoder(nn.Module):
    """Mel clips (B, 1, bands, M), or (1, B, 1, bands, M), -> mouth code (B, mouth_dim), without its gain."""

    def __init__(self, config: PdfgcConfig):
        super().__init__()
        self.model = ResNetSE(config)
        self.mouth_embed = nn.Sequential(nn.ReLU(), nn.Linear(config.feature_dim, config.mouth_dim))

    def feature(self, mel: Tensor) -> Tensor:
        """(B, feature_dim): what the contrastive objective compares with the visual mouth feature."""
        return self.model(mel.flatten(0, -4) if mel.dim() > 4 else mel)

    def forward(self, mel: Tensor) -> Tensor:
        return self.mouth_embed(self.feature(mel))
