# SPDX-License-Identifier: GPL-3.0-or-later
"""Residual 1-D convolutions."""

from __future__ import annotations

from torch import Tensor, nn


class Residual(nn.Module):
    """x + layers(x); the layers' keys are `model.<index>`."""

    def __init__(self, *layers: nn.Module):
        super().__init__()
        self.model = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.model(x)


def residual_convolutions(width: int, slope: float = 0.2) -> Residual:
    """Convolution k3, LeakyReLU, convolution k3, plus the input (B, width, T)."""
    return Residual(nn.Conv1d(width, width, 3, padding=1), nn.LeakyReLU(slope), nn.Conv1d(width, width, 3, padding=1))


def dilated_residual(width: int, dilation: int) -> Residual:
    """ReLU, dilated convolution k3, ReLU, convolution k1, plus the input (B, width, T) (Jukebox, Dhariwal et al.
    2020)."""
    return Residual(
        nn.ReLU(),
        nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation),
        nn.ReLU(),
        nn.Conv1d(width, width, 1),
    )
