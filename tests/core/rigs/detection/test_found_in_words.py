# SPDX-License-Identifier: GPL-3.0-or-later
"""What was found on a character, and what was not, in the words that animators use."""

from __future__ import annotations

import pytest

from core.motion.face import ARKIT_NAMES
from core.motion.joints import BODY_JOINTS, JOINT_NAMES
from core.rigs.description import Bone, FaceMesh, RigDescription, ShapeKey
from core.rigs.detection.found_in_words import body_line, cannot_be_driven, face_line, why_unused
from core.rigs.detection.key_orders import ORDERS, in_order, nameless
from core.rigs.detection.mapping import map_character
from core.rigs.detection.mapping_notes import missing_bones_note
from core.rigs.detection.words_for_bones import bone_in_words, missing_bones

VISEMES = tuple(f"viseme_{name}" for name in "sil PP FF TH DD kk CH SS nn RR aa E I O U".split())


def face(*keys: str, name: str = "Head") -> RigDescription:
    return RigDescription("Anna", (FaceMesh(name, tuple(ShapeKey(key, 0.0, 1.0) for key in keys)),))


def test_bones_are_called_after_what_they_move():
    said = [bone_in_words(joint) for joint in JOINT_NAMES]
    assert len(set(said)) == len(said) and all(one == one.lower() and "_" not in one for one in said)
    assert bone_in_words("left_foot") == "left toes" and bone_in_words("right_ankle") == "right foot"
    assert bone_in_words("left_index2") == "left index 2" and bone_in_words("right_lid_upper") == "right lid upper"


def test_missing_joints_are_named():
    bones = {joint: joint for joint in BODY_JOINTS if joint not in ("left_foot", "neck")}
    assert missing_bones(bones) == ["left toes", "neck"]
    (said,) = missing_bones_note(bones)
    assert "left toes, neck" in said and "right" not in said


def test_a_whole_body_and_none_need_no_word():
    assert missing_bones({joint: joint for joint in BODY_JOINTS}) == missing_bones({"jaw": "Jaw"}) == []
    assert missing_bones_note({"jaw": "Jaw"}) == []


def test_a_face_without_a_body():
    description = face(*ARKIT_NAMES)
    mapped = map_character(description)
    assert (face_line(mapped), body_line(mapped)) == ("ARKit, 52 of 52", "none")
    cannot = cannot_be_driven(description, mapped)
    assert {"LIPS", "EXPRESSION", "EYES"}.isdisjoint(cannot) and cannot["HEAD"] == "there is no armature"


def test_a_body_without_a_face():
    import numpy as np

    bones = {"Head": Bone("Head", "", np.eye(4), 0.2), "Jaw": Bone("Jaw", "Head", np.eye(4), 0.1)}
    description = RigDescription("Anna", (), {"Head": bones["Head"]}, armature="Anna")
    mapped = map_character(description)
    assert face_line(mapped) == "none"
    cannot = cannot_be_driven(description, mapped)
    assert {"LIPS", "EXPRESSION", "EYES", "BODY", "HANDS", "ROOT"} <= cannot.keys() and "jaw" in cannot["LIPS"]
    mapped = map_character(RigDescription("Anna", (), bones, armature="Anna"), {"bones": {"jaw": "Jaw"}})
    assert face_line(mapped) == "bones of jaw" and "LIPS" not in cannot_be_driven(description, mapped)


def test_half_a_face():
    description = face("jawOpen", "mouthFunnel", "mouthPucker", "mouthClose", "mouthSmileLeft", "eyeBlinkLeft")
    cannot = cannot_be_driven(description, map_character(description))
    assert "EXPRESSION" in cannot and "EYES" not in cannot and "LIPS" not in cannot


def test_what_is_there_but_not_used_says_why():
    names = [*ARKIT_NAMES, *VISEMES, "Muscles"]
    mapped = map_character(face(*names))
    said = why_unused(names, mapped)
    assert said["viseme_PP"] == "unused: ARKit does it" and said["Muscles"] == "not recognised"
    assert not said.keys() & mapped.keys.keys()


@pytest.mark.parametrize("size", [51, 52])
@pytest.mark.parametrize("pattern", ["Key {}", "blendShape1.{:03}", "target_{:02}_x"])
def test_as_many_keys_as_arkit_without_names_get_an_order(size, pattern):
    description = face(*(pattern.format(number) for number in range(size)))
    (mesh,) = nameless(description)
    keys = in_order(mesh, "APPLE")
    assert keys[pattern.format(0)] == "eyeBlinkLeft" and keys[pattern.format(17)] == "jawOpen" and len(keys) == size
    (said,) = map_character(description).notes
    assert pattern.format(0) in said and f"and {size - 5} more" in said and f"has {size}, as ARKit" in said
    override = {"keys": {key: {name: 1.0} for key, name in keys.items()}}
    assert face_line(map_character(description, override)) == "shape keys, as told by hand"


def test_names_say_more_than_an_order():
    assert nameless(face(*ARKIT_NAMES)) == [] and nameless(face(*(f"Key {number}" for number in range(50)))) == []


def test_every_order_has_every_shape_once():
    for name, orders in ORDERS.items():
        for order in filter(None, orders):
            assert len(order) in (51, 52) and len(set(order)) == len(order), name
            assert set(order) - {""} <= set(ARKIT_NAMES)
    assert ORDERS["MEDIAPIPE"][1][:2] == ("", "browDownLeft")
