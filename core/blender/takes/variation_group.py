# SPDX-License-Identifier: GPL-3.0-or-later
"""Which takes are variations of each other."""

from __future__ import annotations

from ..remembered import Memory


def variation_group(memory: Memory) -> list[int]:
    """Places of the variations among which the take is that plays; [] if it is none, or the only one that is left."""
    if not 0 <= memory.take_index < len(memory.takes):
        return []
    mark = memory.takes[memory.take_index].variation
    found = [place for place, take in enumerate(memory.takes) if mark and take.variation == mark]
    return found if len(found) > 1 else []
