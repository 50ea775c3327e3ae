# SPDX-License-Identifier: GPL-3.0-or-later
"""What was measured on recorded gestures and speech (weights/gestures/statistics.json; made by core.training.recipes.gestures)."""

from __future__ import annotations

from functools import lru_cache

from ...paths import WEIGHTS
from ..statistics import read_statistics

FILE = WEIGHTS / "gestures" / "statistics.json"


@lru_cache(maxsize=1)
def tables() -> dict:
    """The whole table. Raises UserError where the file is missing or damaged."""
    return read_statistics(FILE, "gesture")
