# SPDX-License-Identifier: GPL-3.0-or-later
"""Gaussian smoothing over time, as the published systems apply it to what they generated."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def gaussian_taps(count: int, sigma: float) -> Tensor:
    """float32 (count,): a sampled Gaussian with sum 1; sigma in frames, count odd."""
    offset = torch.arange(count, dtype=torch.float64) - (count - 1) / 2
    taps = torch.exp(-(offset**2) / (2.0 * sigma**2))
    return (taps / taps.sum()).float()


def smooth_over_time(values: Tensor, count: int, sigma: float, padding: str = "replicate") -> Tensor:
    """Each number smoothed over time with `gaussian_taps`.

    Args:
        values: (T, …).
        count: taps, odd.
        sigma: frames.
        padding: "replicate" repeats the first and last frame, "constant" puts zeros there, which damps the ends.

    Returns:
        As `values`.
    """
    flat = values.reshape(len(values), 1, -1).permute(2, 1, 0)  # (numbers, 1, T)
    taps = gaussian_taps(count, sigma).to(values)
    smoothed = F.conv1d(F.pad(flat, (count // 2, count // 2), mode=padding), taps[None, None])
    return smoothed.permute(2, 1, 0).reshape(values.shape)
