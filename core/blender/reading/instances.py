# SPDX-License-Identifier: GPL-3.0-or-later
"""Characters that are only instances of a collection: they are seen in the scene, but none of their parts can be animated there."""

from __future__ import annotations

import bpy
from bpy.app.handlers import persistent

from ...errors import UserError
from .. import compat, handlers

# Of instance and collection, by session ids: whether it shows a character. All panels ask, several times a redraw, and a set may have
# thousands of objects; so they are looked through once, until something in the file changes.
_known: dict[tuple[int, int], bool] = {}


def is_of_character(part: bpy.types.Object | None) -> bool:
    """Whether `part` is an instance of a collection with an armature or a keyed mesh in it, also through instances in it."""
    if part is None or part.instance_type != "COLLECTION" or part.instance_collection is None:
        return False
    key = compat.session_id(part), compat.session_id(part.instance_collection)
    if key not in _known:
        _known[key] = _has_character(part.instance_collection)
    return _known[key]


def _has_character(collection: bpy.types.Collection) -> bool:
    waiting, seen = [collection], set()
    while waiting:
        collection = waiting.pop()
        if collection in seen:
            continue
        seen.add(collection)
        for part in collection.all_objects:
            if part.type == "ARMATURE" or isinstance(part.data, bpy.types.Mesh) and part.data.shape_keys:
                return True
            if part.instance_collection:
                waiting.append(part.instance_collection)
    return False


def why_not(part: bpy.types.Object | None) -> str:
    """That an object is an instance of a character and therefore cannot be animated; "" if it is none."""
    if part is None or part.instance_collection is None or not is_of_character(part):
        return ""
    return (
        f'"{part.name}" is an instance of the collection "{part.instance_collection.name}", which cannot be animated.'
    )


def what_to_do(part: bpy.types.Object) -> str:
    """How an instance becomes a character that can be animated."""
    is_linked = part.instance_collection is not None and part.instance_collection.library is not None
    if part.library is None and is_linked:
        return (
            "Select it and make a library override of it (Object > Library Override > Make), "
            "then select its armature and generate."
        )
    if is_linked:
        return "It is linked itself: make a library override of what it lies in (Object > Library Override > Make)."
    return "Make it real (Object > Apply > Make Instances Real), or select the armature in the collection itself."


def require_none(context: bpy.types.Context) -> None:
    """Raises UserError if the selection is an instance of a character. Looks anew: scripts change a file without Blender noticing yet."""
    _known.clear()
    active = context.view_layer.objects.active
    selected = [part for part in context.view_layer.objects if part.select_get()]
    for part in sorted(selected, key=lambda other: other != active):
        if reason := why_not(part):
            raise UserError(reason, what_to_do(part))


def first(scene: bpy.types.Scene) -> bpy.types.Object | None:
    """The first instance of a character in a scene, by name; None if there is none."""
    found = [part for part in scene.objects if is_of_character(part)]
    return min(found, key=lambda part: part.name, default=None)


@persistent
def _on_change(*_arguments: object) -> None:
    _known.clear()


_HANDLERS = tuple((name, _on_change) for name in ("depsgraph_update_post", "undo_post", "redo_post", "load_post"))


def register() -> None:
    handlers.install(*_HANDLERS)


def unregister() -> None:
    handlers.remove(*_HANDLERS)
    _known.clear()
