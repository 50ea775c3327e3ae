# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes of a deleted character leave the file with it, and come back with undo; those of others stay."""

from __future__ import annotations

import bpy
import pytest

from tests.blender.building import add_armature, add_character, generate, put_stand_in, write_wav


@pytest.fixture
def sound(scene, monkeypatch, tmp_path):
    put_stand_in(monkeypatch)
    return str(write_wav(tmp_path / "line.wav"))


def saved_actions(tmp_path) -> set[str]:
    """The names of the Actions that are left when the file was saved and opened as often as Blender needs to let go of an object, its
    mesh, its shape keys and what these play."""
    for number in range(4):
        bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / f"{number}.blend"))
        bpy.ops.wm.open_mainfile(filepath=str(tmp_path / f"{number}.blend"))
    return {action.name for action in bpy.data.actions}


def test_takes_of_a_deleted_character_are_not_saved(sound, tmp_path):
    gone, stays = add_character("Gone"), add_character("Stays")
    for rig, _ in (gone, stays):
        generate(rig, sound, seed=1)
        generate(rig, sound, seed=2)
    theirs = {action.name for action in bpy.data.actions}
    kept = {track.action.name for take in stays[0].audio2rig.takes for track in take.tracks if track.action}
    bpy.context.scene.audio2rig.character = None
    for part in gone:
        for collection in list(part.users_collection):
            collection.objects.unlink(part)
    assert saved_actions(tmp_path) == kept < theirs


def test_saving_changes_nothing_in_the_file_that_is_open(sound, tmp_path):
    rig, head = add_character("Gone")
    generate(rig, sound)
    for part in (rig, head):
        for collection in list(part.users_collection):
            collection.objects.unlink(part)
    before = {action.name: action.use_fake_user for action in bpy.data.actions}
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "file.blend"))
    assert {action.name: action.use_fake_user for action in bpy.data.actions} == before


def test_saving_stores_nothing_with_objects_that_are_no_characters(scene, extension, tmp_path):
    crate = bpy.data.objects.new("Crate", None)
    scene.collection.objects.link(crate)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "file.blend"))
    assert not crate.is_property_set("audio2rig")


@pytest.mark.parametrize("use", ["object", "nla", "fake user of the character"])
def test_a_take_that_something_else_uses_stays(sound, tmp_path, use):
    rig, head = add_character("Gone")
    generate(rig, sound)
    action = rig.animation_data.action
    other = add_armature("Other")
    data = other.animation_data_create()
    if use == "object":
        data.action = action
    elif use == "nla":
        data.nla_tracks.new().strips.new("Borrowed", 1, action)
    else:
        rig.use_fake_user = True
    bpy.context.scene.audio2rig.character = None
    for part in (rig, head):
        for collection in list(part.users_collection):
            collection.objects.unlink(part)
    assert action.name in saved_actions(tmp_path)


def test_a_take_of_a_duplicate_that_was_not_touched_stays(sound, tmp_path):
    rig, head = add_character("Gone")
    generate(rig, sound)
    name = rig.animation_data.action.name
    twin = rig.copy()
    bpy.context.scene.collection.objects.link(twin)
    bpy.context.scene.audio2rig.character = None
    for part in (rig, head):
        for collection in list(part.users_collection):
            collection.objects.unlink(part)
    assert name in saved_actions(tmp_path)
