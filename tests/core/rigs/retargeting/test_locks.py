# SPDX-License-Identifier: GPL-3.0-or-later
"""Locked axes stay where they are, the rest comes as near as it can, and it is said."""

from __future__ import annotations

import numpy as np
import pytest

from core.motion import euler
from core.motion.rotations import angle_between_deg, from_axis_angle
from core.rigs.animation import Controls
from core.rigs.character import Character
from core.rigs.description import Bone, RigDescription
from core.rigs.detection.mapping import CharacterMapping
from core.rigs.retargeting.locks import locked_components, nearest_allowed, respect_locks

TIMES = np.linspace(0.0, 3.0, 90)
WAVE = from_axis_angle(np.stack([0.6 * np.sin(3 * TIMES), 0.2 * np.cos(2 * TIMES), 0.4 * np.sin(TIMES)], 1)).astype(
    np.float32
)


def bone(name: str = "knee", **more) -> Bone:
    return Bone(name, "", np.eye(4), 0.4, **more)


@pytest.mark.parametrize("mode", ["XYZ", "ZYX", "QUATERNION", "AXIS_ANGLE"])
def test_a_hinge_turns_about_its_axis_only(mode):
    hinge = bone(rotation_mode=mode, locked=(False, True, True))
    turned = nearest_allowed(WAVE, hinge)
    assert np.abs(turned[:, 2:]).max() < 1e-6
    about_x = euler.about(0, 2 * np.arctan2(WAVE[:, 1], WAVE[:, 0]))
    assert angle_between_deg(turned, about_x).max() < 1e-3


def test_what_is_held_stays_held():
    turned = nearest_allowed(WAVE, bone(rotation_mode="YXZ", locked=(False, False, True), held=(0.0, 0.0, 0.5)))
    np.testing.assert_allclose(euler.from_quaternions(turned, "YXZ", np.array([0, 0, 0.5]))[:, 2], 0.5, atol=1e-5)


def test_components_of_a_quaternion():
    turned = nearest_allowed(WAVE, bone(locked=(False, True, False), locked_components=True))
    assert not turned[:, 2].any()
    np.testing.assert_allclose(np.linalg.norm(turned, axis=1), 1.0, atol=1e-6)


def test_which_components_are_not_written():
    assert locked_components(bone(rotation_mode="XZY", locked=(True, False, True))) == (0, 2)
    assert locked_components(bone(locked=(True, False, True))) == ()  # the four together hold what is left
    assert locked_components(bone(locked=(True, False, True), locked_components=True)) == (1, 3)


def test_it_is_said_and_free_bones_stay_bit_for_bit():
    description = RigDescription(
        "rig",
        (),
        {
            "knee": bone(rotation_mode="XYZ", locked=(False, True, True), locked_location=(True, False, False)),
            "free": bone("free", notes=("its constraint Sway moves it too",)),
        },
        armature="rig",
    )
    controls = Controls(
        30.0,
        rotations={"knee": WAVE, "free": WAVE},
        locations={"knee": np.zeros((90, 3), np.float32)},
        notes=("before",),
    )
    found = respect_locks(controls, Character.of(description))
    assert found.rotations["free"] is WAVE and set(found.locations) == {"knee"}
    assert found.notes[0] == "before" and "knee (YZ and location X)" in found.notes[1]
    assert "free: its constraint Sway moves it too" in found.notes[2]
    control_rig = Character.of(description, CharacterMapping("rig", controls="rigify"))
    assert len(respect_locks(controls, control_rig).notes) == 2


def test_what_cannot_be_keyed_is_dropped_and_named():
    description = RigDescription(
        "rig",
        (),
        {"jaw": bone("jaw", blocked_location="driven"), "lip": bone("lip", blocked="its rotation is locked")},
        armature="rig",
    )
    controls = Controls(
        30.0, rotations={"jaw": WAVE, "lip": WAVE}, locations={"jaw": np.zeros((90, 3)), "lip": np.zeros((90, 3))}
    )
    found = respect_locks(controls, Character.of(description))
    assert set(found.rotations) == {"jaw"} and set(found.locations) == {"lip"}
    assert found.notes == ("Left as they are: lip (its rotation is locked), jaw (driven).",)
