# SPDX-License-Identifier: GPL-3.0-or-later
"""The measured statistics (weights/liveliness/statistics.json; made by core.training.recipes.nonverbal)."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ...paths import WEIGHTS
from ..statistics import read_statistics

FILE = WEIGHTS / "liveliness" / "statistics.json"


@lru_cache(maxsize=1)
def tables() -> dict:
    """The whole table. Raises UserError where the file is missing or damaged."""
    return read_statistics(FILE, "liveliness")


def draw(random: np.random.Generator, quantiles: list[float], count: int | None = None) -> np.ndarray | float:
    """Numbers distributed as evenly spaced quantiles say."""
    return at(random.random(count), quantiles)


def at(chance: np.ndarray | float, quantiles: list[float]) -> np.ndarray | float:
    """The value below which this share (0..1) of all lies."""
    return np.interp(chance, _grid(len(quantiles)), quantiles)


@lru_cache(maxsize=4)
def _grid(count: int) -> np.ndarray:
    return np.linspace(0.0, 1.0, count)
