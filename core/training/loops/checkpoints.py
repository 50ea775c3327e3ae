# SPDX-License-Identifier: GPL-3.0-or-later
"""Training that can be stopped at any moment and goes on where it was."""

from __future__ import annotations

import logging
import os
import time
from pathlib import Path
from typing import Any, Protocol

import torch

from ...errors import UserError

log = logging.getLogger(__name__)


class Part(Protocol):
    """What a checkpoint keeps: a module, an optimizer, a schedule."""

    def state_dict(self) -> dict[str, Any]: ...

    def load_state_dict(self, state_dict: Any) -> Any: ...


def write_whole(state: Any, path: Path) -> None:
    """Write what PyTorch can save, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part_file = path.with_suffix(".part")
    torch.save(state, part_file)
    os.replace(part_file, path)


class Checkpoints:
    """Writes the state of a training run every `every_s` seconds, whole or not at all."""

    def __init__(self, path: Path, every_s: float = 180.0):
        self.path = path
        self.every_s = every_s
        self._written = time.monotonic()

    def restore(self, **parts: Part) -> dict:
        """Load the parts if there is a checkpoint; returns its other values, else {}. Raises UserError where it does not fit."""
        if not self.path.exists():
            return {}
        state = torch.load(self.path, weights_only=True, map_location="cpu")
        try:
            for name, part in parts.items():
                part.load_state_dict(state["parts"][name])
        except (KeyError, RuntimeError, ValueError) as error:
            raise UserError(
                f"{self.path} is the checkpoint of another training or of an older version: {error}",
                "Take it away to begin anew, or give another --run.",
            ) from error
        log.info("resumed %s at %s", self.path.name, state["values"])
        return state["values"]

    def save(self, values: dict, force: bool = False, **parts: Part) -> None:
        if not force and time.monotonic() - self._written < self.every_s:
            return
        write_whole({"values": values, "parts": {name: part.state_dict() for name, part in parts.items()}}, self.path)
        self._written = time.monotonic()
