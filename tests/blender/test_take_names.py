# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes can be told apart: names, notes, what they were made with."""

from __future__ import annotations

import bpy
import pytest

from tests.blender.building import add_armature, add_face, curves_of, put_stand_in, write_wav

PATH = ('key_blocks["eyeBlinkLeft"].value', 0)


@pytest.fixture
def rig(scene, monkeypatch, tmp_path):
    put_stand_in(monkeypatch)
    rig = add_armature()
    for name in ("Head", "Teeth"):
        add_face(name, parent=rig)
    scene.audio2rig.audio_path = str(write_wav(tmp_path / "line.wav"))
    scene.audio2rig.character = rig
    return rig


def generate(**options) -> None:
    assert bpy.ops.audio2rig.generate(**options) == {"FINISHED"}


def takes(rig):
    return [take.name for take in rig.audio2rig.takes]


def own_actions(rig, index: int) -> set[bpy.types.Action]:
    return {track.action for track in rig.audio2rig.takes[index].tracks}


def test_a_new_name_goes_to_the_actions_and_breaks_nothing(rig, tmp_path):
    generate(seed=1)
    generate(seed=2)
    wanted = [curves_of(bpy.data.objects["Head"].data.shape_keys)[PATH].evaluate(frame) for frame in range(1, 20)]
    rig.audio2rig.takes[2].name = "Calm one"
    assert all(action.name.startswith("Calm one") for action in own_actions(rig, 2))
    assert rig.audio2rig.takes[2].report.startswith("Take Calm one on Rig")
    bpy.ops.audio2rig.take_activate(index=1)
    bpy.ops.audio2rig.take_compare()
    assert rig.audio2rig.take_index == 2
    path = tmp_path / "saved.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    bpy.ops.wm.open_mainfile(filepath=str(path))
    rig = bpy.data.objects["Rig"]
    assert takes(rig)[1:] == ["line", "Calm one"]
    keys = bpy.data.objects["Head"].data.shape_keys
    assert [curves_of(keys)[PATH].evaluate(frame) for frame in range(1, 20)] == wanted
    actions = own_actions(rig, 2)
    assert bpy.ops.audio2rig.take_delete(index=2) == {"FINISHED"}
    assert not any(action.name.startswith("Calm") for action in bpy.data.actions) and actions


def test_two_takes_are_never_called_the_same(rig):
    generate(seed=1)
    generate(seed=2)
    first = own_actions(rig, 1)
    rig.audio2rig.takes[2].name = "line"
    assert takes(rig)[1:] == ["line", "line.001"]
    assert own_actions(rig, 1) == first and all(not action.name.startswith("line.001") for action in first)
    other = bpy.data.actions.new("Walk")
    rig.audio2rig.takes[1].name = "Walk"
    assert other.name == "Walk" and takes(rig)[1] == "Walk.001"


@pytest.mark.parametrize(
    "name", ['He said "no"', "it's \\ [0] {x}", "Zoë – 台詞 🎬", "  spaced  ", "x" * 300, "ö" * 200, "a.001"]
)
def test_any_name_works(rig, name):
    generate(seed=1)
    generate(seed=2)
    for index in (1, 2):
        rig.audio2rig.takes[index].name = name
    first, second = takes(rig)[1:]
    assert first != second and name.strip().startswith(first[:20])
    bpy.ops.audio2rig.take_activate(index=1)
    bpy.ops.audio2rig.take_activate(index=2)
    assert bpy.ops.audio2rig.bake_down() == {"FINISHED"}
    assert bpy.ops.audio2rig.take_delete(index=2) == {"FINISHED"}
    assert takes(rig)[1:] == [first]
    assert {action.name for action in own_actions(rig, 1)} <= {action.name for action in bpy.data.actions}


def test_an_empty_name_gives_the_old_one_back(rig):
    generate()
    rig.audio2rig.takes[1].name = "   "
    assert takes(rig)[1] == "line"


def test_strips_of_the_nla_are_renamed_too(rig):
    generate(use_nla=True)
    rig.audio2rig.takes[1].name = "Angry"
    tracks = [track for owner in (rig,) for track in owner.animation_data.nla_tracks]
    assert [track.name for track in tracks] == ["Angry"]
    assert [strip.name for track in tracks for strip in track.strips] == ["Angry"]


def test_a_row_says_what_the_take_was_made_with(rig, part):
    describing = part("core.blender.takes.describing")
    generate(seed=7, emotion="ANGRY", emotion_strength=0.8, style="LIVELY")
    rig.audio2rig.takes[1].note = "the one for the client"
    take = rig.audio2rig.takes[1]
    assert describing.in_a_row(take).startswith("seed 7 · Angry 0.8 · 1 – ")
    words = "\n".join(describing.in_words(take))
    assert "line.wav" in words and "lively" in words and "Made 20" in words
    assert describing.in_a_row(rig.audio2rig.takes[0]) == "" and describing.in_words(rig.audio2rig.takes[0]) == []


def test_prompts_and_the_range_are_told(rig, part):
    block = bpy.data.objects["Head"].data.shape_keys.key_blocks["jawOpen"]
    block.value = 0.3
    block.keyframe_insert("value", frame=9)
    generate()
    generate(frame_start=5, frame_end=15)
    row = part("core.blender.takes.describing").in_a_row(rig.audio2rig.takes[2])
    assert "prompt" in row and row.endswith("5 – 15")
