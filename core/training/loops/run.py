# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of a training: update, learning rate, average, checkpoint, figures to watch."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import LRScheduler
from torch.optim.swa_utils import AveragedModel

from .checkpoints import Checkpoints, Part


@dataclass
class TrainingRun:
    """A model in training; made, it stands where its checkpoint left it.

    clip: most that the gradient's norm may be (None: anything). others: further parts of the checkpoint. before_step: is called
    when the gradients are there. step: updates made.
    """

    checkpoints: Checkpoints
    model: nn.Module
    optimizer: torch.optim.Optimizer
    schedule: LRScheduler
    average: AveragedModel | None = None
    clip: float | None = None
    others: Mapping[str, Part] = field(default_factory=dict)
    before_step: Callable[[], None] | None = None
    step: int = field(init=False)

    def __post_init__(self) -> None:
        self.step = int(self.checkpoints.restore(**self._parts()).get("step", 0))
        self._began = time.monotonic()

    def _parts(self) -> dict[str, Part]:
        average = {} if self.average is None else {"average": self.average}
        named = {"model": self.model, "optimizer": self.optimizer, "schedule": self.schedule}
        return {**named, **average, **self.others}

    def update(self, losses: Iterable[tuple[str, Tensor]]) -> dict[str, float]:
        """One step down the sum of the losses; each is differentiated before the next is asked for, which saves memory.

        Returns the losses by name, as a float.
        """
        self.optimizer.zero_grad()
        values = {}
        for name, loss in losses:
            loss.backward()
            values[name] = round(float(loss.detach()), 5)
        if self.before_step is not None:
            self.before_step()
        if self.clip is not None:
            nn.utils.clip_grad_norm_([p for group in self.optimizer.param_groups for p in group["params"]], self.clip)
        self.optimizer.step()
        self.schedule.step()
        if self.average is not None:
            self.average.update_parameters(self.model)
        self.step += 1
        return values

    @property
    def result(self) -> nn.Module:
        """What the training is for: the average, or the model where there is none."""
        return self.model if self.average is None else self.average.module

    def save(self, force: bool = False) -> None:
        """Write the checkpoint if its time has come."""
        self.checkpoints.save({"step": self.step}, force, **self._parts())

    def seconds_a_step(self, steps: int) -> float:
        """Since the last call or the beginning, which was so many steps ago."""
        now = time.monotonic()
        began, self._began = self._began, now
        return (now - began) / steps


class Smoothed:
    """Figures of a run as they are shown: exponential means, of which each new value is `share`."""

    def __init__(self, share: float = 0.03):
        self.share = share
        self.values: dict[str, float] = {}

    def add(self, figures: Mapping[str, Tensor | float]) -> None:
        for name, value in figures.items():
            now = float(value.detach()) if isinstance(value, Tensor) else float(value)
            before = self.values.get(name, now)
            self.values[name] = before + self.share * (now - before)


def write_figures(path: Path, figures: Mapping[str, float]) -> None:
    """One more line of JSON in a run's log."""
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(dict(figures)) + "\n")
