# SPDX-License-Identifier: GPL-3.0-or-later
"""The mapping table: what a row says, what is found in it, what may be picked, and keys that have no names."""

from __future__ import annotations

from types import SimpleNamespace

import bpy
import pytest

from tests.blender.building import KEYS, add_armature, add_face, generate, put_stand_in, select, write_wav
from tests.blender.test_panels import drawn

SHOWN = 1 << 30
VISEMES = [f"viseme_{name}" for name in "sil PP FF TH DD kk CH SS nn RR aa E I O U".split()]


def rows(root) -> dict[str, tuple[str, str]]:
    return {row.name: (row.target, row.state) for row in root.audio2rig.mapping_rows}


def found(part, root, text: str = "") -> list[str]:
    listed = part("panels.mapping").AUDIO2RIG_UL_mapping
    memory = root.audio2rig
    flags, _ = listed.filter_items(
        SimpleNamespace(filter_name=text, bitflag_filter_item=SHOWN), bpy.context, memory, "mapping_rows"
    )
    return [row.name for row, flag in zip(memory.mapping_rows, flags) if flag]


def draw_row(part, row) -> list[str]:
    """The two halves of a row."""
    said: list[str] = []

    class Half:
        active = True

        def label(self, text, icon="NONE"):
            said.append(text)

        def row(self):
            return self

        def split(self, factor):
            return self

    part("panels.mapping").AUDIO2RIG_UL_mapping.draw_item(None, None, Half(), None, row, 0, None, "", 0)
    return said


@pytest.fixture
def rig(scene, extension):
    armature = add_armature()
    add_face(keys=(*KEYS, *VISEMES, "Muscles"), parent=armature)
    select(armature)
    bpy.ops.audio2rig.detect_character()
    return armature


def test_heads_and_rows_in_words(rig, part):
    texts = drawn(part, [part("panels.mapping").AUDIO2RIG_PT_mapping])
    assert "Shape key or joint" in texts and "Shows, or its bone" in texts
    said = {row.name: draw_row(part, row) for row in rig.audio2rig.mapping_rows}
    assert said["jawOpen"] == ["jawOpen", "jawOpen"]
    assert said["left_foot"] == ["Left toes", "no bone"] and said["head"] == ["Head", "head"]
    assert said["Muscles"] == ["Muscles", "not recognised"]


def test_what_is_there_but_unused_says_what_does_it(rig):
    assert rows(rig)["viseme_PP"] == ("", "unused: ARKit does it")
    assert rows(rig)["mouthPucker"][0] == "mouthPucker"


def test_only_what_is_unmapped(rig, part):
    everything = found(part, rig)
    assert "jawOpen" in everything and "left_foot" in everything
    rig.audio2rig.only_unmapped = True
    unmapped = found(part, rig)
    assert "jawOpen" not in unmapped and {"left_foot", "Muscles", "viseme_PP"} <= set(unmapped)
    assert found(part, rig, "toes") == ["left_foot", "right_foot"]
    rig.audio2rig.only_unmapped = False
    assert found(part, rig, "PUCKER") == ["mouthPucker"]


def test_shapes_are_picked_from_a_list(part):
    pick = part("core.blender.inspection").shapes_to_pick
    assert len(pick("")) == 55 and pick("jawO") == ["jawOpen"]
    assert pick("jawOpen 0.6, funn") == ["jawOpen 0.6, mouthFunnel"]
    assert len(pick("jawOpen 0.6, nothing like it")) == 55


@pytest.mark.parametrize("order, jaw", [("APPLE", 17), ("ALPHABET", 24)])
def test_keys_without_names_get_them_by_their_order(scene, monkeypatch, part, tmp_path, order, jaw):
    put_stand_in(monkeypatch)
    face = add_face(keys=[f"Key {number}" for number in range(51)])
    bpy.ops.audio2rig.detect_character()
    assert face.audio2rig.nameless == "Face"
    panel = part("panels.mapping").AUDIO2RIG_PT_mapping
    assert bpy.ops.audio2rig.use_key_order(order=order) == {"FINISHED"}
    assert rows(face)[f"Key {jaw}"][0] == "jawOpen"
    generate(face, str(write_wav(tmp_path / "line.wav")))
    assert face.audio2rig.face == "shape keys, as told by hand" and drawn(part, [panel])
    assert bpy.ops.audio2rig.mapping_reset() == {"FINISHED"}
    assert rows(face)[f"Key {jaw}"] == ("", "not recognised")


def test_an_order_that_does_not_fit_is_refused(scene, extension):
    face = add_face(keys=[f"Key {number}" for number in range(51)])
    bpy.ops.audio2rig.detect_character()
    with pytest.raises(RuntimeError, match="Choose another order"):
        bpy.ops.audio2rig.use_key_order(order="MEDIAPIPE")
    assert not face.audio2rig.mapping


def test_unknown_keys_are_named_where_the_click_fails(scene, monkeypatch, extension, tmp_path):
    put_stand_in(monkeypatch)
    scene.audio2rig.character = add_face(keys=[f"Target.{number:03}" for number in range(52)])
    with pytest.raises(RuntimeError) as caught:
        bpy.ops.audio2rig.generate(filepath=str(write_wav(tmp_path / "line.wav")))
    assert "Target.000" in str(caught.value) and "Use Order of Keys" in str(caught.value)


def test_a_character_without_a_face_has_no_tick(scene, part):
    rig = add_armature()
    bpy.ops.audio2rig.detect_character()
    panel = [part("panels.character").AUDIO2RIG_PT_character]
    texts = drawn(part, panel)
    assert "Face: none" in texts and "Body: Bones, 5 of 22" in texts
    assert "Body: left toes" not in texts.split("Missing: 17 bones")[0] and "left toes" in texts
    parts = drawn(part, [part("panels.parts").AUDIO2RIG_PT_parts])
    assert "Lips: there are neither mouth shapes nor a jaw bone" in " ".join(parts.split())
    assert rig.audio2rig.undrivable.count("LIPS") == 1
    assert part("core.blender.inspection").found(rig) == (
        "Face: none. Body: Bones, 5 of 22; missing: left thigh, right thigh, left shin, …"
    )
    ticks = [icon for text, icon in part_labels(part) if text.startswith("Face")]
    assert ticks == ["X"]


def part_labels(part) -> list[tuple[str, str]]:
    """(text, icon) of the labels of the character's panel."""
    labels: list[tuple[str, str]] = []

    class Recorder:
        active = scale_y = enabled = True

        def __getattr__(self, name):
            def add(*_arguments, text="", icon="NONE", **_named):
                if name == "label":
                    labels.append((text, icon))
                return (self, None) if name == "panel" else self

            return add

    part("panels.character").AUDIO2RIG_PT_character.draw(SimpleNamespace(layout=Recorder()), bpy.context)
    return labels
