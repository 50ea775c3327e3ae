# SPDX-License-Identifier: GPL-3.0-or-later
"""Shapes that a person set by hand without a key, for a character's look: a take moves them from there."""

from __future__ import annotations

from collections.abc import Iterable

from ...wording import first_few
from .. import characters, compat
from ..takes.adding import Track

_SEEN = 0.1  # of a slider: less may be left of a take that was deleted, and is hardly seen; by eye


def notes(tracks: Iterable[Track]) -> list[str]:
    """A sentence for the report about shapes that are to be written and stand elsewhere than at rest while nothing animates them. To be
    called before they are written."""
    found: dict[str, float] = {}
    for track in tracks:
        keys = characters.shape_keys(track.target) if track.on_shape_keys else None
        if keys is None:
            continue
        animated = {path for path, _ in compat.curves_by_channel(keys)}
        for path in dict.fromkeys(one.path for one in track.keys if one.path not in animated):
            block = keys.key_blocks.get(characters.shape_of_path(path))
            if block is not None and abs(block.value) > _SEEN:
                found.setdefault(block.name, block.value)
    if not found:
        return []
    named = first_few((f"{name} ({value:.2f})" for name, value in found.items()), 4)
    return [
        f"Set by hand without a key, and moved by the take from now on: {named}. Before Audio2Rig has them as they were. To have them in "
        "the take, go back to it, key them (I) and generate again."
    ]
