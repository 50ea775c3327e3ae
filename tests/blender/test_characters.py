# SPDX-License-Identifier: GPL-3.0-or-later
"""Which character is meant, what belongs to it, and what on it cannot be keyed."""

from __future__ import annotations

from collections.abc import Callable

import bpy
import pytest

from tests.blender.building import KEYS, add_armature, add_face, curves_of, put_stand_in, select, write_wav


@pytest.fixture
def characters(part, scene):
    return part("core.blender.characters")


@pytest.fixture
def reading(part, scene):
    return part("core.blender.reading.rig_reading")


def add_empty(name: str = "Empty") -> bpy.types.Object:
    empty = bpy.data.objects.new(name, None)
    bpy.context.scene.collection.objects.link(empty)
    return empty


def test_found_from_every_part(characters, scene):
    rig = add_armature()
    empty = add_empty()
    rig.parent = empty
    face = add_face(parent=rig)
    shirt = add_face("Shirt", keys=("fat",))
    shirt.modifiers.new("Armature", "ARMATURE").object = rig
    hat = add_empty("Hat")
    hat.parent, hat.parent_type, hat.parent_bone = rig, "BONE", "head"
    for part in (rig, face, shirt, hat, empty):
        select(part)
        assert characters.find(bpy.context) == rig, part.name
    assert characters.face_meshes(rig, scene) == [face, shirt]


def test_meshes_without_an_armature_belong_together_under_their_parent(characters, scene):
    empty = add_empty()
    head, teeth = add_face("Head"), add_face("Teeth")
    head.parent = teeth.parent = empty
    select(empty)
    assert characters.face_meshes(characters.find(bpy.context), scene) == [head, teeth]


def test_linked_duplicates_are_driven_once(characters, scene):
    face = add_face()
    twin = bpy.data.objects.new("Twin", face.data)
    scene.collection.objects.link(twin)
    rig = add_armature()
    for part in (face, twin):
        part.parent = rig
    assert len(characters.face_meshes(rig, scene)) == 1


def test_the_only_one_is_meant_if_nothing_is_selected(characters):
    face = add_face()
    select()
    assert characters.find(bpy.context) == face


def test_two_ask_which(characters, part):
    add_face("Anna")
    add_face("Bob")
    select()
    with pytest.raises(part("core.errors").UserError, match="several characters: Anna, Bob"):
        characters.find(bpy.context)


def test_the_selection_is_followed_until_one_is_chosen_by_hand(characters, scene):
    anna, bob = add_face("Anna"), add_face("Bob")
    select(anna)
    bpy.ops.audio2rig.detect_character()
    assert scene.audio2rig.character == anna and characters.shown(bpy.context) == anna
    select(bob)
    assert characters.find(bpy.context) == bob and characters.shown(bpy.context) == bob
    scene.audio2rig.character = anna
    assert characters.find(bpy.context) == anna and characters.shown(bpy.context) == anna
    assert bpy.ops.audio2rig.detect_character() == {"FINISHED"}
    assert scene.audio2rig.character == bob


def test_who_else_is_selected_is_named(characters, part, scene):
    anna, bob = add_face("Anna"), add_face("Bob")
    select(anna, bob)
    root = characters.find(bpy.context)
    notes = part("core.blender.bystanders").notes
    assert root == anna and "Bob is selected, too" in notes(bpy.context, root)[0]
    select(anna)
    assert notes(bpy.context, root) == []


def test_a_face_that_hangs_on_nothing_is_named(characters, part, scene):
    rig, face = add_armature("Ada"), add_face("Mask")
    select(rig)
    assert "Mask on no armature" in part("core.blender.bystanders").notes(bpy.context, rig)[0]
    face.parent = rig
    assert part("core.blender.bystanders").notes(bpy.context, rig) == []


@pytest.mark.parametrize("kind", ["CHILD_OF", "COPY_TRANSFORMS", "ARMATURE"])
def test_a_face_that_follows_a_bone_by_a_constraint(characters, scene, kind):
    rig, face = add_armature("Ada"), add_face("Mask")
    constraint = face.constraints.new(kind)
    place = constraint.targets.new() if kind == "ARMATURE" else constraint
    place.target, place.subtarget = rig, "head"
    assert characters.root_of(face) == rig and characters.face_meshes(rig, scene) == [face]
    constraint.mute = True
    assert characters.root_of(face) == face


def test_an_armature_that_was_deleted_and_is_still_followed_is_named(characters, part, scene):
    rig = add_armature("Ada")
    face = add_face("Mask", parent=rig)
    scene.collection.objects.unlink(rig)
    select(face)
    with pytest.raises(part("core.errors").UserError, match='follow "Ada", which is not in the scene'):
        characters.find(bpy.context)


def test_of_two_armatures_on_a_mesh_the_body_is_meant(characters, scene):
    cloth = add_armature("Cloth", ("skirt1", "skirt2", "skirt3", "skirt4", "skirt5", "skirt6"))
    rig, face = add_armature("Ada"), add_face("Mask", parent=cloth)
    face.modifiers.new("Body", "ARMATURE").object = rig
    assert characters.armature_of(face) == rig
    face.modifiers.remove(face.modifiers["Body"])
    assert characters.armature_of(face) == cloth


def test_shape_keys_of_a_curve_are_named(characters, part, scene):
    add_face("Anna")
    curve = bpy.data.objects.new("Mouth", bpy.data.curves.new("Mouth", "CURVE"))
    scene.collection.objects.link(curve)
    curve.data.splines.new("BEZIER")
    curve.shape_key_add(name="Basis")
    select(curve)
    with pytest.raises(part("core.errors").UserError, match='"Mouth" is a Curve'):
        characters.find(bpy.context)


def test_detecting_says_what_was_found(scene):
    face = add_face()
    assert bpy.ops.audio2rig.detect_character() == {"FINISHED"}
    assert f"ARKit {len(KEYS)} of 52" in face.audio2rig.summary
    assert "jawLeft" in face.audio2rig.missing
    assert [row.name for row in face.audio2rig.mapping_rows] == list(KEYS)


def test_what_cannot_be_keyed_is_said(reading, scene):
    face = add_face()
    keys = face.data.shape_keys
    keys.key_blocks["jawOpen"].driver_add("value")
    keys.key_blocks["mouthPucker"].mute = True
    keys.key_blocks["mouthFunnel"].keyframe_insert("value", frame=1)
    next(iter(curves_of(keys).values())).lock = True
    described = {key.name: key.blocked for key in reading.describe(face, scene).meshes[0].keys}
    assert (
        described["jawOpen"].startswith("driven by a driver that reads nothing") and described["mouthPucker"] == "muted"
    )
    assert described["mouthFunnel"] == "its curve is locked" and described["mouthClose"] == ""


def test_bones_that_cannot_be_keyed_are_said(reading, scene):
    rig = add_armature()
    select(rig)
    rig.pose.bones["head"].lock_rotation = (True, True, True)
    constraint = rig.pose.bones["neck"].constraints.new("COPY_ROTATION")
    constraint.target = rig
    constraint.subtarget = "chest"
    bones = reading.describe(rig, scene).bones
    assert list(bones) == ["hips", "spine", "chest", "neck", "head"]
    assert bones["head"].blocked == "its rotation is locked"
    assert bones["neck"].blocked.startswith("moved by its constraint")
    assert bones["chest"].blocked == "" and bones["chest"].parent == "spine"


def link_character(tmp_path, override: bool, make: Callable[[], bpy.types.Object] = add_armature) -> bpy.types.Object:
    """Save a character to a file of its own and link it into an empty one. make: builds its armature."""
    rig = make()
    face = add_face(parent=rig)
    collection = bpy.data.collections.new("Character")
    for part in (rig, face):
        bpy.context.scene.collection.objects.unlink(part)
        collection.objects.link(part)
    path = str(tmp_path / "character.blend")
    bpy.data.libraries.write(path, {collection})
    bpy.ops.wm.read_homefile(use_empty=True)
    with bpy.data.libraries.load(path, link=True) as (_, wanted):
        wanted.collections = ["Character"]
    linked = wanted.collections[0]
    children = bpy.context.scene.collection.children
    # As Blender's Link does. 5.3 takes what nothing in the file uses for linked indirectly, and overrides only the rest.
    children.link(linked)
    if not override:
        return next(member for member in linked.objects if member.type == "ARMATURE")
    own = linked.override_hierarchy_create(bpy.context.scene, bpy.context.view_layer, do_fully_editable=True)
    children.unlink(linked)
    if own not in children.values():
        children.link(own)
    bpy.context.view_layer.update()
    return next(member for member in bpy.context.scene.objects if member.type == "ARMATURE")


def test_a_constraint_that_is_keyed_to_come_on_is_named(reading, scene):
    rig = add_armature()
    constraint = rig.pose.bones["head"].constraints.new("IK")
    constraint.influence = 0.0
    assert reading.describe(rig, scene).bones["head"].notes == ()
    constraint.keyframe_insert("influence", frame=1)
    (said,) = reading.describe(rig, scene).bones["head"].notes
    assert "IK, whose influence is keyed" in said and not reading.describe(rig, scene).bones["neck"].notes


def test_linked_characters_say_what_to_do(scene, tmp_path, monkeypatch):
    put_stand_in(monkeypatch)
    rig = link_character(tmp_path, override=False)
    assert rig.library is not None
    with pytest.raises(RuntimeError, match="library override"):
        bpy.ops.audio2rig.generate(filepath=str(write_wav(tmp_path / "line.wav")))
    assert len(bpy.data.actions) == 0


def test_library_overrides_are_animated(scene, tmp_path, monkeypatch, part):
    put_stand_in(monkeypatch)
    rig = link_character(tmp_path, override=True)
    assert rig.override_library is not None
    assert bpy.ops.audio2rig.generate(filepath=str(write_wav(tmp_path / "line.wav"))) == {"FINISHED"}
    assert rig.animation_data.action is not None
    head = rig.pose.bones["head"]
    angles = set()
    for frame in (4, 10, 16):
        bpy.context.scene.frame_set(frame)
        angles.add(round(head.matrix_basis.to_quaternion().angle, 3))
    assert len(angles) > 1
    face = next(member for member in bpy.context.scene.objects if member.type == "MESH")
    assert face.data.shape_keys.animation_data.action is not None
    assert "became a library override" in bpy.context.scene.audio2rig.last_report
    path = tmp_path / "shot.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    bpy.ops.wm.open_mainfile(filepath=str(path))
    rig = next(member for member in bpy.context.scene.objects if member.type == "ARMATURE")
    assert rig.animation_data.action is not None
    face = next(member for member in bpy.context.scene.objects if member.type == "MESH")
    assert face.data.shape_keys.animation_data.action is not None
    remembered = part("core.blender.characters").memory(rig)
    assert [take.name for take in remembered.takes] == ["Before Audio2Rig", "line"]
    assert bpy.ops.audio2rig.take_activate(index=0) == {"FINISHED"}
    assert rig.animation_data.action is None


def test_mapping_by_hand_is_kept_exported_and_imported(scene, tmp_path):
    face = add_face(keys=(*KEYS, "Mystery"))
    bpy.ops.audio2rig.detect_character()
    assert bpy.ops.audio2rig.mapping_edit(name="Mystery", target="mouthFunnel 0.5, jawOpen 0.2") == {"FINISHED"}
    row = next(row for row in face.audio2rig.mapping_rows if row.name == "Mystery")
    assert row.target == "mouthFunnel 0.5, jawOpen 0.2"
    path = tmp_path / "mapping.json"
    assert bpy.ops.audio2rig.mapping_export(filepath=str(path)) == {"FINISHED"}
    assert bpy.ops.audio2rig.mapping_reset() == {"FINISHED"}
    assert next(row for row in face.audio2rig.mapping_rows if row.name == "Mystery").target == ""
    assert bpy.ops.audio2rig.mapping_import(filepath=str(path)) == {"FINISHED"}
    assert (
        next(row for row in face.audio2rig.mapping_rows if row.name == "Mystery").target
        == "mouthFunnel 0.5, jawOpen 0.2"
    )
    with pytest.raises(RuntimeError, match="not one of"):
        bpy.ops.audio2rig.mapping_edit(name="Mystery", target="mouthFunnell")
    path.write_text("{", encoding="utf-8")
    with pytest.raises(RuntimeError, match="JSON"):
        bpy.ops.audio2rig.mapping_import(filepath=str(path))
