# SPDX-License-Identifier: GPL-3.0-or-later
"""The takes that were found for a sound, as the panel lists them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import bpy

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
    scene_settings(scene).found_takes = json.dumps([called, rows[:_LISTED], list(notes)])


def shown(scene: bpy.types.Scene) -> FoundTakes | None:
    """What the panel lists; None before anybody asked."""
    written = scene_settings(scene).found_takes
    if not written:
        return None
    called, rows, notes = json.loads(written)
    return FoundTakes(called, tuple((line, take, character) for line, take, character in rows), tuple(notes))
