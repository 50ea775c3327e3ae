# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole of Bailando as one module."""

from __future__ import annotations

from torch import nn

from .config import BailandoConfig
from .gpt import ActorCriticGpt, CrossConditionalGpt
from .memory import ChoreographicMemory


class Bailando(nn.Module):
    """Choreographic memory and motion GPT; the GPT has a critic only where it is loaded or built for training."""

    def __init__(self, config: BailandoConfig, critic: bool = False):
        super().__init__()
        self.config = config
        self.memory = ChoreographicMemory(config)
        self.gpt = (ActorCriticGpt if critic else CrossConditionalGpt)(config)
