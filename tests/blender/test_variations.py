# SPDX-License-Identifier: GPL-3.0-or-later
"""Variations: several seeds in one click, flipped through, one kept."""

from __future__ import annotations

import bpy
import pytest

from tests.blender.building import add_face, curves_of, put_stand_in, write_wav

LID = ('key_blocks["eyeBlinkLeft"].value', 0)


@pytest.fixture
def face(scene, monkeypatch, tmp_path):
    put_stand_in(monkeypatch)
    face = add_face()
    scene.audio2rig.audio_path = str(write_wav(tmp_path / "line.wav"))
    return face


def samples(face) -> list[float]:
    return [curves_of(face.data.shape_keys)[LID].evaluate(frame) for frame in range(1, 25)]


def seeds(face) -> list[int]:
    return [take.seed for take in face.audio2rig.takes if not take.is_original]


def test_several_seeds_in_one_click(face):
    assert bpy.ops.audio2rig.generate_variations(variations=3, seed=5) == {"FINISHED"}
    assert seeds(face) == [5, 6, 7] and face.audio2rig.take_index == 1
    report = bpy.context.scene.audio2rig.last_report
    assert report.startswith("3 variations (seeds 5, 6, 7)")


def test_the_sound_is_read_once(face, part, monkeypatch):
    variations, read = part("core.blender.variations"), []
    monkeypatch.setattr(variations, "read", lambda *given, real=variations.read: read.append(given) or real(*given))
    monkeypatch.setattr(part("core.blender.generate"), "read", None)
    bpy.ops.audio2rig.generate_variations(variations=2)
    assert len(read) == 1 and seeds(face) == [0, 1]


def test_they_are_what_their_seeds_alone_give(face):
    bpy.ops.audio2rig.generate_variations(variations=2)
    bpy.ops.audio2rig.variation_step()
    second = samples(face)
    assert bpy.ops.audio2rig.generate(seed=1) == {"FINISHED"}
    assert samples(face) == pytest.approx(second, abs=1e-6)


def test_flipping_goes_round_both_ways_and_plays(face):
    bpy.ops.audio2rig.generate(seed=40)
    bpy.ops.audio2rig.generate_variations(variations=3)
    played = {}
    for expected in (3, 4, 2, 3):
        bpy.ops.audio2rig.variation_step(direction="NEXT")
        assert face.audio2rig.take_index == expected
        played.setdefault(expected, samples(face))
        assert samples(face) == played[expected]
    bpy.ops.audio2rig.variation_step(direction="PREVIOUS")
    assert face.audio2rig.take_index == 2 and len({tuple(one) for one in played.values()}) == 3


def test_one_is_kept_and_the_others_go_with_their_actions(face):
    bpy.ops.audio2rig.generate(seed=40)
    before = set(bpy.data.actions)
    bpy.ops.audio2rig.generate_variations(variations=4)
    bpy.ops.audio2rig.variation_step()
    wanted = samples(face)
    assert bpy.ops.audio2rig.variation_keep() == {"FINISHED"}
    assert seeds(face) == [40, 1] and samples(face) == wanted and face.audio2rig.take_index == 2
    assert len(set(bpy.data.actions) - before) == 1
    with pytest.raises(RuntimeError, match="No variation plays"):
        bpy.ops.audio2rig.variation_keep()


def test_each_is_made_beside_what_played_before(face):
    """A part of the face alone: the rest is the take's before, not another variation's."""
    bpy.ops.audio2rig.generate(seed=40)
    jaw = ('key_blocks["jawOpen"].value', 0)

    def opening():
        return [curves_of(face.data.shape_keys)[jaw].evaluate(frame) for frame in range(1, 25)]

    wanted = opening()
    bpy.ops.audio2rig.generate_variations(variations=2, parts={"EYES"})
    for _ in range(2):
        bpy.ops.audio2rig.variation_step()
        assert opening() == pytest.approx(wanted, abs=1e-6)
    bpy.ops.audio2rig.take_compare()
    bpy.ops.audio2rig.take_activate(index=1)
    with pytest.raises(RuntimeError, match="No variation plays"):
        bpy.ops.audio2rig.variation_step()


def test_a_fault_in_the_middle_leaves_nothing(face, part, monkeypatch):
    generate, calls = part("core.blender.generate"), []
    write = generate.write

    def failing(gathered, worked):
        calls.append(1)
        if len(calls) == 3:
            raise ValueError("a fault")
        return write(gathered, worked)

    monkeypatch.setattr(generate, "write", failing)
    with pytest.raises(RuntimeError, match="a fault"):
        bpy.ops.audio2rig.generate_variations(variations=4)
    assert not face.audio2rig.takes and not bpy.data.actions


def test_the_last_seed_is_followed_by_the_first(face):
    bpy.ops.audio2rig.generate_variations(variations=2, seed=2**31 - 1)
    assert seeds(face) == [2**31 - 1, 0]


def test_as_nla_strips_only_one_is_heard(face):
    bpy.ops.audio2rig.generate_variations(variations=3, use_nla=True)
    for _ in range(3):
        bpy.ops.audio2rig.variation_step()
        assert sum(not track.mute for track in face.data.shape_keys.animation_data.nla_tracks) == 1
    bpy.ops.audio2rig.variation_keep()
    assert len(face.data.shape_keys.animation_data.nla_tracks) == 1
