# SPDX-License-Identifier: GPL-3.0-or-later
"""Our own Bailando as one module: the memory of rotations and the actor that dances by it."""

from __future__ import annotations

from torch import nn

from .config import BailandoConfig
from .gpt import ActorCriticGpt
from .rotation_memory import RotationMemory


class TrainedBailando(nn.Module):
    """What weights/bailando holds."""

    def __init__(self, config: BailandoConfig):
        super().__init__()
        self.config = config
        self.memory = RotationMemory(config)
        self.actor = ActorCriticGpt(config)
