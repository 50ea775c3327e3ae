# SPDX-License-Identifier: GPL-3.0-or-later
"""Sinusoidal position codes (Vaswani et al., "Attention Is All You Need", 2017, section 3.5), also periodic ones."""
from __future__ import annotations

import math

import torch
from torch import Tensor, nn


def sinusoid_table(length: int, dim: int, period: int | None = None) -> Tensor:
    """(length, dim): sin in the even columns, cos in the odd ones, wavelengths 2π to 10000·2π frames.

    With a period the first `period` rows repeat (Fan et al., "FaceFormer", 2022, section 3.3).
    """
    position = torch.arange(length if period is None else period, dtype=torch.float32)[:, None]
    frequency = torch.exp(torch.arange(0, dim, 2, dtype=torch.float32) * (-math.log(10000.0) / dim))
    table = torch.zeros(len(position), dim)
    table[:, 0::2] = torch.sin(position * frequency)
    table[:, 1::2] = torch.cos(position * frequency)[:, :dim // 2]
    return table.repeat(-(-length // len(table)), 1)[:length]


class SinusoidalPositions(nn.Module):
    """Adds position codes to (B, T, D), T at most `length`, then dropout. State key: the buffer pe (1, length, D)."""

    pe: Tensor

    def __init__(self, dim: int, length: int, period: int | None = None, dropout: float = 0.0):
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.register_buffer("pe", sinusoid_table(length, dim, period)[None])

    def forward(self, x: Tensor) -> Tensor:
        return self.dropout(x + self.pe[:, :x.shape[1]])
