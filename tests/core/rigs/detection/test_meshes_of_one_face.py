# SPDX-License-Identifier: GPL-3.0-or-later
"""Meshes of one face whose keys are spelled in different ways, and prefixes and numbers that importers add."""

from __future__ import annotations

import numpy as np
import pytest

from core.motion.face import ARKIT_NAMES
from core.motion.face_track import FACE_INDEX, FACE_NAMES
from core.rigs.conventions import bone_conventions
from core.rigs.description import FaceMesh, RigDescription, ShapeKey
from core.rigs.detection.bone_names import best_convention
from core.rigs.detection.mapping import map_character
from core.rigs.retargeting.shape_curves import shape_curves


def figure(**meshes: list[str]) -> RigDescription:
    return RigDescription(
        "Anna", tuple(FaceMesh(name, tuple(ShapeKey(key) for key in keys)) for name, keys in meshes.items())
    )


def opened(description: RigDescription) -> dict[str, dict[str, np.ndarray]]:
    values = np.zeros((2, len(FACE_NAMES)), np.float32)
    values[1, FACE_INDEX["jawOpen"]] = 0.75
    return shape_curves(values, description, map_character(description), frozenset(FACE_NAMES))


@pytest.mark.parametrize(
    "spelling", ["JAWOPEN", "Jaw Open", "jaw-open", "jawOpen.002", "gums_BS.jawOpen", "a:b|jaw_open"]
)
def test_a_second_mesh_follows_whatever_its_spelling(spelling):
    for description in (
        figure(Face=list(ARKIT_NAMES), Gums=[spelling]),
        figure(Brace=[spelling], Face=list(ARKIT_NAMES)),
    ):
        curves = opened(description)
        other = next(mesh.name for mesh in description.meshes if mesh.name != "Face")
        assert curves["Face"]["jawOpen"][1] == pytest.approx(0.75)
        assert curves[other][spelling][1] == pytest.approx(0.75)


def test_every_mesh_may_have_a_prefix_of_its_own():
    description = figure(
        Face=[f"Face_bs.{name}" for name in ARKIT_NAMES],
        Tongue=["Tongue_bs.jawOpen", "Tongue_bs.tongueOut"],
        Beard=[f"Beard_bs.{name}" for name in ARKIT_NAMES[:30]],
    )
    mapping = map_character(description)
    assert {mesh: len(keys) for mesh, keys in mapping.shapes.items()} == {"Face": 52, "Tongue": 2, "Beard": 30}
    assert mapping.summary() == "ARKit 52 of 52"


def test_visemes_of_two_meshes_move_together():
    names = ["sil", "PP", "FF", "TH", "DD", "kk", "CH", "SS", "nn", "RR", "aa", "E", "I", "O", "U"]
    head, teeth = [f"viseme_{name}" for name in names], [f"teeth_BS.viseme_{name}" for name in names]
    alone, both = opened(figure(Head=head)), opened(figure(Head=head, Teeth=teeth))
    assert both["Head"].keys() == alone["Head"].keys()
    for key, curve in alone["Head"].items():
        np.testing.assert_allclose(both["Head"][key], curve, atol=1e-5)
        np.testing.assert_allclose(both["Teeth"]["teeth_BS." + key], curve, atol=1e-5)


def test_one_mesh_is_not_moved_twice():
    mapping = map_character(figure(Face=[*ARKIT_NAMES, "cloth.jawOpen", "jawOpen.001"]))
    assert "jawOpen" in mapping.shapes["Face"] and len(mapping.shapes["Face"]) == 52


def test_what_is_left_alone_by_hand_stays():
    description = figure(Face=list(ARKIT_NAMES), Gums=["Jaw_Open"])
    mapping = map_character(description, {"keys": {"Jaw_Open": {}}})
    assert "Gums" not in mapping.shapes and "jawOpen" in mapping.shapes["Face"]


@pytest.mark.parametrize(
    "changed", ["mixamorig12:{}", "Anna_{}", "Anna.01-{}", "file|mixamorig3:{}", "{}.001", "x_{}.004"]
)
@pytest.mark.parametrize("identifier", ["mixamo", "smplx_55"])
def test_prefixes_and_numbers_of_importers_do_not_matter(identifier, changed):
    convention = bone_conventions()[identifier]
    plain = [name.removeprefix("mixamorig:") for name in convention.bones]
    names = [changed.format(name) for name in plain]
    expected = best_convention(plain)[1]
    found, roles = best_convention(names)
    assert found is not None and found.identifier == identifier
    assert roles == {role: changed.format(name) for role, name in expected.items()}


def test_a_copy_beside_its_original_is_another_bone():
    names = ["Hips", "Spine", "Spine.001", "Neck", "Head", "LeftArm", "RightArm", "LeftUpLeg", "RightUpLeg"]
    assert "Spine.001" not in best_convention(names)[1].values()
