# SPDX-License-Identifier: GPL-3.0-or-later
"""Which takes are variations of each other."""

from __future__ import annotations

from ..remembered import Memory, current_take


def variation_group(memory: Memory) -> list[int]:
    """Places of the variations among which the take is that plays; [] if it is none, or the only one that is left."""
    playing = current_take(memory)
    if playing is None or not playing.variation:
        return []
    found = [place for place, take in enumerate(memory.takes) if take.variation == playing.variation]
    return found if len(found) > 1 else []
