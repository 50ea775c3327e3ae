# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes: kept, switched, compared, deleted, baked down, saved with the file."""

from __future__ import annotations

import bpy
import pytest

from tests.blender.building import add_armature, add_face, curves_of, put_stand_in, select, write_wav

PATH = ('key_blocks["eyeBlinkLeft"].value', 0)


@pytest.fixture
def face(scene, monkeypatch, extension, tmp_path):
    put_stand_in(monkeypatch)
    face = add_face()
    scene.audio2rig.audio_path = str(write_wav(tmp_path / "line.wav"))
    return face


def generate(seed: int = 0) -> None:
    assert bpy.ops.audio2rig.generate(seed=seed) == {"FINISHED"}


def playing(face) -> bpy.types.Action | None:
    return face.data.shape_keys.animation_data.action


def test_every_generation_is_kept_and_the_first_state_too(face):
    generate(1)
    generate(2)
    names = [take.name for take in face.audio2rig.takes]
    assert names == ["Before Audio2Rig", "line", "line.001"]
    assert face.audio2rig.take_index == 2
    assert [take.seed for take in face.audio2rig.takes] == [0, 1, 2]
    assert playing(face).name.startswith("line.001")


def test_an_action_made_after_the_first_take_survives_saving_once_another_plays(face, tmp_path):
    generate(1)
    bpy.ops.audio2rig.take_activate(index=0)
    face.data.shape_keys.key_blocks["jawOpen"].keyframe_insert("value", frame=5)
    made = playing(face).name
    generate(2)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "kept.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "kept.blend"))
    assert made in bpy.data.actions


def test_switching_by_operator_and_by_clicking_the_list(face):
    generate(1)
    first = playing(face)
    generate(2)
    second = playing(face)
    assert bpy.ops.audio2rig.take_activate(index=1) == {"FINISHED"}
    assert playing(face) == first
    face.audio2rig.take_index = 2
    assert playing(face) == second
    face.audio2rig.take_index = 0
    assert playing(face) is None


def test_comparing_flips_between_two(face):
    generate(1)
    generate(2)
    bpy.ops.audio2rig.take_activate(index=1)
    for expected in (2, 1, 2):
        assert bpy.ops.audio2rig.take_compare() == {"FINISHED"}
        assert face.audio2rig.take_index == expected


def test_deleting_takes_the_action_along_and_plays_the_one_before(face):
    generate(1)
    first = playing(face)
    generate(2)
    actions = len(bpy.data.actions)
    assert bpy.ops.audio2rig.take_delete() == {"FINISHED"}
    assert len(bpy.data.actions) == actions - 1
    assert playing(face) == first and face.audio2rig.take_index == 1
    assert bpy.ops.audio2rig.take_delete(index=1) == {"FINISHED"}
    assert len(bpy.data.actions) == 0 and playing(face) is None
    with pytest.raises(RuntimeError, match="not a take"):
        bpy.ops.audio2rig.take_delete(index=0)


def test_the_animators_action_survives_the_deletion_of_all_takes(face):
    block = face.data.shape_keys.key_blocks["mouthSmileLeft"]
    block.value = 0.4
    block.keyframe_insert("value", frame=3)
    own = playing(face)
    generate(1)
    generate(2)
    for _ in range(2):
        bpy.ops.audio2rig.take_delete()
    assert playing(face) == own
    assert [
        tuple(point.co)
        for point in curves_of(face.data.shape_keys)['key_blocks["mouthSmileLeft"].value', 0].keyframe_points
    ] == [pytest.approx((3, 0.4))]


def test_baking_down_makes_ordinary_keys_in_the_own_action(face):
    block = face.data.shape_keys.key_blocks["mouthSmileLeft"]
    block.value = 0.4
    block.keyframe_insert("value", frame=3)
    own = playing(face)
    generate(1)
    wanted = [curves_of(face.data.shape_keys)[PATH].evaluate(frame) for frame in range(1, 24)]
    assert bpy.ops.audio2rig.bake_down() == {"FINISHED"}
    assert playing(face) == own
    baked = curves_of(face.data.shape_keys)[PATH]
    assert [baked.evaluate(frame) for frame in range(1, 24)] == pytest.approx(wanted, abs=1e-5)
    assert {point.type for point in baked.keyframe_points} == {"KEYFRAME"}
    assert face.audio2rig.takes[1].name == "line"  # the take itself stays


def test_baking_down_without_an_own_action_makes_one(face):
    generate(1)
    assert bpy.ops.audio2rig.bake_down() == {"FINISHED"}
    assert playing(face) is not None and "audio2rig_take" not in playing(face)
    assert PATH in curves_of(face.data.shape_keys)


def test_takes_survive_saving_and_loading(face, tmp_path):
    generate(1)
    generate(2)
    path = tmp_path / "saved.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    bpy.ops.wm.open_mainfile(filepath=str(path))
    face = bpy.data.objects["Face"]
    assert len(face.audio2rig.takes) == 3
    bpy.ops.audio2rig.take_activate(index=1)
    assert PATH in curves_of(face.data.shape_keys)


def test_a_take_on_armature_and_several_meshes_switches_as_one(scene, monkeypatch, extension, tmp_path):
    put_stand_in(monkeypatch)
    rig = add_armature()
    faces = [add_face(name, parent=rig) for name in ("Head", "Teeth", "Lashes")]
    scene.audio2rig.audio_path = str(write_wav(tmp_path / "line.wav"))
    generate(1)
    generate(2)
    owners = [rig, *(face.data.shape_keys for face in faces)]
    assert all("line.001" in owner.animation_data.action.name for owner in owners)
    face_values = [curves_of(owner)[PATH].evaluate(10) for owner in owners[1:]]
    assert face_values == pytest.approx([face_values[0]] * 3, abs=0.005)
    bpy.ops.audio2rig.take_activate(index=1)
    assert all("line.001" not in owner.animation_data.action.name for owner in owners)
    bpy.ops.audio2rig.take_activate(index=0)
    assert all(owner.animation_data.action is None for owner in owners)


def test_deleting_a_mesh_does_not_break_switching(scene, monkeypatch, extension, tmp_path):
    put_stand_in(monkeypatch)
    rig = add_armature()
    teeth = add_face("Teeth", parent=rig)
    add_face("Head", parent=rig)
    scene.audio2rig.audio_path = str(write_wav(tmp_path / "line.wav"))
    generate(1)
    bpy.data.objects.remove(teeth)
    assert bpy.ops.audio2rig.take_activate(index=0) == {"FINISHED"}
    assert bpy.ops.audio2rig.take_activate(index=1) == {"FINISHED"}


def test_prompts_added_jumped_to_and_removed(face):
    scene = bpy.context.scene
    generate(1)
    scene.frame_set(8)
    face.data.shape_keys.key_blocks["mouthPucker"].value = 0.9
    assert bpy.ops.audio2rig.add_prompt() == {"FINISHED"}
    curve = curves_of(face.data.shape_keys)['key_blocks["mouthPucker"].value', 0]
    assert [
        (point.co[0], pytest.approx(point.co[1])) for point in curve.keyframe_points if point.type == "KEYFRAME"
    ] == [(8, 0.9)]
    scene.frame_set(1)
    assert bpy.ops.audio2rig.jump_to_prompt(direction="NEXT") == {"FINISHED"} and scene.frame_current == 8
    generate(5)
    assert curves_of(face.data.shape_keys)['key_blocks["mouthPucker"].value', 0].evaluate(8) == pytest.approx(
        0.9, abs=1e-5
    )
    assert bpy.ops.audio2rig.remove_prompts(scope="FRAME") == {"FINISHED"}
    generate(5)
    assert curves_of(face.data.shape_keys)['key_blocks["mouthPucker"].value', 0].evaluate(8) < 0.5


def test_a_deleted_character_is_really_gone(face, tmp_path):
    generate(1)
    select(face)
    bpy.ops.object.delete()
    bpy.context.scene.audio2rig.character = None
    path = tmp_path / "saved.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    bpy.ops.wm.open_mainfile(filepath=str(path))
    assert "Face" not in bpy.data.objects


def test_after_deleting_the_chosen_character_another_is_found(face):
    generate(1)
    bpy.context.scene.audio2rig.character = face
    select(face)
    bpy.ops.object.delete()
    other = add_face("Other")
    select()
    generate(2)
    assert len(other.audio2rig.takes) == 2


def test_after_deleting_the_take_that_plays_compare_flips_to_another(face):
    for seed in (1, 2, 3):
        generate(seed)
    bpy.ops.audio2rig.take_delete()
    playing = face.audio2rig.take_index
    assert bpy.ops.audio2rig.take_compare() == {"FINISHED"}
    assert face.audio2rig.take_index == playing - 1


def test_after_deleting_all_takes_but_one_there_is_nothing_to_compare(face):
    generate(1)
    generate(2)
    bpy.ops.audio2rig.take_delete()
    assert not bpy.ops.audio2rig.take_compare.poll()
    assert not face.audio2rig.takes[face.audio2rig.take_index].is_original
