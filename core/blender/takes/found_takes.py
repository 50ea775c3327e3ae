# SPDX-License-Identifier: GPL-3.0-or-later
"""The takes that were found for a sound, as the panel lists them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import bpy

from ...json_text import kept
from ..setting_properties import scene_settings

_LISTED = 20


@dataclass(frozen=True)
class FoundTakes:
    """called: the sound. rows: (line, take, character) of each. notes: what was left out."""

    called: str
    rows: tuple[tuple[str, str, str], ...]
    notes: tuple[str, ...]


def show(scene: bpy.types.Scene, called: str, rows: Sequence[tuple[str, str, str]], notes: Iterable[str]) -> None:
    """Let the panel list them."""
    scene_settings(scene).found_takes = json.dumps({"called": called, "rows": rows[:_LISTED], "notes": list(notes)})


def shown(scene: bpy.types.Scene) -> FoundTakes | None:
    """What the panel lists; None before anybody asked."""
    found = kept(scene_settings(scene).found_takes, "The list of found takes")
    try:
        rows = tuple((str(line), str(take), str(character)) for line, take, character in found["rows"])
        return FoundTakes(str(found["called"]), rows, tuple(map(str, found["notes"])))
    except (KeyError, TypeError, ValueError):  # nobody asked yet, or somebody else's file
        return None
