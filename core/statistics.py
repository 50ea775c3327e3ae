# SPDX-License-Identifier: GPL-3.0-or-later
"""Measured statistics that come with the extension: weights/<name>/statistics.json."""

from __future__ import annotations

from functools import lru_cache

from . import json_text
from .errors import UserError
from .paths import WEIGHTS

NONVERBAL, GESTURES, SOUND_KIND = "nonverbal", "gestures", "sound_kind"
BEATS, BEARING = "beats", "bearing"


@lru_cache(maxsize=5)
def statistics_of(name: str) -> dict:
    """All of a file, read once. name: NONVERBAL (how people blink, look and move head and brows), GESTURES (phases of
    gestures, what makes a syllable prominent), SOUND_KIND (what tells speech from music), BEATS (weights of the network that
    hears beats) or BEARING (how fast talkers' trunks turn, how the pelvis goes along, how weight shifts).

    Raises UserError where the file is missing or damaged."""
    file = WEIGHTS / name / "statistics.json"
    try:
        result = json_text.read_file(file, "table of statistics", "")
        if result["format"] != 1:
            raise ValueError(f"format {result['format']}")
    except (OSError, ValueError, KeyError, TypeError, UserError) as error:
        raise UserError(
            f"The statistics in {file.parent} are missing or damaged.",
            f"Install the extension again; its zip holds the folder weights/{name}.",
        ) from error
    return result
