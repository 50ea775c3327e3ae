# SPDX-License-Identifier: GPL-3.0-or-later
"""Shape keys that have a name but move nothing, found by measuring."""

from __future__ import annotations

from itertools import product
from typing import Any, cast

import bpy
import numpy as np

from ...rigs.description import FaceMesh
from ...rigs.detection.shape_keys import detect
from .. import characters

_EMPTY_SHARE = 0.0005  # of the figure's height: less cannot be seen; by eye


def empty_keys(meshes: tuple[FaceMesh, ...], root: bpy.types.Object, scene: bpy.types.Scene) -> set[tuple[str, str]]:
    """Which keys move no point of their mesh by as much as can be seen.

    Only keys with a name that means something are measured: a figure may have thousands of others.

    Returns:
        (mesh, key); keys that other shapes follow by drivers are not among them.
    """
    names = [[key.name for key in mesh.keys if not (mesh.blocked or key.blocked)] for mesh in meshes]
    every = list(dict.fromkeys(name for own in names for name in own))
    known = {key for match in detect(every, names) for key in match.keys if match.mix(key)}  # silence may be
    if not known:
        return set()
    least_m = _EMPTY_SHARE * _height_m(root, scene)
    found = {
        (mesh.name, name)
        for mesh, own in zip(meshes, names)
        for name in _still(scene.objects[mesh.name], known.intersection(own), least_m)
    }
    return found - _followed({mesh for mesh, _ in found}, scene) if found else found


def _still(mesh_object: bpy.types.Object, names: set[str], least_m: float) -> list[str]:
    """The keys whose points all lie nearer than `least_m` to those of the key that they are relative to."""
    keys = characters.shape_keys(mesh_object)
    if keys is None or not names:
        return []
    scale = np.linalg.norm(np.array(mesh_object.matrix_world, np.float64)[:3, :3], 2)
    bases: dict[str, np.ndarray] = {}
    still = []
    for name in names:
        block = keys.key_blocks[name]
        basis = block.relative_key
        if basis.name not in bases:
            bases[basis.name] = points_of(basis)
        moved = points_of(block) - bases[basis.name]
        if not moved.size or scale * np.sqrt(np.max(np.einsum("ij,ij->i", moved, moved))) < least_m:
            still.append(name)
    return still


def points_of(block: bpy.types.ShapeKey) -> np.ndarray:
    """float32 (V, 3), in the mesh's own space."""
    mesh: Any = cast(bpy.types.Key, block.id_data).user
    if not len(mesh.vertices):  # emptied since: how many points the shape has is anything then
        return np.empty((0, 3), np.float32)
    points = np.empty(3 * len(block.points), np.float32)
    block.points.foreach_get("co", points)
    return points.reshape(-1, 3)


def _height_m(root: bpy.types.Object, scene: bpy.types.Scene) -> float:
    """The longest side of the box around the character's meshes, in the scene's units."""
    meshes = characters.face_meshes(root, scene)
    if root.type == "ARMATURE":
        meshes += [
            part
            for part in scene.objects
            if part.type == "MESH" and part not in meshes and characters.armature_of(part) == root
        ]
    boxes = [(np.array(mesh.matrix_world, np.float64)[:3], _box(mesh)) for mesh in meshes]
    corners = [
        world @ np.append(box, np.ones((8, 1)), 1).T
        for world, box in boxes
        if np.isfinite(box).all() and np.isfinite(world).all()  # a mesh without points has no box
    ]
    together = np.concatenate(corners, 1) if corners else np.empty((3, 0))
    return float(np.max(together.max(1) - together.min(1))) if together.size else 0.0


def _box(mesh_object: bpy.types.Object) -> np.ndarray:
    """float64 (8, 3), the corners of the box around a mesh at rest; `bound_box` has the shapes' values in it."""
    keys = characters.shape_keys(mesh_object)
    if keys is None:
        return np.array(mesh_object.bound_box, np.float64)
    points = points_of(keys.reference_key)
    low, high = points.min(0, initial=np.inf), points.max(0, initial=-np.inf)
    return np.array(list(product(*zip(low, high))), np.float64)


def _followed(meshes: set[str], scene: bpy.types.Scene) -> set[tuple[str, str]]:
    """(mesh, key) of these meshes that drivers of other shape keys read: sliders that need no shape of their own."""
    sources: dict[bpy.types.ID, str] = {}
    for name in meshes:
        mesh_object = scene.objects[name]
        keys = characters.shape_keys(mesh_object)
        for owner in (mesh_object, mesh_object.data, keys):
            if owner is not None:
                sources[owner] = name
    followed = set()
    for other in bpy.data.shape_keys:
        for curve in other.animation_data.drivers if other.animation_data is not None else ():
            for variable in curve.driver.variables if curve.driver is not None else ():
                for target in variable.targets:
                    if target.id in sources and (key := _key_of_path(target.data_path)):
                        followed.add((sources[target.id], key))
    return followed


def _key_of_path(path: str) -> str:
    """The shape key whose value a data path ends in, "" if it is none."""
    name, found, _ = path.partition('key_blocks["')[2].rpartition('"].value')
    return bpy.utils.unescape_identifier(name) if found else ""
