# SPDX-License-Identifier: GPL-3.0-or-later
"""What was measured on recorded gestures and speech (weights/gestures/statistics.json; made by core.training.recipes.gestures)."""
from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from ...errors import UserError

FILE = Path(__file__).resolve().parents[3] / "weights" / "gestures" / "statistics.json"


@lru_cache(maxsize=1)
def tables() -> dict:
    """The whole table. Raises UserError where the file is missing or damaged."""
    try:
        result = json.loads(FILE.read_text(encoding="utf-8"))
        if result["format"] != 1:
            raise ValueError(f"format {result['format']}")
    except (OSError, ValueError, KeyError) as error:
        raise UserError(f"The gesture tables in {FILE.parent} are missing or damaged.",
                        "Install the extension again; its zip holds the folder weights/gestures.") from error
    return result
