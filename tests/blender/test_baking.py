# SPDX-License-Identifier: GPL-3.0-or-later
"""Bake Down: one Action for all of the character where Blender has slots, said by name, and only this character's."""

from __future__ import annotations

import bpy
import pytest

from tests.blender.building import add_armature, add_face, curves_of, put_stand_in, select, write_wav

PATH = ('key_blocks["eyeBlinkLeft"].value', 0)


@pytest.fixture
def rig(scene, monkeypatch, tmp_path):
    put_stand_in(monkeypatch)
    rig = add_armature()
    for name in ("Head", "Teeth", "Lashes"):
        add_face(name, parent=rig)
    scene.audio2rig.audio_path = str(write_wav(tmp_path / "line.wav"))
    scene.audio2rig.character = rig
    return rig


def owners(rig) -> list[bpy.types.ID]:
    return [rig, *(bpy.data.objects[name].data.shape_keys for name in ("Head", "Teeth", "Lashes"))]


def key_hips(rig, action: str) -> bpy.types.Action:
    rig.pose.bones["hips"].keyframe_insert("location", frame=3)
    rig.animation_data.action.name = action
    return rig.animation_data.action


def baked(part, rig):
    assert bpy.ops.audio2rig.generate(seed=1) == {"FINISHED"}
    samples = [curves_of(owner)[PATH].evaluate(frame) for owner in owners(rig)[1:] for frame in range(1, 25)]
    found = part("core.blender.takes.baking").bake_down(rig)
    now = [curves_of(owner)[PATH].evaluate(frame) for owner in owners(rig)[1:] for frame in range(1, 25)]
    assert now == pytest.approx(samples, abs=1e-5)
    return found


def test_one_action_with_slots_for_the_whole_character(rig, part):
    found = baked(part, rig)
    playing = [owner.animation_data.action for owner in owners(rig)]
    if part("core.blender.compat").has_slots():
        assert len(set(playing)) == 1 and len(playing[0].slots) == 4
        assert found.actions == (playing[0].name,) and f'Baked into "{playing[0].name}"' in found.text
    else:
        assert len(set(playing)) == 4 and "an Action of its own" in found.text
    assert rig.audio2rig.takes[0].name == "Own animation" and rig.audio2rig.take_index == 0
    assert not any("audio2rig_take" in action for action in playing)


def test_an_own_action_takes_the_rest_in(rig, part):
    walk = key_hips(rig, "Walk")
    found = baked(part, rig)
    assert rig.animation_data.action == walk and "Walk" in found.actions and not found.copied
    assert ('pose.bones["hips"].location', 0) in curves_of(rig)
    if part("core.blender.compat").has_slots():
        assert {owner.animation_data.action for owner in owners(rig)} == {walk}


def test_baking_twice_leaves_one_action(rig, part):
    first = baked(part, rig)
    second = baked(part, rig)
    assert first.actions == second.actions
    bpy.ops.audio2rig.take_activate(index=2)
    assert bpy.ops.audio2rig.bake_down() == {"FINISHED"}
    for owner in owners(rig)[1:]:
        assert len(curves_of(owner)) == len(set(curves_of(owner)))


def test_an_action_that_another_character_plays_stays_as_it_is(rig, part):
    walk = key_hips(rig, "Walk")
    extra = add_armature("Extra")
    extra.animation_data_create()
    compat = part("core.blender.compat")
    compat.assign(extra, walk, walk.slots[0] if compat.has_slots() else None)
    select(rig)
    before = len(curves_of(extra))
    found = baked(part, rig)
    assert extra.animation_data.action == walk and len(curves_of(extra)) == before
    assert rig.animation_data.action != walk and len(found.copied) == 1 and "used elsewhere" in found.text
    if compat.has_slots():
        assert len(walk.slots) == 1


def test_what_was_baked_is_a_clip_to_the_next_generation_and_no_prompts(rig, part):
    baked(part, rig)
    before = [curves_of(owner)[PATH].evaluate(frame) for owner in owners(rig)[1:] for frame in range(1, 25)]
    assert bpy.ops.audio2rig.generate(seed=9, existing_motion="REPLACE") == {"FINISHED"}
    assert "prompts kept" not in bpy.context.scene.audio2rig.last_report
    now = [curves_of(owner)[PATH].evaluate(frame) for owner in owners(rig)[1:] for frame in range(1, 25)]
    assert now != pytest.approx(before, abs=0.05)
