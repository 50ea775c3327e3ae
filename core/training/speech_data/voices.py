# SPDX-License-Identifier: GPL-3.0-or-later
"""More voices out of one: resampling moves pitch and formants together, as a smaller or larger speaker has them."""
from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .store import RATE_HZ, Segment


def resample_voice(audio: np.ndarray, segments: Sequence[Segment], factor: float) -> tuple[np.ndarray, list[Segment]]:
    """factor > 1: higher and faster. audio: int16 (N,) → int16 (N / factor,) with the times moved along."""
    if abs(factor - 1.0) < 1e-3:
        return audio, list(segments)
    import soxr

    samples = soxr.resample(audio.astype(np.float32), RATE_HZ * factor, RATE_HZ)
    return (np.clip(np.round(samples), -32768, 32767).astype(np.int16),
            [(symbol, start / factor, end / factor) for symbol, start, end in segments])
