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
    """logits (…, codes) → codes (…). The likeliest code is always a candidate. `generator` is one of the CPU."""
    probability = torch.softmax(logits / max(sampling.temperature, 1e-6), dim=-1)
    ranked, order = probability.sort(dim=-1, descending=True)
    outside = ranked.cumsum(-1) - ranked >= sampling.top_p
    outside[..., 0] = False
    ranked = ranked.masked_fill(outside, 0.0)
    drawn = torch.multinomial(ranked.reshape(-1, ranked.shape[-1]).cpu(), 1, generator=generator).to(logits.device)
    return order.gather(-1, drawn.view(*logits.shape[:-1], 1)).squeeze(-1)


def code_chooser(sampling: Sampling | None) -> Callable[[Tensor], Tensor]:
    """A function from logits (…, codes) to codes (…): the likeliest without `sampling`, else seeded draws."""
    if sampling is None:
        return lambda logits: logits.argmax(-1)
    generator = torch.Generator().manual_seed(sampling.seed)
    return lambda logits: sample_top_p(logits, sampling, generator)
