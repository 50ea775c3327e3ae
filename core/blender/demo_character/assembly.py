# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts the figure together in Blender."""

from __future__ import annotations

import bpy
import numpy as np
from mathutils import Vector

from ...motion.easing import smooth_step
from ...motion.face_track import FACE_NAMES
from . import armature as rig
from . import body, brows, eyes, hair, hands, head, materials, mouth, shapes, skeleton, stage
from . import proportions as p

MOVES = 2e-5  # metres; a shape that moves a mesh less than this is left off it


def _mesh_object(name: str, vertices, faces, slots: list[str], face_materials, collection) -> bpy.types.Object:
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


def _add_shapes(thing: bpy.types.Object, base: np.ndarray, deltas: dict[str, np.ndarray]) -> None:
    """base: vertices in figure space; deltas: in head space."""
    thing.shape_key_add(name="Basis", from_mix=False)
    for name in FACE_NAMES:
        delta = deltas.get(name)
        if delta is None or np.abs(delta).max() < MOVES:
            continue
        key = thing.shape_key_add(name=name, from_mix=False)
        key.value = 0.0
        key.data.foreach_set("co", np.ascontiguousarray(base + p.HEAD_SCALE * delta, np.float32).ravel())
    thing.active_shape_key_index = 0


def _subdivided(thing: bpy.types.Object) -> None:
    """Smoother outlines in renders; the viewport keeps the plain mesh."""
    modifier = thing.modifiers.new("Subdivision", "SUBSURF")
    modifier.levels, modifier.render_levels = 0, 1


def _head_weights(face: shapes.FacePoints) -> dict[str, np.ndarray]:
    """Head, jaw, and the neck's part that goes over to the neck and the chest."""
    x, y, z = face.points.T
    neck = smooth_step(-z, 0.085, 0.150) * smooth_step(y, -0.075, -0.035)
    chest = smooth_step(-z, 0.150, 0.200)
    neck = neck * (1.0 - chest)
    rest = 1.0 - neck - chest
    jaw = shapes.jaw_weight(face) * rest
    return {"mixamorig:Head": rest - jaw, "mixamorig:Jaw": jaw, "mixamorig:Neck": neck, "mixamorig:Spine2": chest}


def _build_face(collection, armature) -> None:
    surface = head.build()
    face = shapes.FacePoints.of(surface.vertices, surface)
    fields = shapes.FaceShapes(surface)
    moves = {name: fields.face(name, face) for name in FACE_NAMES}

    head_object = _mesh_object(
        "Demo Head",
        p.place(surface.vertices),
        surface.faces,
        ["Skin", "Lips", "Lip Line", "Mouth", "Lid Edge"],
        surface.materials,
        collection,
    )
    tint = head_object.data.attributes.new("Tint", "FLOAT_COLOR", "POINT")
    tint.data.foreach_set("color", materials.skin_tint(surface.vertices).astype(np.float32).ravel())
    _add_shapes(head_object, p.place(surface.vertices), moves)
    rig.bind(head_object, armature, _head_weights(face))
    _subdivided(head_object)

    points, faces, face_materials, is_lower = mouth.build_teeth()
    teeth = _mesh_object("Demo Teeth", p.place(points), faces, ["Teeth", "Gums"], face_materials, collection)
    _add_shapes(
        teeth, p.place(points), {name: shapes.with_jaw(name, points, is_lower.astype(float)) for name in FACE_NAMES}
    )
    rig.bind(teeth, armature, {"mixamorig:Head": (~is_lower).astype(float), "mixamorig:Jaw": is_lower.astype(float)})

    points, faces = mouth.build_tongue()
    tongue = _mesh_object("Demo Tongue", p.place(points), faces, ["Tongue"], None, collection)
    _add_shapes(tongue, p.place(points), {name: shapes.tongue_shape(name, points) for name in FACE_NAMES})
    rig.bind(tongue, armature, {"mixamorig:Jaw": np.ones(len(points))})
    _subdivided(tongue)

    points, faces, face_materials, sides, turns = eyes.build_pair()
    eye_object = _mesh_object(
        "Demo Eyes",
        p.place(points),
        faces,
        ["Eye White", "Eye Limbus", "Iris", "Iris Light", "Pupil", "Catchlight"],
        face_materials,
        collection,
    )
    _add_shapes(
        eye_object, p.place(points), {name: shapes.eye_shape(name, points, sides, turns) for name in FACE_NAMES}
    )
    rig.bind(
        eye_object,
        armature,
        {
            "mixamorig:LeftEye": (turns & (sides > 0)).astype(float),
            "mixamorig:RightEye": (turns & (sides < 0)).astype(float),
            "mixamorig:Head": (~turns).astype(float),
        },
    )

    points, faces, follow = eyes.build_lashes(surface)
    lashes = _mesh_object("Demo Lashes", p.place(points), faces, ["Lashes"], None, collection)
    _add_shapes(lashes, p.place(points), {name: move[follow] for name, move in moves.items()})
    rig.bind(lashes, armature, {"mixamorig:Head": np.ones(len(points))})

    points, faces, ride = brows.build_brows()
    brow_object = _mesh_object("Demo Brows", p.place(points), faces, ["Brows"], None, collection)
    under = shapes.FacePoints.of(ride)
    _add_shapes(brow_object, p.place(points), {name: fields.face(name, under) for name in FACE_NAMES})
    rig.bind(brow_object, armature, {"mixamorig:Head": np.ones(len(points))})
    _subdivided(brow_object)

    points, faces = hair.build_hair()
    hair_object = _mesh_object("Demo Hair", p.place(points), faces, ["Hair"], None, collection)
    rig.bind(hair_object, armature, {"mixamorig:Head": np.ones(len(points))})
    _subdivided(hair_object)


def _build_body(collection, armature) -> None:
    points, faces, face_materials, parts = body.build_body()
    thing = _mesh_object(
        "Demo Body", points, faces, ["Sweater", "Sweater Rib", "Trousers", "Shoes", "Soles"], face_materials, collection
    )
    m = "mixamorig:"
    bones = {
        body.TROUSERS: ["Hips", "LeftUpLeg", "LeftLeg", "RightUpLeg", "RightLeg"],
        body.SHOES: ["LeftFoot", "LeftToeBase", "RightFoot", "RightToeBase"],
    }
    weights: dict[str, np.ndarray] = {}

    def give(chosen: np.ndarray, found: dict[str, np.ndarray]) -> None:
        for name, values in found.items():
            weights.setdefault(name, np.zeros(len(points)))[chosen] = values

    for part, names in bones.items():
        chosen = parts == part
        give(chosen, skeleton.weights_near(points[chosen], [m + name for name in names], 5.0))
    chosen = parts == body.SWEATER
    give(chosen, body.sweater_weights(points[chosen]))
    rig.bind(thing, armature, weights)

    local, quads = hands.build_hand()
    left = skeleton.hand_to_figure(local)
    points = np.concatenate([left, left * [-1, 1, 1]])
    flipped = np.linalg.det(skeleton.hand_frame()[0]) < 0
    first, second = (quads[:, ::-1], quads) if flipped else (quads, quads[:, ::-1])
    faces = np.concatenate([first, second + len(left)])
    thing = _mesh_object("Demo Hands", points, faces, ["Skin"], None, collection)
    tint = thing.data.attributes.new("Tint", "FLOAT_COLOR", "POINT")
    tint.data.foreach_set("color", np.tile([*materials.LOOKS["Skin"].color, 1.0], len(points)).astype(np.float32))
    weights = {}
    for offset, word in ((0, "Left"), (len(left), "Right")):
        names = [f"{m}{word}ForeArm", f"{m}{word}Hand"] + [
            f"{m}{word}Hand{f}{i}" for f in skeleton.FINGERS for i in (1, 2, 3)
        ]
        for name, values in skeleton.weights_near(points[offset : offset + len(left)], names, 8.0).items():
            weights.setdefault(name, np.zeros(len(points)))[offset : offset + len(left)] = values
    rig.bind(thing, armature, weights)


def add(context: bpy.types.Context, with_stage: bool = False) -> bpy.types.Object:
    """Build the demo character at the 3D cursor, facing -Y, and make it the active object.

    Returns its armature object; everything lies in a new collection "Demo Character". with_stage adds cameras, lights and
    a backdrop. Pushes no undo step of its own: call it from an operator.
    """
    collection = bpy.data.collections.new("Demo Character")
    context.scene.collection.children.link(collection)
    armature = rig.build(context, collection)
    _build_face(collection, armature)
    _build_body(collection, armature)
    armature.location = context.scene.cursor.location
    if with_stage:
        stage.add(context, Vector(armature.location))
    context.view_layer.update()
    return armature
