# SPDX-License-Identifier: GPL-3.0-or-later
"""Characters that are only instances of a collection: they are seen in the scene, but none of their parts can be animated there."""

from __future__ import annotations

import bpy

from ...errors import UserError


def instanced_character(part: bpy.types.Object | None) -> bpy.types.Object | None:
    """The armature or keyed mesh in the collection of which `part` is an instance, also through instances in it; or None."""
    if part is None or part.instance_type != "COLLECTION" or part.instance_collection is None:
        return None
    inside: list[bpy.types.Object] = []
    waiting, seen = [part.instance_collection], set()
    while waiting:
        collection = waiting.pop()
        if collection in seen:
            continue
        seen.add(collection)
        inside += collection.all_objects
        waiting += [other.instance_collection for other in collection.all_objects if other.instance_collection]
    keyed = [other for other in inside if isinstance(other.data, bpy.types.Mesh) and other.data.shape_keys]
    armatures = [other for other in inside if other.type == "ARMATURE"]
    return next(iter((*armatures, *keyed)), None)


def why_not(part: bpy.types.Object | None) -> str:
    """That an object is an instance of a character and therefore cannot be animated; "" if it is none."""
    inside = instanced_character(part)
    if part is None or inside is None or part.instance_collection is None:
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
    """Raises UserError if the selection is an instance of a character."""
    active = context.view_layer.objects.active
    selected = [part for part in context.view_layer.objects if part.select_get()]
    for part in sorted(selected, key=lambda other: other != active):
        if reason := why_not(part):
            raise UserError(reason, what_to_do(part))


def first(scene: bpy.types.Scene) -> bpy.types.Object | None:
    """The first instance of a character in a scene, by name; None if there is none."""
    found = [part for part in scene.objects if instanced_character(part) is not None]
    return min(found, key=lambda part: part.name, default=None)
