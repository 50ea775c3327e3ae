# SPDX-License-Identifier: GPL-3.0-or-later
"""What is remembered in the file, as types, and adding to its collections without keeping hold of their elements.

Blender moves a collection's elements in memory when one is added or removed. A reference that is kept over that reads freed memory, and may
end Blender. So elements are added with all they say, and looked up again where they are needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import bpy

# Property groups of core.blender.properties: registering gives them their properties, which no checker can know.
Memory = Any  # Audio2RigObject: what is remembered with a character
Take = Any  # Audio2RigTake
RememberedTrack = Any  # Audio2RigTrack


def current_take(memory: Memory) -> Take:
    """The take that a character plays, or None."""
    return memory.takes[memory.take_index] if 0 <= memory.take_index < len(memory.takes) else None


def holders() -> Iterator[bpy.types.Object]:
    """The objects of the file with which something is remembered. Asking any other one would store an empty memory with it."""
    return (holder for holder in bpy.data.objects if holder.is_property_set("audio2rig"))


def append(collection: Any, **values: Any) -> None:
    """Add an element with these properties. It is `collection[-1]` then, and any other must be looked up again."""
    element = collection.add()
    for name, value in values.items():
        setattr(element, name, value)
