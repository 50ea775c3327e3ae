# SPDX-License-Identifier: GPL-3.0-or-later
"""Sliders that shape keys follow by drivers with one variable: keys of another mesh, bones, properties.

Panels use this while drawing, so it imports nothing heavy.
"""

from __future__ import annotations

from collections.abc import Iterator

import bpy


def followed_keys(follower: bpy.types.Key) -> set[bpy.types.Key]:
    """The shape keys of other meshes that these follow, as MMD morphs follow those of the mesh that holds sliders."""
    found = {keys for curve in _drivers(follower) if (keys := _shape_keys_of(_only_target(curve))) is not None}
    return found - {follower}


def what_drives(follower: bpy.types.Key) -> dict[str, str]:
    """{data path: why the value cannot be keyed, and what to key}; "driven" alone where several things drive it."""
    return {curve.data_path: _said(_only_target(curve)) for curve in _drivers(follower)}


def _said(target: bpy.types.DriverTarget | None) -> str:
    if target is None or target.id is None:
        return "driven"
    if (keys := _shape_keys_of(target)) is not None and keys.user is not None:
        return f"driven; they follow the shape keys of “{keys.user.name}”"
    source = f"bones of “{target.id.name}”" if target.bone_target else f"properties of “{target.id.name}”"
    return (
        f"driven by {source}; key those sliders, or remove the drivers from the shapes (right-click the value, Delete "
        "Drivers) and generate again"
    )


def _drivers(owner: bpy.types.Key) -> Iterator[bpy.types.FCurve]:
    if owner.animation_data is not None:
        yield from owner.animation_data.drivers


def _only_target(curve: bpy.types.FCurve) -> bpy.types.DriverTarget | None:
    """What a driver with a single variable of a single target reads."""
    variables = curve.driver.variables if curve.driver is not None else ()
    return variables[0].targets[0] if len(variables) == 1 and len(variables[0].targets) == 1 else None


def _shape_keys_of(target: bpy.types.DriverTarget | None) -> bpy.types.Key | None:
    """The shape keys of which a driver reads one, or None if it reads something else."""
    if target is None or target.id is None or 'key_blocks["' not in target.data_path:
        return None
    owner = target.id
    if isinstance(owner, bpy.types.Object):
        owner = owner.data
    keys = owner.shape_keys if isinstance(owner, bpy.types.Mesh) else owner
    return keys if isinstance(keys, bpy.types.Key) else None
