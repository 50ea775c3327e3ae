# SPDX-License-Identifier: GPL-3.0-or-later
"""Mesh objects of the figure: vertices, faces, materials, shape keys and the skin's colour, put into Blender."""

from __future__ import annotations

from collections.abc import Sequence

import bpy
import numpy as np

from ...motion.face_track import FACE_NAMES
from . import materials
from . import proportions as p
from .meshing import Faces

MOVES = 2e-5  # metres; a shape that moves a mesh less than this is left off it


def mesh_object(
    name: str,
    vertices: np.ndarray,
    faces: Faces | np.ndarray,
    slots: Sequence[str],
    collection: bpy.types.Collection,
    face_materials: Sequence[int] | np.ndarray | None = None,
) -> bpy.types.Object:
    """A new object in the collection, shaded smooth.

    Args:
        vertices: (N, 3) figure space, metres.
        faces: vertex indices of each.
        slots: names of materials.LOOKS.
        face_materials: slot of each face; without it, all have the first.
    """
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(np.asarray(vertices, np.float64).tolist(), [], [tuple(map(int, face)) for face in faces])
    mesh.polygons.foreach_set("use_smooth", np.ones(len(mesh.polygons), bool))
    for slot in slots:
        mesh.materials.append(materials.make(slot))
    if face_materials is not None:
        mesh.polygons.foreach_set("material_index", np.asarray(face_materials, np.int32))
    mesh.update()
    thing = bpy.data.objects.new(name, mesh)
    collection.objects.link(thing)
    return thing


def add_shapes(thing: bpy.types.Object, base: np.ndarray, deltas: dict[str, np.ndarray]) -> None:
    """Shape keys in the order of FACE_NAMES.

    Args:
        base: (N, 3) vertices in figure space, metres.
        deltas: (N, 3) displacement of each shape in head space, metres.
    """
    thing.shape_key_add(name="Basis", from_mix=False)
    for name in FACE_NAMES:
        delta = deltas.get(name)
        if delta is None or np.abs(delta).max() < MOVES:
            continue
        key = thing.shape_key_add(name=name, from_mix=False)
        key.value = 0.0
        key.data.foreach_set("co", np.ascontiguousarray(base + p.HEAD_SCALE * delta, np.float32).ravel())
    thing.active_shape_key_index = 0


def add_tint(thing: bpy.types.Object, colors: np.ndarray) -> None:
    """Colours (N, 4), linear, of the vertices, where the skin's material looks for them."""
    mesh = thing.data
    assert isinstance(mesh, bpy.types.Mesh), "mesh_object makes meshes"
    tint = mesh.attributes.new("Tint", "FLOAT_COLOR", "POINT")
    assert isinstance(tint, bpy.types.FloatColorAttribute), "asked for by its type"
    tint.data.foreach_set("color", colors.astype(np.float32).ravel())


def subdivide(thing: bpy.types.Object) -> None:
    """Smoother outlines in renders; the viewport keeps the plain mesh."""
    modifier = thing.modifiers.new("Subdivision", "SUBSURF")
    assert isinstance(modifier, bpy.types.SubsurfModifier), "asked for by its type"
    modifier.levels, modifier.render_levels = 0, 1
