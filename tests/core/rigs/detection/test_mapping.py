# SPDX-License-Identifier: GPL-3.0-or-later
"""Mappings of characters: what is driven and missing, by hand, as files; and the curves that come of them."""

from __future__ import annotations

import json

import numpy as np
import pytest

from core.errors import UserError
from core.motion.clip import Clip
from core.motion.face import ARKIT_NAMES
from core.motion.face_track import FACE_INDEX, FACE_NAMES, FaceTrack
from core.performance.parts import PART_OF_SHAPE
from core.performance.performance import Performance
from core.rigs.character import Character
from core.rigs.conventions import shape_conventions
from core.rigs.description import FaceMesh, RigDescription, ShapeKey
from core.rigs.detection.mapping import CharacterMapping, map_character
from core.rigs.detection.mapping_override import read_override
from core.rigs.detection.shape_keys import PARTS
from core.rigs.retargeting.retarget import retarget


def character(*meshes: tuple[str, list[str]], blocked: str = "", mesh_blocked: str = "", **limits) -> RigDescription:
    return RigDescription(
        "Hero",
        tuple(
            FaceMesh(name, tuple(ShapeKey(key, *limits.get(key, (0.0, 1.0)), blocked) for key in keys), mesh_blocked)
            for name, keys in meshes
        ),
    )


def talk(frames: int = 120, seed: int = 0) -> Performance:
    rng = np.random.default_rng(seed)
    values = np.clip(np.cumsum(rng.normal(0, 0.05, (frames, len(FACE_NAMES))), 0) % 0.8, 0, 1).astype(np.float32)
    return Performance("line", frames / 60, FaceTrack(values, start_s=0.5), Clip.still(frames, 60.0))


def names_of(identifier: str) -> list[str]:
    return list(shape_conventions()[identifier].mixes)


def test_all_meshes_with_a_key_are_driven_alike():
    description = character(
        ("Head", list(ARKIT_NAMES)), ("Teeth", ["jawOpen", "mouthClose"]), ("Lashes", ["eyeBlinkLeft"])
    )
    mapping = map_character(description)
    assert mapping.summary() == "ARKit 52 of 52" and mapping.missing == () and mapping.notes == ()
    assert mapping.coverage["lips"] == (28, 28) and mapping.coverage["tongue"] == (1, 4)
    performance = talk()
    controls = retarget(performance, Character.of(description, mapping))
    assert {mesh: len(keys) for mesh, keys in controls.shapes.items()} == {"Head": 52, "Teeth": 2, "Lashes": 1}
    assert controls.rate_hz == 60.0 and controls.start_s == 0.5
    for mesh, keys in controls.shapes.items():
        for key, curve in keys.items():
            assert curve.dtype == np.float32
            np.testing.assert_array_equal(curve, performance.face[key], err_msg=f"{mesh} {key}")


def test_missing_shapes_are_listed():
    mapping = map_character(
        character(("Head", [name for name in ARKIT_NAMES if name not in ("tongueOut", "browInnerUp")]))
    )
    assert mapping.summary() == "ARKit 50 of 52" and mapping.missing == ("browInnerUp", "tongueOut")


def test_parts_of_one_shape_move_together():
    description = character(("CC_Base_Body", names_of("cc4_extended")))
    performance = talk()
    shapes = retarget(performance, Character.of(description)).shapes["CC_Base_Body"]
    for part in ("Mouth_Funnel_Up_L", "Mouth_Funnel_Up_R", "Mouth_Funnel_Down_L", "Mouth_Funnel_Down_R"):
        np.testing.assert_array_equal(shapes[part], performance.face["mouthFunnel"])
    np.testing.assert_array_equal(shapes["Eye_Blink_L"], performance.face["eyeBlinkLeft"])


def test_blinks_of_both_eyes_take_the_mean():
    description = character(("Head", ["eyesClosed", "mouthOpen"]))
    values = np.zeros((2, len(FACE_NAMES)), np.float32)
    values[0, [FACE_INDEX["eyeBlinkLeft"], FACE_INDEX["eyeBlinkRight"]]] = 1.0
    values[1, FACE_INDEX["eyeBlinkLeft"]] = 1.0
    performance = Performance("x", 0.1, FaceTrack(values), Clip.still(2, 60.0))
    shapes = retarget(performance, Character.of(description)).shapes["Head"]
    np.testing.assert_allclose(shapes["eyesClosed"], [1.0, 0.5], atol=1e-6)


@pytest.mark.parametrize("identifier", ["vrm1_presets", "mmd_morphs", "rhubarb", "oculus_meta_15", "cc3_visemes"])
def test_few_shapes_are_solved_within_their_ranges(identifier):
    keys = names_of(identifier)
    description = character(("Face", keys), **{key: (0.0, 0.7) for key in keys})
    mapping = map_character(description)
    assert not [note for note in mapping.notes if "speech" in note]
    shapes = retarget(talk(), Character.of(description, mapping)).shapes["Face"]
    assert len(shapes) >= 5
    for curve in shapes.values():
        assert curve.dtype == np.float32 and curve.min() >= 0.0 and curve.max() <= 0.7 + 1e-6


def test_a_range_of_one_mesh_does_not_bind_another():
    description = RigDescription(
        "Hero", (FaceMesh("Head", (ShapeKey("jawOpen"),)), FaceMesh("Beard", (ShapeKey("jawOpen", 0.0, 0.5),)))
    )
    shapes = retarget(
        talk(), Character.of(description, map_character(description, {"keys": {"jawOpen": {"jawOpen": 1.0}}}))
    ).shapes
    assert shapes["Head"]["jawOpen"].max() > 0.6 and shapes["Beard"]["jawOpen"].max() == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("driven", "Remove the drivers"),
        ("muted", "check boxes"),
        ("locked", "Unlock"),
        ("linked from another file; make a library override", "library override"),
    ],
)
def test_blocked_keys_are_left_alone_and_it_is_said_what_to_do(reason, words):
    description = character(("Head", list(ARKIT_NAMES)), blocked=reason)
    mapping = map_character(description)
    assert mapping.shapes == {} and mapping.summary().startswith("Nothing")
    assert len(mapping.notes) == 1 and words in mapping.notes[0] and "52 shape keys" in mapping.notes[0]
    assert retarget(talk(), Character.of(description, mapping)).shapes == {}


def test_one_blocked_mesh_does_not_block_the_other():
    description = RigDescription(
        "Hero",
        (
            FaceMesh("Head", tuple(map(ShapeKey, ARKIT_NAMES))),
            FaceMesh("Beard", (ShapeKey("jawOpen", blocked="driven"),)),
        ),
    )
    mapping = map_character(description)
    assert set(mapping.shapes) == {"Head"} and len(mapping.shapes["Head"]) == 52
    assert "jawOpen (Beard)" in mapping.notes[0]


def test_nothing_recognised_is_said():
    assert "recognised" in map_character(character(("Body", ["Fat", "Thin"]))).notes[0]
    assert "neither" in map_character(RigDescription("Box")).notes[0]


def test_corrections_by_hand():
    description = character(
        (
            "Head",
            [
                'Schlüssel "1"',
                "笑顔",
                "jawOpen",
                "eyeBlinkLeft",
                "eyeBlinkRight",
                "browInnerUp",
                "mouthPucker",
                "mouthFunnel",
            ],
        )
    )
    mapping = map_character(
        description,
        {
            "keys": {
                'Schlüssel "1"': {"mouthSmileLeft": 0.5, "mouthSmileRight": 0.5},
                "笑顔": "cheekPuff",
                "browInnerUp": {},
                "no such key": "jawOpen",
            }
        },
    )
    keys = mapping.shapes["Head"]
    assert keys['Schlüssel "1"'] == {"mouthSmileLeft": 0.5, "mouthSmileRight": 0.5}
    assert keys["笑顔"] == {"cheekPuff": 1.0} and "browInnerUp" not in keys and "jawOpen" in keys
    assert any("no such key" in note for note in mapping.notes)


def test_files_bring_the_mapping_back():
    description = character(("Head", [*ARKIT_NAMES, "かぎ"]), ("Teeth", ["jawOpen"]))
    mapping = map_character(description, {"keys": {"かぎ": {"tongueTipUp": 0.8}, "mouthLeft": {}}})
    text = mapping.to_json()
    assert CharacterMapping.from_json(text) == mapping
    again = map_character(description, json.loads(text))
    assert again.shapes == mapping.shapes and again.bones == mapping.bones
    assert "mouthLeft" not in again.shapes["Head"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "3",
        '{"format": "something else"}',
        '{"version": 99}',
        '{"version": "x"}',
        '{"keys": []}',
        '{"keys": {"a": 3}}',
        '{"keys": {"a": {"jawOpn": 1}}}',
        '{"keys": {"a": {"jawOpen": "much"}}}',
        '{"keys": {"a": {"jawOpen": NaN}}}',
        '{"keys": {"a": {"jawOpen": true}}}',
        '{"bones": []}',
        '{"bones": {"nose": "n"}}',
        '{"shapes": 3}',
        '{"conventions": [[1]]}',
        '{"coverage": {"lips": 3}}',
        '{"coverage": []}',
    ],
)
def test_bad_files_are_refused_with_a_hint(text):
    with pytest.raises(UserError) as refused:
        CharacterMapping.from_json(text)
    assert refused.value.hint


def test_a_bad_override_is_refused():
    for override in ({"keys": {"a": {"smile": 1.0}}}, {"bones": {"tail": "x"}}, ["x"]):
        with pytest.raises(UserError):
            map_character(character(("Head", ["a"])), override)
    assert read_override({})["automatic"] is True


def test_parts_limit_what_is_written():
    description = character(("Head", list(ARKIT_NAMES)))
    mapping = map_character(description)
    lips = retarget(talk(), Character.of(description, mapping), frozenset(("LIPS",))).shapes["Head"]
    eyes = retarget(talk(), Character.of(description, mapping), frozenset(("EYES",))).shapes["Head"]
    assert "jawOpen" in lips and "tongueOut" in lips and "eyeBlinkLeft" not in lips
    assert "eyeBlinkLeft" in eyes and "eyeLookUpLeft" in eyes and "jawOpen" not in eyes and "browInnerUp" not in eyes


def test_areas_of_the_face_belong_to_one_part_each():
    assert sorted(name for area in PARTS.values() for name in area) == sorted(FACE_NAMES)
    for area, names in PARTS.items():
        assert len({PART_OF_SHAPE[name] for name in names}) == 1, area


def test_an_empty_performance_gives_empty_curves():
    description = character(("Head", [*ARKIT_NAMES]), ("VRM", names_of("vrm1_presets")))
    performance = Performance("x", 0.0, FaceTrack(np.zeros((0, len(FACE_NAMES)), np.float32)), Clip.still(0, 60.0))
    shapes = retarget(performance, Character.of(description)).shapes
    assert all(len(curve) == 0 for keys in shapes.values() for curve in keys.values())
    one = Performance("x", 0.0, FaceTrack(np.full((1, len(FACE_NAMES)), 0.3, np.float32)), Clip.still(1, 60.0))
    for identifier in ("vrm1_presets", "arkit_52"):
        description = character(("Face", names_of(identifier)))
        shapes = retarget(one, Character.of(description)).shapes["Face"]
        assert all(curve.shape == (1,) for curve in shapes.values())
