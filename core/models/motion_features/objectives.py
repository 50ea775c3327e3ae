# SPDX-License-Identifier: GPL-3.0-or-later
"""What the extractor learns: to give windows back."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

from .network import MotionFeatures


def reconstruction_loss(model: MotionFeatures, windows: Tensor) -> Tensor:
    """Mean squared error of windows (N, channels, 64)."""
    return (model(windows) - windows).square().mean()


@torch.inference_mode()
def explained(model: MotionFeatures, batches: Iterable[Tensor]) -> float:
    """Share of the variance about the mean pose that the autoencoder gives back, of batches (N, channels, 64)."""
    error = total = 0.0
    for windows in batches:
        error += float((model(windows) - windows).square().sum())
        total += float(windows.square().sum())
    return 1.0 - error / max(total, 1e-9)
