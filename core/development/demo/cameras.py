# SPDX-License-Identifier: GPL-3.0-or-later
"""Cameras that frame a face or a whole figure."""

from __future__ import annotations

from collections.abc import Iterable

import bpy
import numpy as np
from mathutils import Vector

from ...blender.characters import shape_keys

_SENSOR_MM = 36.0


def face_camera(scene: bpy.types.Scene, name: str, margin: float) -> bpy.types.Object | None:
    """A new camera that frames from the front what shape keys move, `margin` times its height; None if they move nothing."""
    corners = [corner for thing in scene.objects for corner in _moved_corners(thing)]
    if not corners:
        return None
    low, high = np.min(corners, 0), np.max(corners, 0)
    size = 1.5 * max(high[2] - low[2], high[0] - low[0])  # some hair and chin around what moves
    lens_mm = 85.0
    return _camera(scene, name, lens_mm, (low + high) / 2, (0.12 * size, -margin * size * lens_mm / _SENSOR_MM, 0.0))


def whole_camera(
    scene: bpy.types.Scene, name: str, root: bpy.types.Object | None, aspect: float, margin: float
) -> bpy.types.Object | None:
    """A new camera that frames the whole character from the front, a little from its left; None without one.

    aspect: width of the picture by its height. margin: the picture's height by the character's.
    """
    corners = [
        np.array(thing.matrix_world) @ (*corner, 1.0)
        for thing in (root.children_recursive if root is not None else ())
        if thing.type == "MESH"
        for corner in thing.bound_box
    ]
    if not corners:
        return None
    low, high = np.min(corners, 0)[:3], np.max(corners, 0)[:3]
    height = margin * max(high[2] - low[2], 0.8 * (high[2] - low[2]) / min(aspect, 1.0))
    lens_mm = 60.0
    distance = height * lens_mm / _SENSOR_MM
    return _camera(scene, name, lens_mm, (low + high) / 2, (0.22 * distance, -distance, 0.06 * distance))


def _camera(
    scene: bpy.types.Scene, name: str, lens_mm: float, aim: np.ndarray, away: Iterable[float]
) -> bpy.types.Object:
    """A camera that looks from `aim` + `away` at `aim`, both (3,) in the scene."""
    lens = bpy.data.cameras.new(name)
    lens.lens, lens.sensor_fit, lens.sensor_height = lens_mm, "VERTICAL", _SENSOR_MM
    camera = bpy.data.objects.new(name, lens)
    scene.collection.objects.link(camera)
    camera.location = Vector(aim.tolist()) + Vector(tuple(away))
    camera.rotation_euler = (Vector(aim.tolist()) - camera.location).to_track_quat("-Z", "Y").to_euler()
    return camera


def _moved_corners(thing: bpy.types.Object) -> list[np.ndarray]:
    """The two corners, in the scene, of the box around all vertices of a mesh object that its shape keys move; [] if none."""
    keys, mesh = shape_keys(thing), thing.data
    if keys is None or not isinstance(mesh, bpy.types.Mesh):
        return []
    rest, moved = (np.empty(3 * len(mesh.vertices), np.float32) for _ in range(2))
    keys.key_blocks[0].data.foreach_get("co", rest)
    touched = np.zeros(len(mesh.vertices), bool)
    for key in keys.key_blocks[1:]:
        key.data.foreach_get("co", moved)
        distance = np.abs(moved - rest).reshape(-1, 3).max(1)
        touched |= distance > 0.1 * max(float(distance.max()), 1e-9)
    if not touched.any():
        return []
    world = np.array(thing.matrix_world)
    places = rest.reshape(-1, 3)[touched] @ world[:3, :3].T + world[:3, 3]
    return [places.min(0), places.max(0)]
