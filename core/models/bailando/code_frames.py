# SPDX-License-Identifier: GPL-3.0-or-later
"""The pose that each code of a half of the body stands for."""

from __future__ import annotations

import numpy as np
import torch

from ...networks.prepared_weights import PreparedWeights
from .memory import HalfMemory

_REPEATED = 5  # tokens of one code after another, whose middle shows the pose that it stands for


@torch.inference_mode()
def _decoded(memory: HalfMemory) -> np.ndarray:
    book = memory.codebook.k
    frames = memory.decode(torch.arange(len(book), device=book.device)[:, None].expand(-1, _REPEATED))
    return frames[:, frames.shape[1] // 2].float().cpu().numpy()


CODE_FRAMES: PreparedWeights[HalfMemory, np.ndarray] = PreparedWeights(_decoded)
"""The frame of each code, (codes, channels), decoded once for a model: it takes a quarter of a second for each half."""
