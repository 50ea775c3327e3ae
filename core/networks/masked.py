# SPDX-License-Identifier: GPL-3.0-or-later
"""Convolutions that see only what they may: earlier heads of the same frame, or earlier frames.

Shapes: (B, C, T) with C = heads x channels of one head, heads in order.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def head_mask(heads: int, inputs: int, outputs: int, own: bool = False) -> Tensor:
    """(heads·outputs, heads·inputs) of 0 and 1: head h sees the heads before it, and with `own` itself."""
    blocks = torch.tril(torch.ones(heads, heads), diagonal=0 if own else -1)
    return blocks.repeat_interleave(outputs, 0).repeat_interleave(inputs, 1)


def masked_pointwise(x: Tensor, convolution: nn.Conv1d, mask: Tensor) -> Tensor:
    """A 1x1 convolution with the weights where `mask` (out, in, 1) is 0 left out."""
    return F.conv1d(x, convolution.weight * mask, convolution.bias)


class HistoricConvolution(nn.Conv1d):
    """Causal convolution over strictly earlier frames: output t sees t - 1, t - 1 - dilation, …

    The start is padded with zeros.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int, dilation: int = 1):
        super().__init__(inputs, outputs, kernel, dilation=dilation)

    @property
    def reach(self) -> int:
        """How many frames back the farthest tap lies."""
        return 1 + (self.kernel_size[0] - 1) * self.dilation[0]

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(F.pad(x, (self.reach, 0))[..., :-1])
