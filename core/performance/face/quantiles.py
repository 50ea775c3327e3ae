# SPDX-License-Identifier: GPL-3.0-or-later
"""Drawing from measured distributions, which are kept as evenly spaced quantiles."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np


def draw(random: np.random.Generator, quantiles: Sequence[float]) -> float:
    """A number distributed as evenly spaced quantiles say."""
    return quantile(random.random(), quantiles)


def quantile(u: float, quantiles: Sequence[float]) -> float:
    """The value below which the share u (0..1) of all lies."""
    return float(np.interp(u, _shares(len(quantiles)), quantiles))


@lru_cache(maxsize=4)
def _shares(count: int) -> np.ndarray:
    return np.linspace(0.0, 1.0, count)
