# SPDX-License-Identifier: GPL-3.0-or-later
"""A duplicated, appended or copied character has takes of its own: what is done to one leaves the other as it is, nothing is left over."""

from __future__ import annotations

import bpy
import pytest

from tests.blender.building import add_character, curves_of, put_stand_in, select, write_wav

BLINK = ('key_blocks["eyeBlinkLeft"].value', 0)


@pytest.fixture(params=[True, False], ids=["Actions copied", "Actions shared"])
def duplicated_actions(scene, request):
    """The preference Duplicate Data > Action, both ways."""
    preferences = bpy.context.preferences.edit
    before = preferences.use_duplicate_action
    preferences.use_duplicate_action = request.param
    yield request.param
    preferences.use_duplicate_action = before


@pytest.fixture
def sound(scene, monkeypatch, tmp_path):
    put_stand_in(monkeypatch)
    return str(write_wav(tmp_path / "line.wav"))


def generate(rig: bpy.types.Object, sound: str, **more) -> None:
    select(rig)
    assert bpy.ops.audio2rig.generate(filepath=sound, **more) == {"FINISHED"}


def duplicate(*parts: bpy.types.Object) -> list[bpy.types.Object]:
    """The copies that Shift+D makes, in the same order."""
    before = set(bpy.data.objects)
    select(*parts)
    bpy.ops.object.duplicate()
    made = [part for part in bpy.data.objects if part not in before]
    kinds = [part.type for part in parts]
    return sorted(made, key=lambda part: kinds.index(part.type))


def motion(rig: bpy.types.Object, head: bpy.types.Object) -> list[float]:
    """What the two show over time."""
    scene, seen = bpy.context.scene, []
    keys = head.data.shape_keys
    for frame in range(1, 24, 3):
        scene.frame_set(frame)
        seen += [keys.key_blocks["eyeBlinkLeft"].value, *rig.pose.bones["head"].matrix_basis.to_quaternion()]
    return seen


def left_over() -> list[str]:
    """Actions that nothing plays or remembers."""
    return [action.name for action in bpy.data.actions if action.users - int(action.use_fake_user) <= 0]


def moves(values: list[float]) -> bool:
    return len({round(value, 3) for value in values[::5]}) > 1


@pytest.mark.parametrize("first", ["original", "copy"])
@pytest.mark.parametrize("what", ["delete", "generate and delete both", "compare"])
def test_what_is_done_to_one_leaves_the_other(sound, duplicated_actions, first, what):
    rig, head = add_character("Mia")
    generate(rig, sound, seed=1)
    generate(rig, sound, seed=2)
    twins = duplicate(rig, head)
    here, there = ((rig, head), tuple(twins)) if first == "original" else (tuple(twins), (rig, head))
    before = motion(*there)
    assert moves(before)
    select(here[0])
    if what == "generate and delete both":
        generate(here[0], sound, seed=3)
    if what == "compare":
        bpy.ops.audio2rig.take_compare()
    else:
        while any(not take.is_original for take in here[0].audio2rig.takes):
            assert bpy.ops.audio2rig.take_delete(index=len(here[0].audio2rig.takes) - 1) == {"FINISHED"}
        assert not moves(motion(*here))
    assert motion(*there) == pytest.approx(before, abs=1e-5)
    select(there[0])
    assert bpy.ops.audio2rig.take_activate(index=1) == {"FINISHED"}
    assert moves(motion(*there)) and motion(*there) != pytest.approx(before, abs=1e-3)
    assert bpy.ops.audio2rig.take_activate(index=2) == {"FINISHED"}
    assert motion(*there) == pytest.approx(before, abs=1e-5)
    assert left_over() == []


def test_both_deleted_leave_nothing(sound, duplicated_actions):
    rig, head = add_character("Mia")
    generate(rig, sound, seed=1)
    generate(rig, sound, seed=2)
    twin, twin_head = duplicate(rig, head)
    for character in (twin, rig):
        select(character)
        for _ in range(2):
            assert bpy.ops.audio2rig.take_delete() == {"FINISHED"}
    assert len(bpy.data.actions) == 0


def test_keys_that_were_changed_on_the_copy_stay(sound):
    rig, head = add_character("Mia")
    generate(rig, sound)
    _, twin_head = duplicate(rig, head)
    keys = twin_head.data.shape_keys
    keys.key_blocks["mouthPucker"].value = 0.7
    keys.key_blocks["mouthPucker"].keyframe_insert("value", frame=5)
    select(rig)
    bpy.ops.audio2rig.take_delete()
    select(twin_head)
    bpy.ops.audio2rig.take_activate(index=0)
    bpy.ops.audio2rig.take_activate(index=1)
    curve = curves_of(keys)['key_blocks["mouthPucker"].value', 0]
    assert curve.evaluate(5) == pytest.approx(0.7, abs=1e-3)


def test_the_own_action_of_the_original_is_not_baked_into(sound):
    rig, head = add_character("Mia")
    rig.pose.bones["spine"].keyframe_insert("location", frame=1)
    own = rig.animation_data.action
    generate(rig, sound)
    twin, _ = duplicate(rig, head)
    before = len(curves_of(rig)), own.name
    select(twin)
    assert bpy.ops.audio2rig.bake_down() == {"FINISHED"}
    select(rig)
    bpy.ops.audio2rig.take_activate(index=0)
    assert rig.animation_data.action == own and own != twin.animation_data.action
    assert len(curves_of(rig)) < len(curves_of(twin)) and before[1] == own.name


@pytest.mark.parametrize("first", ["original", "copy"])
def test_takes_in_the_nla(sound, duplicated_actions, first):
    rig, head = add_character("Mia")
    generate(rig, sound, use_nla=True)
    twins = duplicate(rig, head)
    here, there = ((rig, head), tuple(twins)) if first == "original" else (tuple(twins), (rig, head))
    before = motion(*there)
    select(here[0])
    assert bpy.ops.audio2rig.take_delete() == {"FINISHED"}
    assert moves(before) and motion(*there) == pytest.approx(before, abs=1e-5)
    assert not moves(motion(*here)) and left_over() == []


def test_an_armature_that_was_duplicated_alone_does_not_move_the_others_face(sound, duplicated_actions):
    rig, head = add_character("Mia")
    generate(rig, sound)
    (twin,) = duplicate(rig)
    before = motion(rig, head)
    select(twin)
    assert bpy.ops.audio2rig.take_activate(index=0) == {"FINISHED"}
    assert bpy.ops.audio2rig.take_delete(index=1) == {"FINISHED"}
    assert motion(rig, head) == pytest.approx(before, abs=1e-5)


@pytest.mark.parametrize("kind", ["FULL_COPY", "LINK_COPY"])
def test_a_copied_scene(sound, kind):
    rig, head = add_character("Mia")
    generate(rig, sound)
    one = bpy.context.scene
    before = motion(rig, head)
    bpy.ops.scene.new(type=kind)
    other = next(part for part in bpy.context.scene.objects if part.type == "ARMATURE")
    generate(other, sound, seed=4)
    report = bpy.context.scene.audio2rig.last_report
    assert (other == rig) == ("is also in" in report)
    bpy.context.window.scene = one
    assert (motion(rig, head) == pytest.approx(before, abs=1e-5)) == (kind == "FULL_COPY")
    assert left_over() == []


def append(path: str) -> bpy.types.Object:
    """Append all objects of a file; the armature."""
    with bpy.data.libraries.load(path) as (there, wanted):
        wanted.objects = there.objects
    for part in wanted.objects:
        bpy.context.scene.collection.objects.link(part)
    bpy.context.view_layer.update()
    return next(part for part in wanted.objects if part.type == "ARMATURE")


def test_appended_twice(sound, tmp_path):
    rig, _ = add_character("Mia")
    generate(rig, sound, seed=1)
    path = str(tmp_path / "mia.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.read_homefile(use_empty=True)
    first, second = append(path), append(path)
    faces = {part.parent: part for part in bpy.data.objects if part.type == "MESH"}
    before = motion(second, faces[second])
    generate(first, sound, seed=2)
    select(first)
    for _ in range(2):
        assert bpy.ops.audio2rig.take_delete() == {"FINISHED"}
    assert moves(before) and motion(second, faces[second]) == pytest.approx(before, abs=1e-5)
    assert [take.name for take in first.audio2rig.takes] == ["Before Audio2Rig"] and left_over() == []


def test_characters_that_were_never_duplicated_keep_their_actions(sound):
    rig, head = add_character("Mia")
    other, _ = add_character("Ben")
    own = bpy.data.actions.new("Shared")
    for character in (rig, other):
        character.animation_data_create().action = own
    generate(rig, sound)
    generate(other, sound)
    before = set(bpy.data.actions)
    for character in (rig, other):
        select(character)
        bpy.ops.audio2rig.take_activate(index=0)
    assert set(bpy.data.actions) == before
    assert rig.animation_data.action == own == other.animation_data.action


@pytest.mark.parametrize("linked", [True, False])
def test_a_prompt_on_an_untouched_duplicate_is_its_own(sound, duplicated_actions, linked):
    rig, head = add_character("Mia")
    generate(rig, sound)
    before = set(bpy.data.objects)
    select(rig, head)
    bpy.ops.object.duplicate(linked=linked)
    twin = next(part for part in bpy.data.objects if part not in before and part.type == "ARMATURE")
    theirs = rig.animation_data.action
    keys = {channel: len(curve.keyframe_points) for channel, curve in curves_of(rig).items()}
    select(twin)
    bpy.context.scene.frame_set(7)
    twin.pose.bones["head"].rotation_quaternion = (0.9, 0.1, 0.4, 0.1)
    assert bpy.ops.audio2rig.add_prompt(which="CHANGED") == {"FINISHED"}
    assert twin.animation_data.action != theirs == rig.animation_data.action
    assert {channel: len(curve.keyframe_points) for channel, curve in curves_of(rig).items()} == keys
    assert twin.audio2rig.takes[-1].uid != rig.audio2rig.takes[-1].uid


def test_a_failure_leaves_a_duplicate_as_shared_as_it_was(sound, duplicated_actions, part, monkeypatch):
    rig, head = add_character("Mia")
    generate(rig, sound)
    twin, twin_head = duplicate(rig, head)
    actions = set(bpy.data.actions)
    played = [one.animation_data.action for one in (rig, twin)]
    uids = [[take.uid for take in one.audio2rig.takes] for one in (rig, twin)]
    tags = {action: action.get("audio2rig_take") for action in actions}

    def fail(*_):
        raise RuntimeError("no")

    monkeypatch.setattr(part("core.blender.reading.hidden_motion"), "notes", fail)
    select(twin)
    with pytest.raises(RuntimeError):
        bpy.ops.audio2rig.generate(filepath=sound)
    assert set(bpy.data.actions) == actions
    assert [one.animation_data.action for one in (rig, twin)] == played
    assert [[take.uid for take in one.audio2rig.takes] for one in (rig, twin)] == uids
    assert {action: action.get("audio2rig_take") for action in actions} == tags
