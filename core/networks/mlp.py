# SPDX-License-Identifier: GPL-3.0-or-later
"""Small multi-layer perceptrons on the last dimension."""

from __future__ import annotations

from torch import Tensor, nn


class TwoLayerMLP(nn.Module):
    """Linear, LeakyReLU, Linear: (…, inputs) -> (…, outputs); keys fc1 and fc2."""

    def __init__(self, inputs: int, hidden: int, outputs: int, slope: float = 0.1):
        super().__init__()
        self.fc1 = nn.Linear(inputs, hidden)
        self.activation = nn.LeakyReLU(slope)
        self.fc2 = nn.Linear(hidden, outputs)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc2(self.activation(self.fc1(x)))
