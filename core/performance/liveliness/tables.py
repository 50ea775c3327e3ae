# SPDX-License-Identifier: GPL-3.0-or-later
"""The measured statistics (weights/liveliness/statistics.json; made by core.training.liveliness_statistics)."""
from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import numpy as np

from ...errors import UserError

FILE = Path(__file__).resolve().parents[3] / "weights" / "liveliness" / "statistics.json"


@lru_cache(maxsize=1)
def tables() -> dict:
    """The whole table. Raises UserError where the file is missing or damaged."""
    try:
        result = json.loads(FILE.read_text(encoding="utf-8"))
        if result["format"] != 1:
            raise ValueError(f"format {result['format']}")
    except (OSError, ValueError, KeyError) as error:
        raise UserError(f"The liveliness tables in {FILE.parent} are missing or damaged.",
                        "Install the extension again; its zip holds the folder weights/liveliness.") from error
    return result


def draw(random: np.random.Generator, quantiles: list[float], count: int | None = None) -> np.ndarray | float:
    """Numbers distributed as evenly spaced quantiles say."""
    return at(random.random(count), quantiles)


def at(chance: np.ndarray | float, quantiles: list[float]) -> np.ndarray | float:
    """The value below which this share (0..1) of all lies."""
    return np.interp(chance, _grid(len(quantiles)), quantiles)


@lru_cache(maxsize=4)
def _grid(count: int) -> np.ndarray:
    return np.linspace(0.0, 1.0, count)
