# SPDX-License-Identifier: GPL-3.0-or-later
"""Change of sample rate by soxr, block by block."""

from __future__ import annotations

import numpy as np

from .clip import RATE_HZ

QUALITY = "HQ"  # as the training speech was resampled; the stop band lies below -120 dB
BLOCK_SAMPLES = 1 << 20


class Resampler:
    """Resamples a stream: `feed` blocks of any length, then `finish`; the joined results equal resampling the whole.

    Sample n of the result is at n / to_hz seconds; their number is that of the input times the ratio, rounded.
    """

    def __init__(self, rate_hz: int, to_hz: int = RATE_HZ):
        self._stream = None
        if rate_hz != to_hz:
            import soxr  # only where rates differ: reading a scene must not need it

            self._stream = soxr.ResampleStream(rate_hz, to_hz, 1, dtype="float32", quality=QUALITY)

    def feed(self, block: np.ndarray) -> np.ndarray:
        """block: float32 (N,). Returns the part of the result that is complete, float32 (M,)."""
        return block if self._stream is None else self._stream.resample_chunk(block)

    def finish(self) -> np.ndarray:
        """The rest, float32 (M,), as if silence followed the sound."""
        rest = np.zeros(0, np.float32)
        return rest if self._stream is None else self._stream.resample_chunk(rest, last=True)


def resample(samples: np.ndarray, rate_hz: int, to_hz: int = RATE_HZ) -> np.ndarray:
    """A whole sound at another rate.

    Args:
        samples: float32 (N,).
        rate_hz: of the samples.
        to_hz: of the result.

    Returns:
        float32 (M,), M = N * to_hz / rate_hz, rounded.
    """
    stream = Resampler(rate_hz, to_hz)
    blocks = (samples[first : first + BLOCK_SAMPLES] for first in range(0, len(samples), BLOCK_SAMPLES))
    return np.concatenate([*map(stream.feed, blocks), stream.finish()])
