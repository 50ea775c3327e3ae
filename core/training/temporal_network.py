# SPDX-License-Identifier: GPL-3.0-or-later
"""The network of `core.audio.temporal_network` in PyTorch, to be trained; the same arithmetic, parameters of the same names and shapes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..audio.temporal_network import BANDS, KERNEL

DIGITS = 4  # of a table's numbers


class TemporalNetwork(nn.Module):
    """outputs: of each frame. channels, layers: its size."""

    def __init__(self, outputs: int, channels: int, layers: int, dropout: float = 0.1):
        super().__init__()
        self.first, self.first_bias = _weights(BANDS * KERNEL, KERNEL, BANDS, channels), _zeros(channels)
        self.wide = _weights(channels * KERNEL, layers, KERNEL, channels, channels)
        self.wide_bias = _zeros(layers, channels)
        self.mix = _weights(12 * channels, layers, channels, channels)  # small: at first a layer changes little
        self.mix_bias = _zeros(layers, channels)
        self.out, self.out_bias = _weights(channels, channels, outputs), _zeros(outputs)
        self.dropout = nn.Dropout(dropout)

    def forward(self, bands: Tensor) -> Tensor:
        """bands (B, T, BANDS), 100 a second → logits (B, T / 2, outputs)."""
        values = F.elu(F.conv1d(bands.mT, self.first.permute(2, 1, 0), self.first_bias, 2, KERNEL // 2))
        for layer in range(len(self.wide)):
            reach = 2**layer
            kernel = self.wide[layer].permute(2, 1, 0)
            wide = F.conv1d(values, kernel, self.wide_bias[layer], 1, KERNEL // 2 * reach, reach)
            mixed = F.conv1d(self.dropout(F.elu(wide)), self.mix[layer].T[:, :, None], self.mix_bias[layer])
            values = values + mixed
        return F.elu(values).mT @ self.out + self.out_bias


def _weights(inputs: int, *shape: int) -> nn.Parameter:
    return nn.Parameter(torch.randn(shape) / inputs**0.5)


def _zeros(*shape: int) -> nn.Parameter:
    return nn.Parameter(torch.zeros(shape))


def write_table(network: TemporalNetwork, folder: Path) -> None:
    """The weights as the table statistics.json of a folder of weights."""
    numbers = {
        name: np.round(value.detach().double().numpy(), DIGITS).tolist() for name, value in network.named_parameters()
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "statistics.json").write_text(
        json.dumps({"format": 1, **numbers}, separators=(",", ":")) + "\n", encoding="utf-8"
    )
