# SPDX-License-Identifier: GPL-3.0-or-later
"""Where hands rest: another place for another seed or character, never at the groin, and gestures stay."""

from __future__ import annotations

import numpy as np
import pytest

from core.motion import rotations as rot
from core.motion.clip import Clip
from core.motion.joints import JOINT_INDEX, JOINT_NAMES
from core.motion.kinematics.forward import forward
from core.motion.skeleton import average_adult
from core.performance.body.resting import RestFrom, rest_of, resting, rests_of, with_living_arms
from core.settings import GenerateSettings

NAMES = {rest_of(seed, "") for seed in range(60)}
BELLY = (RestFrom(0.0, "before the belly"),)
HANGING = np.tile([1.0, 0.0, 0.0, 0.0], (len(JOINT_NAMES), 1))
for _side, _sign in (("left", -1.0), ("right", 1.0)):
    HANGING[JOINT_INDEX[f"{_side}_shoulder"]] = rot.from_axis_angle(np.array([0.0, 0.0, 1.3 * _sign]))
    HANGING[JOINT_INDEX[f"{_side}_elbow"]] = rot.from_axis_angle(np.array([0.0, 0.25 * _sign, 0.0]))


def still(frames: int = 30) -> Clip:
    clip = Clip.still(frames, 30.0, frozenset(JOINT_NAMES))
    clip.rotations[:] = HANGING
    return clip


def wrists(clip: Clip) -> np.ndarray:
    """(2, 3) of the first frame, from the pelvis."""
    adult = average_adult()
    places, _ = forward(clip.rotations[:1], clip.root_translation_m[:1], adult.offsets_m.numpy(), adult.parents)
    return places[0, [JOINT_INDEX["left_wrist"], JOINT_INDEX["right_wrist"]]] - places[0, JOINT_INDEX["pelvis"]]


def test_seeds_and_characters_rest_differently_and_alike_each_time():
    assert len(NAMES) >= 5
    assert rest_of(7, "Ann") == rest_of(7, "Ann")
    assert len({rest_of(7, name) for name in ("Ann", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gus")}) >= 2


def test_in_a_long_speech_hands_go_to_another_rest_at_the_end_of_a_phrase():
    ends_s = np.arange(3.0, 300.0, 4.0)
    rests = rests_of(5, "Ann", ends_s)
    assert rests[0] == RestFrom(0.0, rest_of(5, "Ann")) and 6 < len(rests) < 24
    assert all(one.start_s in ends_s and one.rest != before.rest for before, one in zip(rests, rests[1:]))
    assert rests_of(5, "Ann", ends_s[:30]) == rests[: len(rests_of(5, "Ann", ends_s[:30]))]  # the beginning stays
    assert rests_of(5, "Ann", [3.0, 8.0]) == rests[:1]
    change = (RestFrom(0.0, "at the sides"), RestFrom(2.0, "before the belly"))
    moved = resting(still(150), HANGING, change, GenerateSettings())["left_elbow"]
    assert np.array_equal(moved[:60], still(60)["left_elbow"])
    assert np.allclose(moved[-1], resting(still(), HANGING, BELLY, GenerateSettings())["left_elbow"][0], atol=1e-5)
    assert rot.angle_between_deg(moved[1:], moved[:-1]).max() < 6.0


@pytest.mark.parametrize("name", sorted(NAMES))
def test_hands_are_where_they_were_meant_to_be(name):
    found = wrists(resting(still(), HANGING, (RestFrom(0.0, name),), GenerateSettings()))
    moved = np.linalg.norm(found - wrists(still()), axis=1) > 0.05
    assert moved.sum() == {"at the sides": 0, "left on the hip": 1, "right on the hip": 1}.get(name, 2)
    assert not ((np.abs(found[:, 0]) < 0.12) & (found[:, 1] < 0.05)).any()  # the groin
    assert (np.abs(found[moved, 0]) < 0.26).all() and (found[moved, 1] > 0.0).all()


def test_arms_that_gesture_hold_or_are_not_asked_for_stay():
    raised = still()
    raised.rotations[:, JOINT_INDEX["left_elbow"]] = rot.from_axis_angle(np.array([0.0, -1.6, 0.0]))
    moved = resting(raised, HANGING, BELLY, GenerateSettings())
    assert rot.angle_between_deg(moved["left_elbow"], raised["left_elbow"]).max() < 0.1
    assert rot.angle_between_deg(moved["right_elbow"], raised["right_elbow"]).min() > 20.0
    for settings in (GenerateSettings(stance="AS_POSED"), GenerateSettings(holds=frozenset({"LEFT"}))):
        assert np.array_equal(resting(still(), HANGING, BELLY, settings).rotations, still().rotations)


def test_arms_are_never_quite_still_nor_far_from_where_they_were():
    clip = still(600)
    living = with_living_arms(clip, 3, 1.0)
    away = rot.angle_between_deg(living["left_elbow"], clip["left_elbow"])
    assert 0.5 < away.mean() < 4.0 and away.max() < 10.0
    assert np.array_equal(with_living_arms(clip, 3, 0.0).rotations, clip.rotations)
    assert np.allclose(with_living_arms(still(300), 3, 1.0).rotations, living.rotations[:300], atol=1e-6)
    assert (living["left_elbow"] != living["right_elbow"]).any()
