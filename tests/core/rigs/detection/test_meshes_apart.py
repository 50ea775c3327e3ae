# SPDX-License-Identifier: GPL-3.0-or-later
"""Meshes of one face that have shapes of another set, or none but the jaw bone."""

from __future__ import annotations

import numpy as np
import pytest

from core.motion.face import ARKIT_NAMES
from core.motion.face_track import FACE_INDEX, FACE_NAMES
from core.rigs.description import Bone, FaceMesh, RigDescription, ShapeKey
from core.rigs.detection.mapping import map_character
from core.rigs.retargeting.shape_curves import shape_curves

VISEMES = tuple(f"viseme_{name}" for name in "sil PP FF TH DD kk CH SS nn RR aa E I O U".split())


def mesh(name, keys):
    return FaceMesh(name, tuple(ShapeKey(key) for key in keys))


def test_teeth_with_visemes_alone_follow_a_face_with_arkit_shapes():
    description = RigDescription("Rig", (mesh("Head", ARKIT_NAMES), mesh("Teeth", VISEMES)))
    mapping = map_character(description)
    assert set(mapping.apart) == {"Teeth"}
    values = np.zeros((3, len(FACE_NAMES)), np.float32)
    values[:, FACE_INDEX["jawOpen"]] = [0.0, 0.4, 0.8]
    curves = shape_curves(values, description, mapping, frozenset(FACE_NAMES))
    alone = shape_curves(
        values,
        RigDescription("Rig", (mesh("Head", ARKIT_NAMES),)),
        map_character(RigDescription("Rig", (mesh("Head", ARKIT_NAMES),))),
        frozenset(FACE_NAMES),
    )
    assert all(np.array_equal(curves["Head"][key], curve) for key, curve in alone["Head"].items())
    opening = sum(curves["Teeth"].values())
    assert opening[0] < 0.05 and opening[2] > opening[1] > 0.2


def test_a_mesh_with_both_sets_moves_once():
    description = RigDescription("Rig", (mesh("Head", ARKIT_NAMES), mesh("Teeth", ("jawOpen", *VISEMES))))
    assert map_character(description).apart == {}


def bones():
    names = ("head", "jaw")
    rest = np.eye(4)
    return {name: Bone(name, names[at - 1] if at else "", rest, 0.1) for at, name in enumerate(names)}


@pytest.mark.parametrize(
    "on_jaw, turns, said",
    [
        ({"Teeth"}, True, "turns with the shapes"),
        ({"Teeth", "Head"}, False, "stays as it is"),
        ({"Head"}, False, ""),
        (set(), False, ""),
    ],
)
def test_the_jaw_bone_turns_for_what_only_hangs_on_it(on_jaw, turns, said):
    description = RigDescription("Rig", (mesh("Head", ARKIT_NAMES),), bones(), armature="Rig", on_jaw=frozenset(on_jaw))
    mapping = map_character(description)
    assert mapping.jaw_with_shapes is turns
    assert bool(said) == any("jaw bone “jaw”" in note and said in note for note in mapping.notes)
