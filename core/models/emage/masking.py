# SPDX-License-Identifier: GPL-3.0-or-later
"""Which cells of the motion input are hidden (1) and which are given (0), and how that changes over training.

Paper section 4.2: an independent draw for every frame and channel; the hidden share grows from 5 % to 100 %.
"""

from __future__ import annotations

import torch
from torch import Tensor


def hidden_ratio(step: int, steps: int, start: float = 0.05) -> float:
    """Share of hidden cells at training step `step` of `steps` (the paper counts epochs, 400 of them)."""
    return start + (1.0 - start) * min(max(step / max(steps, 1), 0.0), 1.0)


def random_mask(
    batch: int,
    frames: int,
    channels: int,
    ratio: float,
    generator: torch.Generator | None = None,
    device: torch.device | str | None = None,
) -> Tensor:
    """An independent draw for each cell.

    Args:
        batch: windows.
        frames: of a window.
        channels: of a frame.
        ratio: probability of 1 (hidden).
        generator: of the draws; they are made on its device.
        device: of the result; the generator's if None.

    Returns:
        float32 (batch, frames, channels).
    """
    drawn = torch.rand(
        batch, frames, channels, generator=generator, device=device if generator is None else generator.device
    )
    return (drawn < ratio).float().to(device if device is not None else drawn.device)


def seed_mask(
    batch: int, frames: int, channels: int, seed_frames: int, device: torch.device | str | None = None
) -> Tensor:
    """(batch, frames, channels) float: 0 in the first `seed_frames` frames, 1 after."""
    mask = torch.ones(batch, frames, channels, device=device)
    mask[:, :seed_frames] = 0.0
    return mask
