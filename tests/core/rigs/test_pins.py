# SPDX-License-Identifier: GPL-3.0-or-later
"""Pins hold while they should, ease before and after, and follow what they hang on."""

from __future__ import annotations

import numpy as np
import pytest

from core.motion.joints import JOINT_NAMES
from core.motion.rotations import angle_between_deg, from_axis_angle
from core.rigs.pin_effectors import EFFECTOR_JOINTS, effector_of
from core.rigs.pins import Pin

MOVING = Pin(
    "cup",
    "RIGHT_HAND",
    20.0,
    40.0,
    8.0,
    np.array([12.0, 48.0]),
    np.array([[0.0, 0.0, 1.0], [0.36, 0.0, 1.0]]),
    from_axis_angle(np.array([[0.0, 0.0, 0.0], [0.0, 0.9, 0.0]])),
)


def test_a_pin_holds_between_its_eases():
    weights = MOVING.weights(np.arange(0.0, 60.0))
    assert np.all(weights[20:41] == 1.0) and not weights[:13].any() and not weights[48:].any()
    assert 0.4 < weights[16] < 0.6 and np.all(np.diff(weights[12:21]) > 0)


def test_a_pin_goes_along():
    places, turns = MOVING.places_at(np.array([30.0, 5.0])), MOVING.turns_at(np.array([30.0]))
    assert np.allclose(places, [[0.18, 0, 1], [0, 0, 1]])
    assert turns is not None and angle_between_deg(turns, from_axis_angle(np.array([[0.0, 0.45, 0.0]])))[0] < 0.01


@pytest.mark.parametrize(
    "joint, effector",
    [
        ("left_index2", "LEFT_HAND"),
        ("right_elbow", "RIGHT_HAND"),
        ("left_foot", "LEFT_FOOT"),
        ("pelvis", "HIPS"),
        ("head", ""),
    ],
)
def test_bones_belong_to_what_can_be_pinned(joint, effector):
    assert effector_of(joint) == effector
    assert set(EFFECTOR_JOINTS.values()) <= set(JOINT_NAMES)
