# SPDX-License-Identifier: GPL-3.0-or-later
"""Dance tokens, how they are drawn, and which of them the GPT sees when its window is full."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ...networks.code_sampling import NucleusSampling
from .config import BailandoConfig

WINDOW_RULES = ("slide", "restart")
_START_CODES = (423, 12)  # up and down: what the published demo starts from


@dataclass(frozen=True)
class Tokens:
    """Codes of both halves, up (B, T) and down (B, T)."""

    up: Tensor
    down: Tensor


@dataclass(frozen=True)
class DanceOptions:
    """How tokens follow one another.

    Args:
        window: what happens when the GPT's window is full. "slide" (published): keep the last 28 tokens; every token's
            position, and all it has seen, changes with each step. "restart" (ours): begin a new window with the last
            half of it, which leaves what was computed as it is for the next 14 tokens.
        nucleus: draw codes; None takes the likeliest.

    Raises:
        ValueError: there is no such window rule.
    """

    window: str = "restart"
    nucleus: NucleusSampling | None = None

    def __post_init__(self) -> None:
        if self.window not in WINDOW_RULES:
            raise ValueError(f"window must be one of {WINDOW_RULES}, not {self.window!r}")


OURS = DanceOptions()


def start_tokens(config: BailandoConfig, batch: int, device: torch.device | str = "cpu") -> Tokens:
    """(batch, 1): the codes that the published demo starts from, counted round in a smaller codebook."""
    up, down = (torch.full((batch, 1), code % config.codes, device=device) for code in _START_CODES)
    return Tokens(up, down)


def window_starts(first: int, last: int, context: int, window: str) -> list[int]:
    """Where the context of at most `context` tokens begins for each count of known tokens first..last."""
    starts, start = [], 0
    for count in range(first, last + 1):
        if count - start > context:
            start = count - (context if window == "slide" else context // 2)
        starts.append(start)
    return starts
