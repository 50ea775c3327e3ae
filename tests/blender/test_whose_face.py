# SPDX-License-Identifier: GPL-3.0-or-later
"""Which objects, shapes and sliders are a character's face."""

from __future__ import annotations

import bpy
import pytest

from tests.blender.building import add_face


@pytest.fixture
def described(scene, part):
    reading = part("core.blender.rig_reading")
    return lambda root: reading.describe(root, bpy.context.scene)


def move(face: bpy.types.Object, key: str, distance: float) -> None:
    for point, rest in zip(face.data.shape_keys.key_blocks[key].data, face.data.shape_keys.key_blocks[0].data):
        point.co = rest.co
    face.data.shape_keys.key_blocks[key].data[1].co.z += distance


def test_shapes_that_move_nothing_are_empty(described):
    face = add_face("Mask")  # its longest side is 1
    move(face, "jawOpen", 0.0)
    move(face, "mouthPucker", 0.0004)
    move(face, "mouthFunnel", 0.0007)
    assert described(face).empty_keys == {"jawOpen", "mouthPucker"}


def test_what_a_scaled_object_moves_is_measured_in_the_scene(described):
    face = add_face("Mask")
    face.scale = (0.01, 0.01, 0.01)
    move(face, "jawOpen", 0.0007)
    bpy.context.view_layer.update()
    assert described(face).empty_keys == frozenset()


def test_a_shape_is_measured_against_the_one_it_is_relative_to(described):
    face = add_face("Mask")
    blocks = face.data.shape_keys.key_blocks
    blocks["mouthPucker"].relative_key = blocks["mouthFunnel"]
    for point, other in zip(blocks["mouthPucker"].data, blocks["mouthFunnel"].data):
        point.co = other.co
    assert described(face).empty_keys == {"mouthPucker"}
