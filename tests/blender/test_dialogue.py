# SPDX-License-Identifier: GPL-3.0-or-later
"""Several strips, several characters: who says what, one take each, listening in between, all in one step or none of it."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from tests.blender.building import KEYS, add_armature, add_face, curves_of, put_stand_in, write_wav
from tests.blender.sequencing import add_strip

JAW = 'key_blocks["jawOpen"].value'


@pytest.fixture
def two(scene, monkeypatch):
    """Two characters who stand side by side, called Anna and Ben."""
    module = put_stand_in(monkeypatch)
    rigs = []
    for place, name in ((0.0, "Anna_Rig"), (2.0, "Ben_Rig")):
        rig = add_armature(name)
        rig.location.x = place
        add_face(f"{name.split('_')[0]} Head", parent=rig)
        rigs.append(rig)
    bpy.context.view_layer.update()
    scene.frame_end = 400
    rigs.append(module)
    return rigs


def jaw(rig, first: int, last: int) -> np.ndarray:
    keys = next(child for child in rig.children if child.type == "MESH").data.shape_keys
    curve = curves_of(keys)[JAW, 0]
    return np.array([curve.evaluate(frame) for frame in range(first, last + 1)])


def add_line(part, tmp_path, name: str, frame: int, channel: int, seconds: float = 1.0):
    strip = add_strip(part, write_wav(tmp_path / f"{name}.wav", seconds), frame, name, channel)
    return strip


def generate(**options) -> None:
    assert bpy.ops.audio2rig.generate_dialogue(**options) == {"FINISHED"}


def chosen() -> dict[str, str]:
    return {
        row.strip: row.character.name if row.character is not None else ""
        for row in bpy.context.scene.audio2rig.dialogue
    }


def test_each_speaks_its_own_lines_and_is_silent_meanwhile(two, part, tmp_path):
    anna, ben, _ = two
    add_line(part, tmp_path, "anna 1", 11, 1)
    add_line(part, tmp_path, "ben 1", 45, 2)
    add_line(part, tmp_path, "anna 2", 80, 1)
    generate()
    assert jaw(anna, 11, 34).max() > 0.3 and jaw(anna, 80, 103).max() > 0.3 and jaw(ben, 45, 68).max() > 0.3
    assert jaw(anna, 48, 66).max() < 0.01
    assert jaw(ben, 11, 33).max() < 0.01 and jaw(ben, 85, 103).max() < 0.01
    for rig, lines in ((anna, 2), (ben, 1)):
        takes = rig.audio2rig.takes
        assert len(takes) == 2 and len(takes[1].lines) == lines
    report = bpy.context.scene.audio2rig.last_report
    assert report.startswith("Dialogue: 3 lines on 2 characters") and "Anna_Rig" in report and "Ben_Rig" in report
    assert anna.audio2rig.takes[1].seed != ben.audio2rig.takes[1].seed


def test_one_line_can_be_done_again_by_itself(two, part, tmp_path):
    anna, ben, _ = two
    add_line(part, tmp_path, "anna 1", 11, 1)
    add_line(part, tmp_path, "ben 1", 45, 2)
    add_line(part, tmp_path, "anna 2", 80, 1)
    generate()
    before, other = jaw(anna, 78, 106), jaw(ben, 1, 110)
    scene = bpy.context.scene
    scene.audio2rig.audio_source, scene.audio2rig.strip, scene.audio2rig.character = "STRIP", "anna 1", anna
    assert bpy.ops.audio2rig.generate(seed=5) == {"FINISHED"}
    assert jaw(anna, 78, 106) == pytest.approx(before, abs=1e-5) and jaw(ben, 1, 110) == pytest.approx(other)
    assert sorted(line.strip for line in anna.audio2rig.takes[2].lines) == ["anna 1", "anna 2"]


def test_a_dialogue_once_more_replaces_all_of_it(two, part, tmp_path):
    anna, *_ = two
    line = add_line(part, tmp_path, "anna 1", 11, 1)
    add_line(part, tmp_path, "ben 1", 45, 2)
    generate()
    part("core.blender.compat").move_strip(line, 60)
    generate()
    assert jaw(anna, 71, 94).max() > 0.3 and jaw(anna, 1, 60).max() < 0.01
    (spoken,) = anna.audio2rig.takes[2].lines
    assert (spoken.first, spoken.strip) == (71, "anna 1")


def test_names_decide_then_channels_then_the_order(two, part, tmp_path):
    anna, ben, _ = two
    add_line(part, tmp_path, "BEN_take3", 11, 1)
    add_line(part, tmp_path, "untitled", 45, 1)
    add_line(part, tmp_path, "x7", 80, 4)
    bpy.ops.audio2rig.list_dialogue()
    assert chosen() == {"BEN_take3": "Ben_Rig", "untitled": "Ben_Rig", "x7": "Anna_Rig"}


def test_what_is_not_clear_is_left_open_and_what_was_chosen_stays(two, part, tmp_path):
    anna, ben, _ = two
    add_line(part, tmp_path, "first", 11, 1)
    add_line(part, tmp_path, "second", 45, 1)
    bpy.ops.audio2rig.list_dialogue()
    assert chosen() == {"first": "", "second": ""}
    with pytest.raises(RuntimeError, match="not clear"):
        bpy.ops.audio2rig.generate_dialogue()
    assert not anna.audio2rig.takes
    bpy.context.scene.audio2rig.dialogue[1].character = ben
    generate()
    assert chosen() == {"first": "Ben_Rig", "second": "Ben_Rig"}  # the rest of the channel is his, too
    bpy.context.scene.audio2rig.dialogue[0].character = None
    generate()
    assert chosen() == {"first": "", "second": "Ben_Rig"}
    assert 'nobody, and left out: "first"' in bpy.context.scene.audio2rig.last_report
    assert not anna.audio2rig.takes


def test_a_channel_may_bear_the_name(two, part, tmp_path):
    add_line(part, tmp_path, "a", 11, 2)
    add_line(part, tmp_path, "b", 45, 3)
    bpy.context.scene.sequence_editor.channels[2].name = "Ben"
    bpy.ops.audio2rig.list_dialogue()
    assert chosen() == {"a": "Ben_Rig", "b": "Anna_Rig"}


def test_muted_strips_are_said_and_left_out(two, part, tmp_path):
    add_line(part, tmp_path, "anna 1", 11, 1)
    add_line(part, tmp_path, "ben 1", 45, 2).mute = True
    generate()
    assert "ben 1" not in chosen() and '"ben 1" is muted' in bpy.context.scene.audio2rig.last_report


def test_without_any_strip_it_says_what_to_do(two):
    with pytest.raises(RuntimeError, match="no sound strip"):
        bpy.ops.audio2rig.generate_dialogue()


def test_all_or_nothing(two, part, tmp_path, monkeypatch):
    anna, ben, _ = two
    add_line(part, tmp_path, "anna 1", 11, 1)
    add_line(part, tmp_path, "ben 1", 45, 2)
    generate_module = part("core.blender.generate")
    write, calls = generate_module.write, []

    def failing(gathered, worked):
        calls.append(gathered.root_name)
        if len(calls) == 2:
            raise ValueError("a fault")
        return write(gathered, worked)

    monkeypatch.setattr(generate_module, "write", failing)
    actions = set(bpy.data.actions)
    with pytest.raises(RuntimeError, match="a fault"):
        bpy.ops.audio2rig.generate_dialogue()
    assert len(calls) == 2 and set(bpy.data.actions) == actions
    assert not anna.audio2rig.takes and not ben.audio2rig.takes


def test_a_listener_turns_to_who_speaks(two, part, tmp_path):
    anna, ben, _ = two
    add_line(part, tmp_path, "anna 1", 11, 1, seconds=2.0)
    add_line(part, tmp_path, "ben 1", 75, 2, seconds=2.0)
    generate()
    scene = bpy.context.scene

    def facing(rig, frame):
        """Of a nose that points along -Y at rest: how far to +X."""
        scene.frame_set(frame)
        bone = rig.pose.bones["head"]
        return (bone.matrix @ bone.bone.matrix_local.inverted()).to_3x3().col[1].x * -1.0

    assert facing(ben, 45) < -0.3 and abs(facing(anna, 45)) < 0.15  # Anna stands to -X of Ben
    assert facing(anna, 110) > 0.3


def test_eyes_may_keep_to_the_other_speaker(two, part, tmp_path):
    anna, ben, speech = two
    for rig in (anna, ben):
        bpy.data.objects.remove(rig.children[0])
        add_face(f"{rig.name} Face", (*KEYS, "eyeLookOutLeft", "eyeLookOutRight"), rig)
    add_line(part, tmp_path, "anna 1", 11, 1, seconds=2.0)
    add_line(part, tmp_path, "ben 1", 75, 2, seconds=2.0)
    settings = bpy.context.scene.audio2rig
    settings.eyes_source, settings.look_at, settings.look_at_head = "LOOK_AT", "SPEAKER", 0.0
    generate()

    def looks(rig, side, frames):
        curve = curves_of(rig.children[0].data.shape_keys)[f'key_blocks["eyeLookOut{side}"].value', 0]
        return np.array([curve.evaluate(frame) for frame in frames])

    # as far aside as eyes go
    while_anna, while_ben = range(25, 58), range(92, 120)
    assert looks(ben, "Right", while_anna).min() > 0.75 and looks(ben, "Left", while_anna).max() < 0.01
    assert looks(anna, "Left", while_ben).min() > 0.75 and looks(anna, "Right", while_ben).max() < 0.01
    assert {controls.target.called for controls in speech.controls} == {"the other speaker"}


def test_each_sound_is_read_once(two, part, tmp_path, monkeypatch):
    add_line(part, tmp_path, "anna 1", 11, 1)
    add_line(part, tmp_path, "ben 1", 45, 2)
    generating, read = part("core.blender.dialogue.generating"), []
    monkeypatch.setattr(
        generating, "read", lambda *given, real=generating.read: read.append(given[0].name) or real(*given)
    )
    monkeypatch.setattr(part("core.blender.generate"), "read", None)
    generate()
    assert sorted(read) == ["anna 1", "ben 1"]


def test_cancelling_changes_nothing(two, part, tmp_path):
    add_line(part, tmp_path, "anna 1", 11, 1)
    add_line(part, tmp_path, "ben 1", 45, 2)
    generating, errors = part("core.blender.dialogue.generating"), part("core.errors")
    progress = part("core.progress").Progress()
    gathered = generating.gather(bpy.context)
    progress.cancel()
    with pytest.raises(errors.Cancelled):
        generating.work(gathered, progress)
    assert not two[0].audio2rig.takes and not bpy.data.actions
