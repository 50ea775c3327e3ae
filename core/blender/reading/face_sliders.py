# SPDX-License-Identifier: GPL-3.0-or-later
"""Sliders that shape keys follow by drivers with one variable: keys of another mesh, bones, properties.

Panels use this while drawing, so it imports nothing heavy.
"""

from __future__ import annotations

from collections.abc import Iterator

import bpy


def followed_keys(follower: bpy.types.Key) -> set[bpy.types.Key]:
    """The shape keys of other meshes that these follow, as MMD morphs follow those of the mesh that holds sliders."""
    found = {keys for curve in drivers(follower) if (keys := shape_keys_of(only_target(curve))) is not None}
    return found - {follower}


def followed_objects(follower: bpy.types.Key) -> list[bpy.types.Object]:
    """The objects whose bones or properties these shape keys follow, in the order of their drivers."""
    found: dict[bpy.types.Object, None] = {}
    for curve in drivers(follower):
        target = only_target(curve)
        owner = target.id if target is not None else None
        if isinstance(owner, bpy.types.Armature):
            owner = of_armature(owner)
        if isinstance(owner, bpy.types.Object) and shape_keys_of(target) is None:
            found[owner] = None
    return list(found)


def of_armature(armature: bpy.types.Armature) -> bpy.types.Object | None:
    """The object that shows an armature in this scene."""
    return next((part for part in bpy.context.scene.objects if part.data == armature), None)


def follows_keys(curve: bpy.types.FCurve) -> str:
    """That a driver lets a shape follow another mesh's, which are keyed in its place; "" if it does not."""
    keys = shape_keys_of(only_target(curve))
    return f"driven; they follow the shape keys of “{keys.user.name}”" if keys is not None and keys.user else ""


def drivers(owner: bpy.types.Key) -> Iterator[bpy.types.FCurve]:
    """The drivers of shape keys that are at work."""
    if owner.animation_data is not None:
        yield from (curve for curve in owner.animation_data.drivers if not curve.mute)


def only_target(curve: bpy.types.FCurve) -> bpy.types.DriverTarget | None:
    """What a driver with a single variable of a single target reads."""
    variables = curve.driver.variables if curve.driver is not None else ()
    return variables[0].targets[0] if len(variables) == 1 and len(variables[0].targets) == 1 else None


def shape_keys_of(target: bpy.types.DriverTarget | None) -> bpy.types.Key | None:
    """The shape keys of which a driver reads one, or None if it reads something else."""
    if target is None or target.id is None or 'key_blocks["' not in target.data_path:
        return None
    owner = target.id
    if isinstance(owner, bpy.types.Object):
        owner = owner.data
    keys = owner.shape_keys if isinstance(owner, bpy.types.Mesh) else owner
    return keys if isinstance(keys, bpy.types.Key) else None
