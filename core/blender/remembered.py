# SPDX-License-Identifier: GPL-3.0-or-later
"""What is remembered in the file, as types, and adding to and removing from its collections without keeping hold of their elements.

Blender moves a collection's elements in memory when one is added or removed. A reference that is kept over that reads freed memory, and may
end Blender. So elements are added with all they say, and looked up again where they are needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import bpy

from ..errors import UserError

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


def memories() -> Iterator[Memory]:
    """What is remembered of all characters of the file: with themselves, or for library overrides with a scene. `id_data` is with what."""
    for holder in holders():
        yield getattr(holder, "audio2rig")  # noqa: B009 -- a property that registering adds
    for scene in bpy.data.scenes:
        yield from getattr(scene, "audio2rig").overridden  # noqa: B009


def append(collection: Any, **values: Any) -> None:
    """Add an element with these properties. It is `collection[-1]` then, and any other must be looked up again."""
    element = collection.add()
    for name, value in values.items():
        setattr(element, name, value)


def remove_selected(memory: Memory, collection: str, index: str, what: str) -> str:
    """Remove the row that is selected in a list, and select its neighbour. Returns its name. Raises UserError.

    Args:
        memory: with whom the rows are remembered.
        collection: the property that holds them.
        index: the property that says which is selected.
        what: a row is called this.
    """
    rows, selected = getattr(memory, collection), getattr(memory, index)
    if not 0 <= selected < len(rows):
        raise UserError(f"No {what} is selected in the list.", "Choose one.")
    name = rows[selected].name
    rows.remove(selected)
    setattr(memory, index, max(0, min(selected, len(rows) - 1)))
    return name
