# SPDX-License-Identifier: GPL-3.0-or-later
"""Features of motion: one row for each window of a clip."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from ...motion.clip import Clip
from .channels import centred, window_starts
from .config import WINDOW
from .network import MotionFeatures


def clip_features(
    model: MotionFeatures, clip: Clip, stride: int = 8, glitches: Sequence[tuple[int, int]] = ()
) -> np.ndarray:
    """The latent vectors of a clip's windows.

    Args:
        model: in eval mode.
        clip: at 30 Hz.
        stride: frames from window to window.
        glitches: [start, end) frames that no window may touch.

    Returns:
        float64 (n, 32).
    """
    frames = centred(clip, model.mean.numpy())
    starts = window_starts(len(frames), stride, glitches)
    if not starts:
        return np.zeros((0, model.config.latent))
    windows = torch.from_numpy(np.stack([frames[start : start + WINDOW].T for start in starts]))
    with torch.inference_mode():
        return model.encode(windows).double().numpy()
