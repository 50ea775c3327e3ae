# SPDX-License-Identifier: GPL-3.0-or-later
"""Measured statistics that come with the extension: weights/<name>/statistics.json."""

from __future__ import annotations

import json
from pathlib import Path

from ..errors import UserError


def read_statistics(file: Path, what: str) -> dict:
    """The whole table of a file. what: names it for people. Raises UserError where the file is missing or damaged."""
    try:
        result = json.loads(file.read_text(encoding="utf-8"))
        if result["format"] != 1:
            raise ValueError(f"format {result['format']}")
    except (OSError, ValueError, KeyError) as error:
        raise UserError(
            f"The {what} tables in {file.parent} are missing or damaged.",
            f"Install the extension again; its zip holds the folder weights/{file.parent.name}.",
        ) from error
    return result
