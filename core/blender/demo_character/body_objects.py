# SPDX-License-Identifier: GPL-3.0-or-later
"""Clothes, shoes and hands as mesh objects with skin weights."""

from __future__ import annotations

import bpy
import numpy as np

from . import armature as rig
from . import body, hands, materials, skeleton
from .mesh_objects import add_tint, mesh_object

BONES_NEAR = {  # what a garment's weights are shared among; the sweater has its own rule
    body.TROUSERS: ("Hips", "LeftUpLeg", "LeftLeg", "RightUpLeg", "RightLeg"),
    body.SHOES: ("LeftFoot", "LeftToeBase", "RightFoot", "RightToeBase"),
}


class _Weights:
    """Skin weights of N vertices, put together part by part."""

    def __init__(self, count: int):
        self.count = count
        self.by_bone: dict[str, np.ndarray] = {}

    def give(self, chosen: np.ndarray | slice, found: dict[str, np.ndarray]) -> None:
        """Set the weights of the chosen vertices."""
        for name, values in found.items():
            self.by_bone.setdefault(name, np.zeros(self.count))[chosen] = values


def build(collection: bpy.types.Collection, armature: bpy.types.Object) -> None:
    """Add the body's parts to the collection and bind them to the armature."""
    _build_clothes(collection, armature)
    _build_hands(collection, armature)


def _build_clothes(collection: bpy.types.Collection, armature: bpy.types.Object) -> None:
    points, faces, face_materials, parts = body.build_body()
    slots = ("Sweater", "Sweater Rib", "Trousers", "Shoes", "Soles")
    thing = mesh_object("Demo Body", points, faces, slots, collection, face_materials)
    weights = _Weights(len(points))
    for part, names in BONES_NEAR.items():
        chosen = parts == part
        near = skeleton.weights_near(points[chosen], [f"mixamorig:{name}" for name in names], 5.0)
        weights.give(chosen, near)
    chosen = parts == body.SWEATER
    weights.give(chosen, body.sweater_weights(points[chosen]))
    rig.bind(thing, armature, weights.by_bone)


def _build_hands(collection: bpy.types.Collection, armature: bpy.types.Object) -> None:
    local, quads = hands.build_hand()
    left = skeleton.hand_to_figure(local)
    points = np.concatenate([left, left * [-1, 1, 1]])
    flipped = np.linalg.det(skeleton.hand_frame()[0]) < 0
    first, second = (quads[:, ::-1], quads) if flipped else (quads, quads[:, ::-1])
    faces = np.concatenate([first, second + len(left)])
    thing = mesh_object("Demo Hands", points, faces, ("Skin",), collection)
    add_tint(thing, np.tile([*materials.LOOKS["Skin"].color, 1.0], (len(points), 1)))
    weights = _Weights(len(points))
    for start, word in ((0, "Left"), (len(left), "Right")):
        names = [f"mixamorig:{word}ForeArm", f"mixamorig:{word}Hand"]
        names += [f"mixamorig:{word}Hand{finger}{i}" for finger in skeleton.FINGERS for i in (1, 2, 3)]
        own = slice(start, start + len(left))
        weights.give(own, skeleton.weights_near(points[own], names, 8.0))
    rig.bind(thing, armature, weights.by_bone)
