# SPDX-License-Identifier: GPL-3.0-or-later
"""The exponential moving average of a model's weights (Polyak averaging): steadier than the last step."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel


def averaged(model: nn.Module, decay: float = 0.998) -> AveragedModel:
    """A copy of the model that follows it; its weights and buffers are in `.module`, its updates by `update_parameters`.

    Args:
        decay: what remains of the average at each step; less in the first steps, (n / (n + 10)), so that the beginning is
            forgotten soon.
    """

    def mean(average: Tensor, now: Tensor, count: Tensor | int) -> Tensor:
        if not average.is_floating_point():
            return now
        kept = min(decay, int(count) / (int(count) + 10))
        return torch.lerp(average, now, 1 - kept)

    follower = AveragedModel(model, avg_fn=mean, use_buffers=True)
    follower.n_averaged.fill_(1)  # the copy itself is the first
    return follower.eval()
