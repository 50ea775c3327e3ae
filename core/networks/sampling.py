# SPDX-License-Identifier: GPL-3.0-or-later
"""Draw codes from logits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Sampling:
    """Draw among the likeliest codes that together have probability `top_p`, after dividing logits by `temperature`.
    Equal seeds give equal draws, on any device."""

    top_p: float = 0.9
    temperature: float = 1.0
    seed: int = 0


def sample_top_p(logits: Tensor, sampling: Sampling, generator: torch.Generator) -> Tensor:
    """logits (…, codes) → codes (…). The likeliest code is always a candidate. `generator` is one of the CPU.

    Drawn by a race: every code has an exponential time of its own, divided by its probability. So with equal noise a small
    change of the logits seldom changes the code.
    """
    probability = torch.softmax(logits / max(sampling.temperature, 1e-6), dim=-1)
    ranked, order = probability.sort(dim=-1, descending=True)
    outside = ranked.cumsum(-1) - ranked >= sampling.top_p
    outside[..., 0] = False
    candidates = probability.masked_fill(torch.zeros_like(outside).scatter(-1, order, outside), 0.0)
    times = torch.empty(logits.shape).exponential_(generator=generator).to(logits)
    return (candidates / times.clamp_min(1e-30)).argmax(-1)


def code_chooser(sampling: Sampling | None) -> Callable[..., Tensor]:
    """A function from logits (…, codes) to codes (…): the likeliest without `sampling`, else seeded draws.

    A second argument numbers the draw: equal numbers have equal noise, whatever was drawn between. Without it draws follow
    one another.
    """
    if sampling is None:
        return lambda logits, number=None: logits.argmax(-1)
    generator = torch.Generator().manual_seed(sampling.seed)

    def choose(logits: Tensor, number: int | None = None) -> Tensor:
        if number is not None:
            generator.manual_seed((sampling.seed * 0x9E3779B1 + number) % 2**63)
        return sample_top_p(logits, sampling, generator)

    return choose
