# SPDX-License-Identifier: GPL-3.0-or-later
"""What decays in a training and what does not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from torch import nn


def decaying_groups(parameters: Iterable[nn.Parameter], weight_decay: float) -> list[dict[str, Any]]:
    """An optimizer's groups: matrices decay; norms, biases, temperatures and the losses' weights do not. What is frozen is left out."""
    learned = [one for one in parameters if one.requires_grad]
    return [
        {"params": [one for one in learned if one.ndim > 1], "weight_decay": weight_decay},
        {"params": [one for one in learned if one.ndim <= 1], "weight_decay": 0.0},
    ]
