# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes to a voice and its times: resampling moves pitch and formants together, as a smaller or larger speaker has them."""

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
    return (
        np.clip(np.round(samples), -32768, 32767).astype(np.int16),
        [(symbol, start / factor, end / factor) for symbol, start, end in segments],
    )


def shift(segments: Sequence[Segment], by_s: float, total_s: float) -> list[Segment]:
    """Move times by `by_s`; a first start at 0 stays, and the last end within 20 ms of the sound's end becomes it."""
    moved = [(name, start + by_s if start > 0 else 0.0, min(end + by_s, total_s)) for name, start, end in segments]
    if moved and moved[-1][2] > total_s - 0.02:
        moved[-1] = (moved[-1][0], moved[-1][1], total_s)
    return moved
