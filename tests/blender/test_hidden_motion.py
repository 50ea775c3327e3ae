# SPDX-License-Identifier: GPL-3.0-or-later
"""Switches of Blender that hide a take are named in its report, with what to do; where there are none, nothing is said."""

from __future__ import annotations

import bpy
import pytest

from tests.blender.building import add_face, add_person, curves_of, generate, put_stand_in, write_wav

HIDING = (
    "rest position",
    "Only the active shape key",
    "switched off",
    "takes the place",
    "plays alone",
    "influence of 0",
)


@pytest.fixture
def character(scene, monkeypatch, extension):
    put_stand_in(monkeypatch)
    rig = add_person("Ada")
    return rig, add_face("Ada Head", parent=rig), add_face("Ada Teeth", parent=rig)


@pytest.fixture
def sound(tmp_path):
    return str(write_wav(tmp_path / "line.wav"))


def add_nla_track(owner: bpy.types.ID, data_path: str, compat) -> bpy.types.NlaTrack:
    """Motion of a person's own in the NLA of a data-block."""
    owner.path_resolve(data_path.rpartition(".")[0]).keyframe_insert(data_path.rpartition(".")[2], frame=1)
    data = owner.animation_data
    action, slot = data.action, getattr(data, "action_slot", None)
    compat.assign(owner, None, None)
    track = data.nla_tracks.new()
    track.name = "Mocap"
    compat.set_strip_slot(track.strips.new("Mocap", 1, action), slot)
    return track


def test_nothing_is_said_where_nothing_hides(character, sound):
    report = generate(character[0], sound)
    assert not [word for word in HIDING if word in report]


def test_rest_position(character, sound):
    rig, *_ = character
    rig.data.pose_position = "REST"
    report = generate(rig, sound)
    assert 'rest position is shown of the armature "Ada"' in report and "Pose Position" in report
    assert curves_of(rig)  # it is written all the same
    assert "rest position" not in generate(rig, sound, parts={"LIPS"})  # then no bone is


def test_rest_position_of_a_face_alone_is_not_about_it(character, sound):
    rig, head, teeth = character
    for part in (head, teeth):
        part.modifiers.clear()
        part.parent = None
    rig.data.pose_position = "REST"
    assert "rest position" not in generate(head, sound)


def test_a_pinned_shape_key(character, sound):
    rig, head, teeth = character
    teeth.show_only_shape_key = True
    report = generate(rig, sound)
    assert 'Only the active shape key is shown on "Ada Teeth"' in report and '"Ada Head"' not in report


def test_a_muted_shape_key(character, sound):
    rig, head, _ = character
    head.data.shape_keys.key_blocks["jawOpen"].mute = True
    report = generate(rig, sound)
    assert "muted: jawOpen (Ada Head)" in report


def test_an_armature_modifier_that_is_off(character, sound):
    rig, head, _ = character
    head.modifiers["Armature"].show_viewport = False
    assert 'switched off in the viewport on "Ada Head"' in generate(rig, sound)


def test_points_from_a_cache(character, sound, tmp_path):
    rig, head, _ = character
    cache = head.modifiers.new("Simulated", "MESH_CACHE")
    cache.filepath = str(tmp_path / "cloth.mdd")
    assert 'modifier "Simulated" of "Ada Head" takes the place' in generate(rig, sound)
    cache.factor = 0.5
    assert "takes the place" not in generate(rig, sound)


@pytest.mark.parametrize("as_nla", [False, True])
def test_a_track_of_the_nla_that_plays_alone(character, sound, part, as_nla):
    rig, head, _ = character
    track = add_nla_track(head.data.shape_keys, 'key_blocks["mouthPucker"].value', part("core.blender.compat"))
    assert "plays alone" not in generate(rig, sound)
    track.is_solo = True
    report = generate(rig, sound, use_nla=as_nla)
    assert 'NLA track "Mocap" of "Ada Head" plays alone' in report and "star" in report


def test_an_action_without_influence(character, sound, part):
    rig, head, _ = character
    add_nla_track(head.data.shape_keys, 'key_blocks["mouthPucker"].value', part("core.blender.compat"))
    head.data.shape_keys.animation_data.action_influence = 0.0
    assert 'Action of "Ada Head" has an influence of 0' in generate(rig, sound)


def test_an_nla_that_is_switched_off(character, sound, part):
    rig, head, _ = character
    add_nla_track(head.data.shape_keys, 'key_blocks["mouthPucker"].value', part("core.blender.compat"))
    head.data.shape_keys.animation_data.use_nla = False
    assert 'NLA of "Ada Head" is switched off' in generate(rig, sound, use_nla=True)


def test_a_muted_group_of_curves_keeps_its_curves_and_is_named(character, sound):
    rig, *_ = character
    bone = rig.pose.bones["mixamorig:Head"]
    bone.keyframe_insert("rotation_quaternion", frame=1, group="Look")
    next(iter(curves_of(rig).values())).group.mute = True
    assert "its group “Look” of curves is muted" in generate(rig, sound)


@pytest.mark.parametrize("how", ["mute", "works"])
def test_modifiers_of_kept_curves_that_are_switched_off(character, sound, how):
    rig, *_ = character
    rig.keyframe_insert("location", frame=1, group="Object Transforms")
    for curve in curves_of(rig).values():
        modifier = curve.modifiers.new("CYCLES")
        modifier.mute = how == "mute"
    report = generate(rig, sound, parts={"LIPS", "HEAD"})
    assert ("Cycles is switched off" in report) is (how == "mute")
