# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes on the NLA, pushed down by a person or put there: other lines go on, another take of the same line takes its place."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from tests.blender.building import add_character, generate, put_stand_in, write_wav

FIRST, SECOND = range(4, 22, 3), range(104, 122, 3)


@pytest.fixture
def character(scene, monkeypatch, extension):
    put_stand_in(monkeypatch)
    return add_character()


@pytest.fixture
def sound(tmp_path):
    return str(write_wav(tmp_path / "one.wav"))


@pytest.fixture
def other(tmp_path):
    return str(write_wav(tmp_path / "two.wav"))


def jaw(character, frames) -> float:
    """How far the mouth opens in these frames, as Blender plays them."""
    block, found = character[1].data.shape_keys.key_blocks["jawOpen"], []
    for frame in frames:
        bpy.context.scene.frame_set(frame)
        found.append(block.value)
    return float(np.max(found))


def push_down(part, character) -> None:
    """What the button of the Action Editor and the NLA does."""
    compat = part("core.blender.compat")
    for owner in (character[0], character[1].data.shape_keys):
        data = owner.animation_data
        action, slot = data.action, getattr(data, "action_slot", None)
        strip = data.nla_tracks.new().strips.new(action.name, int(action.frame_range[0]), action)
        compat.set_strip_slot(strip, slot)
        compat.assign(owner, None, None)


@pytest.mark.parametrize("how", ["pushed down", "as NLA strips"])
def test_a_line_goes_on_beside_another_one(character, part, sound, other, how):
    in_nla = how == "as NLA strips"
    generate(character[0], sound, use_nla=in_nla)
    if not in_nla:
        push_down(part, character)
    alone = jaw(character, FIRST)
    generate(character[0], other, frame_start=100, use_nla=in_nla)
    assert alone > 0.1 and jaw(character, FIRST) == pytest.approx(alone, abs=1e-4) and jaw(character, SECOND) > 0.1
    assert bpy.ops.audio2rig.take_activate(index=0) == {"FINISHED"}
    assert jaw(character, FIRST) == jaw(character, SECOND) == 0.0
    assert bpy.ops.audio2rig.take_activate(index=2) == {"FINISHED"}
    assert jaw(character, FIRST) == pytest.approx(alone, abs=1e-4) and jaw(character, SECOND) > 0.1


def test_another_take_of_the_line_takes_its_place(character, part, sound):
    generate(character[0], sound)
    push_down(part, character)
    generate(character[0], sound, seed=2)
    keys = character[1].data.shape_keys.animation_data
    assert keys.action is not None and [track.mute for track in keys.nla_tracks] == [True]
    assert bpy.ops.audio2rig.take_activate(index=1) == {"FINISHED"}
    assert keys.action is None and [track.mute for track in keys.nla_tracks] == [False]
