# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of a sound that stand for all of it."""

from __future__ import annotations

import numpy as np

from .clip import RATE_HZ


def excerpts_of(samples: np.ndarray, seconds: float, most: int) -> list[np.ndarray]:
    """Parts of so many seconds that together cover a sound (N,) at 16 kHz, or at most so many of them, evenly over it; a shorter sound is
    one part."""
    size = int(seconds * RATE_HZ)
    if len(samples) <= size:
        return [samples]
    count = min(-(-len(samples) // size), most)
    return [samples[first : first + size] for first in np.linspace(0, len(samples) - size, count).astype(int)]
