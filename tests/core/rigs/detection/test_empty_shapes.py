# SPDX-License-Identifier: GPL-3.0-or-later
"""Shape keys that move nothing do not count as found, and others open the mouth in their place."""

from __future__ import annotations

import numpy as np
import pytest

from core.motion.face import ARKIT_NAMES
from core.motion.face_track import FACE_INDEX, FACE_NAMES
from core.rigs.description import FaceMesh, RigDescription, ShapeKey
from core.rigs.detection.mapping import map_character
from core.rigs.retargeting.shape_curves import shape_curves

EMPTY = ("jawOpen", "jawLeft", "tongueOut", "cheekPuff")


def avatar(*others: str) -> RigDescription:
    keys = [ShapeKey(name, empty=name in EMPTY) for name in ARKIT_NAMES] + [ShapeKey(name) for name in others]
    return RigDescription("Avatar", (FaceMesh("Body", tuple(keys)),))


def test_empty_shapes_do_not_count_as_found():
    mapping = map_character(avatar())
    assert mapping.summary() == "ARKit 48 of 52" and not set(EMPTY) & mapping.keys.keys()
    assert set(EMPTY) <= set(mapping.missing)
    said = next(note for note in mapping.notes if "empty" in note)
    assert said.startswith("4 shape keys are left alone, empty: ") and "jawOpen (Body)" in said and "Mapping" in said


@pytest.mark.parametrize("others", [("aa",), ("vrc.v_aa",), ("A",), ("あ", "い", "う", "え", "お"), ("MouthOpen",)])
def test_another_shape_opens_the_mouth(others):
    description = avatar(*others)
    values = np.zeros((2, len(FACE_NAMES)), np.float32)
    values[1, FACE_INDEX["jawOpen"]] = 0.6
    curves = shape_curves(values, description, map_character(description), frozenset(FACE_NAMES))["Body"]
    assert curves[others[0]][1] > 0.3 and curves[others[0]][0] == pytest.approx(0.0, abs=0.05)


def test_a_key_that_moves_one_mesh_is_driven_on_all():
    keys = tuple(ShapeKey(name) for name in ARKIT_NAMES)
    lashes = FaceMesh("Lashes", tuple(ShapeKey(name, empty=not name.startswith("eye")) for name in ARKIT_NAMES))
    mapping = map_character(RigDescription("Avatar", (FaceMesh("Head", keys), lashes)))
    assert len(mapping.shapes["Head"]) == len(mapping.shapes["Lashes"]) == 52
    assert not any("empty" in note for note in mapping.notes)


def test_a_head_that_stays_shut_while_its_teeth_move_is_named():
    head = FaceMesh("Head", tuple(ShapeKey(name, empty=name == "jawOpen") for name in ARKIT_NAMES))
    teeth = FaceMesh("Teeth", (ShapeKey("jawOpen"), ShapeKey("jawLeft")))
    said = "jawOpen moves nothing on “Head”, only on other meshes"
    assert any(said in note for note in map_character(RigDescription("Avatar", (head, teeth))).notes)
    assert not any(
        "moves nothing on" in note for note in map_character(RigDescription("Avatar", (avatar().meshes[0],))).notes
    )
