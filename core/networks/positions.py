# SPDX-License-Identifier: GPL-3.0-or-later
"""Positional codes."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn


def sinusoids(length: int, width: int) -> Tensor:
    """(length, width): sine in even and cosine in odd columns, wavelengths from 2 pi to 10000 · 2 pi (Vaswani et al.
    2017)."""
    position = torch.arange(length, dtype=torch.float32).unsqueeze(1)
    rate = torch.exp(torch.arange(0, width, 2, dtype=torch.float32) * (-math.log(10000.0) / width))
    table = torch.zeros(length, width)
    table[:, 0::2] = torch.sin(position * rate)
    table[:, 1::2] = torch.cos(position * rate)
    return table


class PeriodicPositions(nn.Module):
    """Adds a sinusoid that starts anew every `period` rows, up to `length` rows (Fan et al., FaceFormer 2022, section
    3.3).

    The table is the buffer `pe` (1, length, width), part of the state dict.
    """

    pe: Tensor

    def __init__(self, width: int, period: int, length: int):
        super().__init__()
        repeats = -(-length // period)
        self.register_buffer("pe", sinusoids(period, width).repeat(repeats, 1)[:length].unsqueeze(0))

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, width) with T ≤ length → the same."""
        return x + self.pe[:, : x.shape[1]]
