# SPDX-License-Identifier: GPL-3.0-or-later
"""Instances, overrides from Blender's menu, linked duplicates, characters in two scenes: whose data is written, and what is said."""

from __future__ import annotations

import bpy
import pytest

from tests.blender.building import add_character, add_face, curves_of, generate, put_stand_in, select, write_wav

JAW = ('key_blocks["jawOpen"].value', 0)


@pytest.fixture
def sound(scene, monkeypatch, tmp_path):
    put_stand_in(monkeypatch)
    return str(write_wav(tmp_path / "line.wav"))


def into_collection(name: str, *parts: bpy.types.Object) -> bpy.types.Collection:
    """Move objects out of the scene's own collection into a new one that is not in the scene."""
    collection = bpy.data.collections.new(name)
    for part in parts:
        collection.objects.link(part)
        bpy.context.scene.collection.objects.unlink(part)
    return collection


def add_instance(collection: bpy.types.Collection, name: str) -> bpy.types.Object:
    """What Blender's Add > Collection Instance and its Link make, selected."""
    instance = bpy.data.objects.new(name, None)
    instance.instance_type, instance.instance_collection = "COLLECTION", collection
    bpy.context.scene.collection.objects.link(instance)
    select(instance)
    return instance


def linked_collection(tmp_path, make=add_character) -> bpy.types.Collection:
    """A character's collection, linked into an empty file."""
    collection = into_collection("Cast", *make("Nora"))
    path = str(tmp_path / "nora.blend")
    bpy.data.libraries.write(path, {collection})
    bpy.ops.wm.read_homefile(use_empty=True)
    with bpy.data.libraries.load(path, link=True) as (_, wanted):
        wanted.collections = ["Cast"]
    return wanted.collections[0]


def refused(operator, **options) -> str:
    with pytest.raises(RuntimeError) as caught:
        operator(**options)
    return str(caught.value)


# ------------------------------------------------------------------------------------------------------------- instances


@pytest.mark.parametrize("nested", [False, True])
def test_a_linked_instance_asks_for_a_library_override(sound, tmp_path, nested):
    collection = linked_collection(tmp_path)
    if nested:
        inner = add_instance(collection, "Inner")
        collection = into_collection("Set", inner)
    add_instance(collection, "Nora in the Shot")
    for operator, options in (
        (bpy.ops.audio2rig.generate, {"filepath": sound}),
        (bpy.ops.audio2rig.detect_character, {}),
    ):
        said = refused(operator, **options)
        assert '"Nora in the Shot" is an instance of the collection' in said
        assert nested or "Object > Library Override > Make" in said
    assert len(bpy.data.actions) == 0


def test_an_instance_of_a_collection_of_this_file_is_made_real(sound):
    add_instance(into_collection("Cast", *add_character("Nora")), "Extra")
    said = refused(bpy.ops.audio2rig.generate, filepath=sound)
    assert '"Extra" is an instance' in said and "Make Instances Real" in said and "Override" not in said


def test_an_instance_is_named_although_nothing_is_selected(sound, tmp_path):
    add_instance(linked_collection(tmp_path), "Nora")
    select()
    assert '"Nora" is an instance' in refused(bpy.ops.audio2rig.generate, filepath=sound)


def test_an_instance_that_is_selected_is_not_passed_over_for_another_character(sound, tmp_path, part):
    collection = linked_collection(tmp_path)
    rig, _ = add_character("Omar")
    bpy.ops.audio2rig.detect_character()
    add_instance(collection, "Nora")
    assert '"Nora" is an instance' in refused(bpy.ops.audio2rig.generate, filepath=sound)
    assert part("core.blender.characters").shown(bpy.context) is None
    select(rig)
    assert part("core.blender.characters").shown(bpy.context) == rig


def test_an_instance_of_a_thing_is_no_character(sound):
    rig, head = add_character("Nora")
    chair = bpy.data.objects.new("Chair", bpy.data.meshes.new("Chair"))
    bpy.context.scene.collection.objects.link(chair)
    add_instance(into_collection("Props", chair), "Chair")
    bpy.ops.audio2rig.generate(filepath=sound)
    assert curves_of(head.data.shape_keys)


# ------------------------------------------------------------------------------------------- overrides from Blender's menu


def override_by_menu(collection: bpy.types.Collection) -> bpy.types.Object:
    """Its armature after Object > Library Override > Make on an instance."""
    before = set(bpy.context.scene.objects)
    add_instance(collection, "Nora")
    assert bpy.ops.object.make_override_library() == {"FINISHED"}
    made = set(bpy.context.scene.objects) - before
    return next(part for part in made if part.type == "ARMATURE" and part.library is None)


def head_of(rig: bpy.types.Object) -> bpy.types.Object:
    return next(part for part in bpy.context.scene.objects if part.type == "MESH" and part.parent == rig)


def test_the_face_of_an_override_from_the_menu_speaks_and_is_saved(sound, tmp_path):
    rig = override_by_menu(linked_collection(tmp_path))
    name = rig.name
    report = generate(rig, sound)
    assert "became a library override" in report and "left alone" not in report
    path = str(tmp_path / "shot.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    assert JAW in curves_of(head_of(bpy.data.objects[name]).data.shape_keys)


def test_two_overrides_of_one_library_have_faces_of_their_own(sound, tmp_path):
    collection = linked_collection(tmp_path)
    first, second = override_by_menu(collection), override_by_menu(collection)
    generate(first, sound)
    action = head_of(first).data.shape_keys.animation_data.action
    assert head_of(second).data.library is not None  # it is as it was
    report = generate(second, sound)
    assert head_of(first).data != head_of(second).data and "shares its face" not in report
    assert head_of(first).data.shape_keys.animation_data.action == action


def test_what_of_the_character_shows_the_same_mesh_shows_the_override(sound, tmp_path):
    def make(name):
        rig, head = add_character(name)
        double = bpy.data.objects.new(f"{name} Low", head.data)
        bpy.context.scene.collection.objects.link(double)
        double.parent = rig
        return rig, head, double

    rig = override_by_menu(linked_collection(tmp_path, make))
    generate(rig, sound)
    meshes = {part.data for part in bpy.context.scene.objects if part.type == "MESH"}
    assert len(meshes) == 1 and JAW in curves_of(meshes.pop().shape_keys)


def test_a_failure_leaves_the_override_as_the_menu_made_it(sound, tmp_path, part, monkeypatch):
    rig = override_by_menu(linked_collection(tmp_path))
    head = head_of(rig)
    linked = head.data

    def failing(*_arguments):
        raise RuntimeError("injected")

    monkeypatch.setattr(part("core.blender.takes.take_memory"), "remember_lines", failing)
    bpy.context.scene.audio2rig.character = rig
    refused(bpy.ops.audio2rig.generate, filepath=sound)
    assert head.data == linked and head.override_library.is_system_override
    assert not [mesh for mesh in bpy.data.meshes if mesh.override_library is not None]


# ------------------------------------------------------------------------------------- linked duplicates, several scenes


def duplicate(*parts: bpy.types.Object, linked: bool = False) -> bpy.types.Object:
    """Shift+D, or Alt+D; the copy of the first one."""
    select(*parts)
    bpy.ops.object.duplicate(linked=linked)
    return bpy.context.view_layer.objects.active


def test_linked_duplicates_are_said_to_share_one_face(sound):
    rig, head = add_character("Nora")
    assert "shares its face" not in generate(rig, sound)
    twin = duplicate(rig, head, linked=True)
    report = generate(twin, sound)
    assert f'"{twin.name}" shares its face with "Nora"' in report and "Make Single User" in report
    assert "shares its face" in generate(rig, sound)


def test_linked_duplicates_without_an_armature(sound):
    face = add_face("Nora")
    twin = duplicate(face, linked=True)
    assert f'shares its face with "{twin.name}"' in generate(face, sound)


def test_two_objects_of_one_character_with_one_mesh_are_no_others(sound):
    rig, head = add_character("Nora")
    double = bpy.data.objects.new("Nora Low", head.data)
    bpy.context.scene.collection.objects.link(double)
    double.parent = rig
    assert "shares its face" not in generate(rig, sound)


def test_a_full_duplicate_shares_nothing(sound):
    rig, head = add_character("Nora")
    twin = duplicate(rig, head)
    assert "shares its face" not in generate(twin, sound)


def test_a_character_in_two_scenes_is_said_to_play_in_both(sound):
    rig, _ = add_character("Nora")
    assert "is also in" not in generate(rig, sound)
    bpy.ops.scene.new(type="LINK_COPY")
    other = bpy.context.scene
    assert '"Nora" is also in "Scene"' in generate(rig, sound)
    other.render.fps = 30
    assert "another frame rate" in generate(rig, sound)


def test_an_armature_that_is_a_system_override_is_named_once_with_the_step(sound, tmp_path):
    collection = linked_collection(tmp_path)
    children = bpy.context.scene.collection.children
    children.link(collection)  # as Blender's Link does; 5.3 overrides only what the file uses
    own = collection.override_hierarchy_create(bpy.context.scene, bpy.context.view_layer)
    children.unlink(collection)
    if own not in children.values():
        children.link(own)
    rig = next(part for part in own.objects if part.type == "ARMATURE")
    assert rig.override_library.is_system_override
    report = generate(rig, sound)
    assert report.count("in the Outliner: Library Override > Make") == 1
    assert "The bones of “Nora” stay as they are: it is part of a library override" in report
    assert "No bone was found" not in report
