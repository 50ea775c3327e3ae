# SPDX-License-Identifier: GPL-3.0-or-later
"""Which objects, shapes and sliders are a character's face."""

from __future__ import annotations

import bpy
import pytest

from tests.blender.building import add_armature, add_face


@pytest.fixture
def described(scene, part):
    reading = part("core.blender.reading.rig_reading")
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


@pytest.fixture
def characters(scene, part):
    return part("core.blender.characters")


BODY = ("hips", "spine", "neck", "head", "thigh.L", "thigh.R", "hand.L")


def face_on_a_body(hang: str, bones: tuple[str, ...] = ("face_root",)) -> tuple[bpy.types.Object, ...]:
    """(body, face armature, head mesh)."""
    body = add_armature("Body", BODY)
    face = add_armature("A face", bones)
    head = add_face("Head mesh", parent=face)
    if hang == "bone":
        face.parent, face.parent_type, face.parent_bone = body, "BONE", "head"
    elif hang == "object":
        face.parent = body
    else:
        constraint = face.constraints.new("CHILD_OF")
        constraint.target, constraint.subtarget = body, "head"
    return body, face, head


@pytest.mark.parametrize("hang", ["bone", "object", "constraint"])
def test_a_face_rig_on_a_body_is_one_character_with_it(characters, hang):
    parts = face_on_a_body(hang)
    body, _, head = parts
    assert [characters.root_of(each) for each in parts] == [body] * 3
    assert characters.face_meshes(body, bpy.context.scene) == [head]
    assert characters.candidates(bpy.context.scene) == [body]


def test_a_rider_is_not_the_horse(characters):
    horse, rider, head = face_on_a_body("object", BODY)
    assert characters.root_of(head) == characters.root_of(rider) == rider
    assert characters.face_meshes(horse, bpy.context.scene) == []


def test_what_a_hand_holds_is_not_the_face(characters):
    body, puppet, head = face_on_a_body("bone")
    puppet.parent_bone = "hand.L"
    assert characters.root_of(head) == puppet and characters.root_of(body) == body


def test_a_face_of_bones_alone_stands_for_itself(characters):
    body, face, head = face_on_a_body("bone", ("face_root", "jaw", "lip_upper"))
    head.shape_key_clear()
    assert characters.root_of(face) == face and characters.root_of(body) == body


def follow(face: bpy.types.Object, key: str, target: bpy.types.ID, path: str) -> None:
    driver = face.data.shape_keys.key_blocks[key].driver_add("value").driver
    driver.type = "AVERAGE"
    variable = driver.variables.new()
    variable.targets[0].id_type = {"Mesh": "MESH", "Key": "KEY"}.get(type(target).__name__, "OBJECT")
    variable.targets[0].id, variable.targets[0].data_path = target, path


@pytest.mark.parametrize("owner", ["object", "mesh", "keys"])
def test_sliders_of_another_mesh_are_the_face(characters, described, part, owner):
    body = add_armature()
    head, board = add_face("Head", parent=body), add_face("Board")
    for key in ("jawOpen", "mouthPucker"):
        move(board, key, 0.0)  # sliders have no shape of their own
        target, path = {
            "object": (board, "data.shape_keys."),
            "mesh": (board.data, "shape_keys."),
            "keys": (board.data.shape_keys, ""),
        }[owner]
        follow(head, key, target, f'{path}key_blocks["{key}"].value')
    assert characters.root_of(board) == characters.root_of(head) == body
    assert characters.candidates(bpy.context.scene) == [body]
    description = described(body)
    assert [mesh.name for mesh in description.meshes] == ["Board", "Head"]
    mapping = part("core.rigs.detection.mapping").map_character(description)
    assert "jawOpen" in mapping.shapes["Board"] and "jawOpen" not in mapping.shapes["Head"]
    assert any("follow the shape keys of “Board”" in note for note in mapping.notes)


@pytest.mark.parametrize("hang", ["weights", "bone", "faint weights"])
def test_teeth_that_hang_on_the_jaw_bone_are_found(described, hang):
    rig = add_armature(bones=("head", "jaw"))
    add_face("Head mesh", parent=rig)
    teeth = bpy.data.objects.new("Teeth", bpy.data.meshes.new("Teeth"))
    teeth.data.from_pydata([(0, 0, 0), (1, 0, 0), (0, 1, 0)], [], [(0, 1, 2)])
    bpy.context.scene.collection.objects.link(teeth)
    teeth.parent = rig
    if hang == "bone":
        teeth.parent_type, teeth.parent_bone = "BONE", "jaw"
    else:
        teeth.vertex_groups.new(name="jaw").add([0, 1, 2], 1.0 if hang == "weights" else 0.2, "REPLACE")
        teeth.modifiers.new("Armature", "ARMATURE").object = rig
    assert described(rig).on_jaw == (frozenset() if hang == "faint weights" else {"Teeth"})
