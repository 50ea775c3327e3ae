# SPDX-License-Identifier: GPL-3.0-or-later
"""Residual blocks of 1-D convolutions over time, (B, C, T) -> (B, C, T). State keys: model.<index>.{weight,bias}."""
from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn


class ResidualConvBlock(nn.Module):
    """x + Conv3(LeakyReLU(Conv3(x))); keys model.0 and model.2."""

    def __init__(self, channels: int, slope: float = 0.2):
        super().__init__()
        self.model = nn.Sequential(
            nn.Conv1d(channels, channels, 3, padding=1),
            nn.LeakyReLU(slope),
            nn.Conv1d(channels, channels, 3, padding=1))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.model(x)


class DilatedResidualBlock(nn.Module):
    """x + scale · Conv1(ReLU(Conv3 dilated(ReLU(x)))); keys model.1 and model.3."""

    def __init__(self, channels: int, hidden: int | None = None, dilation: int = 1, scale: float = 1.0):
        super().__init__()
        hidden = channels if hidden is None else hidden
        self.scale = scale
        self.model = nn.Sequential(
            nn.ReLU(),
            nn.Conv1d(channels, hidden, 3, padding=dilation, dilation=dilation),
            nn.ReLU(),
            nn.Conv1d(hidden, channels, 1))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.scale * self.model(x)


class DilatedResidualStack(nn.Module):
    """DilatedResidualBlocks one after another, one for each of `dilations`; keys model.<i>.model.{1,3}."""

    def __init__(self, channels: int, dilations: Sequence[int] = (1, 3, 9), hidden: int | None = None,
                 scale: float = 1.0):
        super().__init__()
        self.model = nn.Sequential(*(DilatedResidualBlock(channels, hidden, dilation, scale)
                                     for dilation in dilations))

    def forward(self, x: Tensor) -> Tensor:
        return self.model(x)
