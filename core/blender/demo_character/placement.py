# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the figure finds room to stand: at the 3D cursor, or beside what is there."""

from __future__ import annotations

from collections.abc import Iterator

import bpy
import numpy as np
from mathutils import Matrix, Vector

# Of the standing figure, metres from its feet, with elbows and a step to its neighbour: by eye.
_LOWEST, _HIGHEST = np.array([-0.5, -0.35, 0.0]), np.array([0.5, 0.35, 1.75])
_FLOOR = 0.05  # what ends lower than this over the cursor is stood on
_WIDE_M = 6.0  # what is larger both ways is a landscape or a set
_BETWEEN = 0.1
_SHOWN = {"MESH", "CURVE", "CURVES", "SURFACE", "META", "FONT", "VOLUME", "ARMATURE", "GREASEPENCIL", "GPENCIL"}


def free_place(context: bpy.types.Context) -> Vector:
    """The 3D cursor, or as far beside it, to the right, that nothing that is seen is in the way.

    A floor is stood on; what surrounds the whole figure (a room, a sky), or is a landscape or a set, is stood in.
    """
    start = np.array(context.scene.cursor.location)
    boxes = [box for box in _boxes(context) if _is_in_the_way(*box, start)]
    place = start.copy()
    for lowest, highest in sorted(boxes, key=lambda box: box[0][0]):
        if (place + _HIGHEST)[0] > lowest[0] and (place + _LOWEST)[0] < highest[0]:
            place[0] = highest[0] - _LOWEST[0] + _BETWEEN
    return Vector(place.tolist())


def _boxes(context: bpy.types.Context) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """(lowest, highest) corner, in the scene, of everything that is seen, also of what empties show of collections."""
    context.view_layer.update()
    for part in context.view_layer.objects:
        if not part.visible_get():
            continue
        if part.type in _SHOWN:
            yield _box(part, Matrix())
        shown = part.instance_collection if part.instance_type == "COLLECTION" else None
        if shown is not None:
            above = part.matrix_world @ Matrix.Translation(-shown.instance_offset)
            yield from (_box(other, above) for other in shown.all_objects if other.type in _SHOWN)


def _box(part: bpy.types.Object, above: Matrix) -> tuple[np.ndarray, np.ndarray]:
    world = above @ part.matrix_world
    corners = np.array([world @ Vector(corner) for corner in part.bound_box])
    return corners.min(0), corners.max(0)


def _is_in_the_way(lowest: np.ndarray, highest: np.ndarray, place: np.ndarray) -> bool:
    """Whether a box lies in the figure's row, wherever along x: at its depth, and where it has legs, trunk or head."""
    if (lowest < place + _LOWEST).all() and (highest > place + _HIGHEST).all():
        return False
    if (highest - lowest)[:2].min() > _WIDE_M:
        return False
    if highest[2] < place[2] + _FLOOR:
        return False
    return bool((lowest[1:] < (place + _HIGHEST)[1:]).all() and (highest[1:] > (place + _LOWEST)[1:]).all())
