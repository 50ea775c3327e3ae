# SPDX-License-Identifier: GPL-3.0-or-later
"""A linear layer that is quick for a few rows, as when tokens come one after another on a CPU."""
from __future__ import annotations

import torch
from torch import Tensor, nn

FEW = 6


class RowLinear(nn.Linear):
    """nn.Linear; for at most `FEW` rows without gradient it multiplies from the left, weight · xᵀ.

    With so few rows the time is that of reading the weights, and the usual kernel reads them two to three times slower.
    """

    def forward(self, x: Tensor) -> Tensor:
        rows = x.numel() // x.shape[-1]
        if rows > FEW or torch.is_grad_enabled() or x.device.type != "cpu":
            return super().forward(x)
        flat = x.reshape(rows, x.shape[-1])
        product = torch.mm(self.weight, flat.T) if self.bias is None else torch.addmm(self.bias[:, None], self.weight, flat.T)
        return product.T.reshape(*x.shape[:-1], self.out_features)
