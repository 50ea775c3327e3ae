# SPDX-License-Identifier: GPL-3.0-or-later
"""The categorical latent (MeshTalk, section 3.1): H heads with one of C classes each, one-hot, (…, H, C)."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from .config import MeshTalkConfig


def gumbel_noise(
    shape: tuple[int, ...], generator: torch.Generator | None = None, device: torch.device | str = "cpu"
) -> Tensor:
    """Standard Gumbel noise: arg max(log p + noise) is a draw from p. Drawn on the generator's device, then moved."""
    source = generator.device if generator is not None else device
    uniform = torch.rand(shape, generator=generator, device=source).clamp_(1e-10, 1.0 - 1e-7)
    return (-(-uniform.log()).log()).to(device)


def straight_through(logprobs: Tensor, temperature: float = 1.0, noise: Tensor | None = None) -> Tensor:
    """One-hot of the arg max of `logprobs` + `noise`, with the gradient of the softmax of it divided by `temperature`.

    With Gumbel noise this is the straight-through Gumbel-softmax (Jang et al., 2017, section 2.2); without, the arg
    max.
    """
    scores = logprobs if noise is None else logprobs + noise
    soft = (scores / temperature).softmax(-1)
    hard = F.one_hot(scores.argmax(-1), logprobs.shape[-1]).to(soft.dtype)
    return hard + soft - soft.detach()


def one_hot(labels: Tensor, classes: int) -> Tensor:
    """(…, H) integers -> (…, H, C) float32."""
    return F.one_hot(labels, classes).float()


def draw_labels(scores: Tensor, temperature: float, noise: Tensor | None) -> Tensor:
    """Scores (…, C) → labels (…): a draw with Gumbel `noise` (…, C), the likeliest without."""
    return (scores if noise is None else scores / temperature + noise).argmax(-1)


def frame_noise(
    batch: int, config: MeshTalkConfig, temperature: float, generator: torch.Generator, device: torch.device
) -> Tensor | None:
    """Gumbel noise for one frame: drawn frame by frame, a longer clip begins as the shorter one does.

    Args:
        batch: clips.
        config: heads and classes.
        temperature: 0 draws nothing.
        generator: of the draws.
        device: of the result.

    Returns:
        (batch, H, C), or None.
    """
    shape = (batch, config.heads, config.classes)
    return gumbel_noise(shape, generator, device) if temperature > 0.0 else None
