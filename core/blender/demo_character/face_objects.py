# SPDX-License-Identifier: GPL-3.0-or-later
"""The head and all that sits in or on it, as mesh objects with shapes and skin weights."""

from __future__ import annotations

from collections.abc import Callable

import bpy
import numpy as np

from ...motion.easing import smooth_step
from ...motion.face_track import FACE_NAMES
from . import armature as rig
from . import brows, eyes, hair, head, jaw_shapes, materials, shapes, teeth, tongue
from . import proportions as p
from .face_points import FacePoints
from .mesh_objects import add_shapes, add_tint, mesh_object, subdivide

HEAD_BONE, JAW_BONE = "mixamorig:Head", "mixamorig:Jaw"


def build(collection: bpy.types.Collection, armature: bpy.types.Object) -> None:
    """Add all parts of the face to the collection and bind them to the armature."""
    surface = head.build()
    face = FacePoints.of_head(surface)
    fields = shapes.FaceShapes(surface)
    moves = {name: fields.face(name, face) for name in FACE_NAMES}
    _build_skin(collection, armature, surface, face, moves)
    _build_teeth(collection, armature)
    _build_tongue(collection, armature)
    _build_eyes(collection, armature)
    _build_lashes(collection, armature, surface, moves)
    _build_brows(collection, armature, fields)
    _build_hair(collection, armature)


def _every(field: Callable[[str], np.ndarray]) -> dict[str, np.ndarray]:
    """The field of every shape by name."""
    return {name: field(name) for name in FACE_NAMES}


def _head_weights(face: FacePoints) -> dict[str, np.ndarray]:
    """Head, jaw, and the neck's part that goes over to the neck and the chest; (N,) by bone."""
    y, z = face.points[:, 1], face.points[:, 2]
    neck = smooth_step(-z, 0.085, 0.150) * smooth_step(y, -0.075, -0.035)
    chest = smooth_step(-z, 0.150, 0.200)
    neck = neck * (1.0 - chest)
    rest = 1.0 - neck - chest
    jaw = jaw_shapes.jaw_weight(face) * rest
    return {HEAD_BONE: rest - jaw, JAW_BONE: jaw, "mixamorig:Neck": neck, "mixamorig:Spine2": chest}


def _build_skin(
    collection: bpy.types.Collection,
    armature: bpy.types.Object,
    surface: head.HeadMesh,
    face: FacePoints,
    moves: dict[str, np.ndarray],
) -> None:
    placed = p.place(surface.vertices)
    slots = ("Skin", "Lips", "Lip Line", "Mouth", "Lid Edge")
    thing = mesh_object("Demo Head", placed, surface.faces, slots, collection, surface.materials)
    add_tint(thing, materials.skin_tint(surface.vertices))
    add_shapes(thing, placed, moves)
    rig.bind(thing, armature, _head_weights(face))
    subdivide(thing)


def _build_teeth(collection: bpy.types.Collection, armature: bpy.types.Object) -> None:
    points, faces, face_materials, is_lower = teeth.build_teeth()
    lower, upper = is_lower.astype(float), (~is_lower).astype(float)
    thing = mesh_object("Demo Teeth", p.place(points), faces, ("Teeth", "Gums"), collection, face_materials)
    add_shapes(thing, p.place(points), _every(lambda name: jaw_shapes.with_jaw(name, points, lower)))
    rig.bind(thing, armature, {HEAD_BONE: upper, JAW_BONE: lower})


def _build_tongue(collection: bpy.types.Collection, armature: bpy.types.Object) -> None:
    points, faces = tongue.build_tongue()
    thing = mesh_object("Demo Tongue", p.place(points), faces, ("Tongue",), collection)
    add_shapes(thing, p.place(points), _every(lambda name: shapes.tongue_shape(name, points)))
    rig.bind(thing, armature, {JAW_BONE: np.ones(len(points))})
    subdivide(thing)


def _build_eyes(collection: bpy.types.Collection, armature: bpy.types.Object) -> None:
    points, faces, face_materials, sides, turns = eyes.build_pair()
    slots = ("Eye White", "Eye Limbus", "Iris", "Iris Light", "Pupil", "Catchlight")
    thing = mesh_object("Demo Eyes", p.place(points), faces, slots, collection, face_materials)
    add_shapes(thing, p.place(points), _every(lambda name: shapes.eye_shape(name, points, sides, turns)))
    weights = {
        "mixamorig:LeftEye": (turns & (sides > 0)).astype(float),
        "mixamorig:RightEye": (turns & (sides < 0)).astype(float),
        HEAD_BONE: (~turns).astype(float),
    }
    rig.bind(thing, armature, weights)


def _build_lashes(
    collection: bpy.types.Collection, armature: bpy.types.Object, surface: head.HeadMesh, moves: dict[str, np.ndarray]
) -> None:
    points, faces, follow = eyes.build_lashes(surface)
    thing = mesh_object("Demo Lashes", p.place(points), faces, ("Lashes",), collection)
    add_shapes(thing, p.place(points), {name: move[follow] for name, move in moves.items()})
    rig.bind(thing, armature, {HEAD_BONE: np.ones(len(points))})


def _build_brows(collection: bpy.types.Collection, armature: bpy.types.Object, fields: shapes.FaceShapes) -> None:
    points, faces, ride = brows.build_brows()
    under = FacePoints.of(ride)
    thing = mesh_object("Demo Brows", p.place(points), faces, ("Brows",), collection)
    add_shapes(thing, p.place(points), _every(lambda name: fields.face(name, under)))
    rig.bind(thing, armature, {HEAD_BONE: np.ones(len(points))})
    subdivide(thing)


def _build_hair(collection: bpy.types.Collection, armature: bpy.types.Object) -> None:
    points, faces = hair.build_hair()
    thing = mesh_object("Demo Hair", p.place(points), faces, ("Hair",), collection)
    rig.bind(thing, armature, {HEAD_BONE: np.ones(len(points))})
    subdivide(thing)
