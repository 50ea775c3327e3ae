# SPDX-License-Identifier: GPL-3.0-or-later
"""A network while it learns: optimizer, moving average of its weights, checkpoints."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn

from ..loops.checkpoints import Average, Checkpoints

_GRADIENT_NORM = 0.99  # as published for EMAGE


class Learner:
    """One step is `begin`, backward on the losses, `finish`. Goes on from the checkpoint in `file`, if there is one.

    Args:
        network: what learns.
        optimizer: of its parameters; a group's "share" scales the learning rate.
        file: of the checkpoint, written every `every_s` seconds.
    """

    def __init__(self, network: nn.Module, optimizer: torch.optim.Optimizer, file: Path, every_s: float):
        self.network, self.optimizer = network, optimizer
        self.average = Average(network, 0.995)
        self._checkpoints = Checkpoints(file, every_s)
        self.step = int(self._checkpoints.restore(**self._state()).get("step", 0))
        self.average.steps = self.step

    def _state(self) -> dict:
        return {"network": self.network, "optimizer": self.optimizer, "average": self.average.model}

    def begin(self, rate: float) -> None:
        """Set the learning rate and forget the gradients."""
        for group in self.optimizer.param_groups:
            group["lr"] = rate * group.get("share", 1.0)
        self.network.train()
        self.optimizer.zero_grad()

    def finish(self) -> None:
        """Take the step that the gradients say."""
        nn.utils.clip_grad_norm_(self.network.parameters(), _GRADIENT_NORM)
        self.optimizer.step()
        self.average.update(self.network)
        self.step += 1
        self._checkpoints.save({"step": self.step}, **self._state())

    def take_average(self) -> None:
        """The end: the network's weights become their average."""
        self._checkpoints.save({"step": self.step}, force=True, **self._state())
        self.network.load_state_dict(self.average.model.state_dict())
