# SPDX-License-Identifier: GPL-3.0-or-later
"""Which parts a character can show below the neck, and why not the others."""

from __future__ import annotations

import numpy as np
import pytest

from core.rigs.description import Bone, RigDescription
from core.rigs.detection.drivable_parts import undrivable_parts

BODY = ("BODY", "LEFT_ARM", "RIGHT_ARM", "TORSO", "LEGS")
PERSON = {
    "pelvis": (0, 0, 1.0),
    "spine2": (0, 0, 1.2),
    "left_hip": (0.1, 0, 0.95),
    "right_hip": (-0.1, 0, 0.95),
    "left_ankle": (0.1, 0, 0.1),
    "right_ankle": (-0.1, 0, 0.1),
    "left_shoulder": (0.2, 0, 1.4),
    "right_shoulder": (-0.2, 0, 1.4),
    "neck": (0, 0, 1.5),
    "left_wrist": (0.7, 0, 1.4),
    "right_wrist": (-0.7, 0, 1.4),
    "left_index1": (0.8, 0, 1.4),
}


def figure(places: dict[str, tuple]) -> tuple[RigDescription, dict[str, str]]:
    bones = {}
    for joint, place in places.items():
        rest = np.eye(4)
        rest[:3, 3] = place
        bones[f"b_{joint}"] = Bone(f"b_{joint}", "", rest, 0.1)
    return RigDescription("figure", (), bones, armature="rig"), {joint: f"b_{joint}" for joint in places}


def undrivable(places: dict[str, tuple]) -> dict[str, str]:
    return undrivable_parts(*figure(places))


def test_a_person_lacks_nothing_whichever_way_up():
    assert undrivable(PERSON) == {}
    assert undrivable({joint: (x, z, y) for joint, (x, y, z) in PERSON.items()}) == {}
    hanging = {**PERSON, "left_wrist": (0.25, 0, 0.85), "right_wrist": (-0.25, 0, 0.85)}
    assert undrivable(hanging) == {}


@pytest.mark.parametrize(
    "without, part, why",
    [("left_index1", "HANDS", "finger"), ("pelvis", "ROOT", "pelvis"), ("spine2", "TORSO", "spine")],
)
def test_what_is_missing_is_named(without, part, why):
    found = undrivable({joint: place for joint, place in PERSON.items() if joint != without})
    assert list(found) == [part] and why in found[part]


def test_a_head_alone_and_no_armature():
    assert set(undrivable({"neck": (0, 0, 1.5), "head": (0, 0, 1.6)})) == {*BODY, "HANDS", "ROOT"}
    assert "no armature" in undrivable_parts(RigDescription("face"), {})["BODY"]


def test_animals_stand_on_four_legs():
    dog = {
        "pelvis": (0, 0.5, 0.6),
        "left_hip": (0.1, 0.5, 0.55),
        "right_hip": (-0.1, 0.5, 0.55),
        "left_ankle": (0.1, 0.5, 0.05),
        "right_ankle": (-0.1, 0.5, 0.05),
        "left_shoulder": (0.1, -0.3, 0.55),
        "right_shoulder": (-0.1, -0.3, 0.55),
        "left_wrist": (0.1, -0.3, 0.05),
        "right_wrist": (-0.1, -0.3, 0.05),
    }
    assert "trunk" in undrivable(dog)["BODY"]
    gorilla = {**PERSON, "left_wrist": (0.3, -0.4, 0.15), "right_wrist": (-0.3, -0.4, 0.15)}
    assert "hands rest on the ground" in undrivable(gorilla)["HANDS"]
