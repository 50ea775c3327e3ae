# SPDX-License-Identifier: GPL-3.0-or-later
"""Learning rates over a run."""

from __future__ import annotations

import math

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR


def warmed_cosine(step: int, steps: int, highest: float, warm_up: int, last: float) -> float:
    """Linear over `warm_up` steps to `highest`, then a cosine over `steps` down to the share `last` of it."""
    share = min(step / max(steps, 1), 1.0)
    return highest * min(1.0, (step + 1) / warm_up) * (last + (1.0 - last) * 0.5 * (1 + math.cos(math.pi * share)))


def scheduled(optimizer: Optimizer, steps: int, highest: float, warm_up: int, last: float) -> LambdaLR:
    """`warmed_cosine` on an optimizer's groups; the learning rate that a group was given is its share of it, usually 1."""
    return LambdaLR(optimizer, lambda step: warmed_cosine(step, steps, highest, warm_up, last))
