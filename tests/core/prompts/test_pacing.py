# SPDX-License-Identifier: GPL-3.0-or-later
"""Prompts are held, ease as long as was said, and give way to those that follow soon."""

import numpy as np
import pytest

from core.motion import rotations as rot
from core.motion.clip import Clip
from core.prompts.acceleration_limit import AccelerationLimit
from core.prompts.blending import blend_clip_through, blend_through, held, with_holds
from core.prompts.curve_spaces import VECTORS, linear_acceleration
from core.prompts.fixed_window import FixedWindow
from core.prompts.model import PosePrompts
from core.prompts.pacing import FACE, Pace, Paces, PromptPaces

TIMES_S = np.arange(0.0, 10.0, 1 / 24)
MOVES = (0.2 * np.sin(2.1 * TIMES_S))[:, None]
LIMB = Pace(0.5, 0.33)


def through(at_s, wanted, pace=LIMB, easing=None, moves=MOVES):
    easing = easing or AccelerationLimit(60.0)
    at_s, wanted = np.array(at_s, float), np.array(wanted, float).reshape(-1, 1)
    longer = held(VECTORS, at_s, wanted, Paces.of([pace] * len(at_s)), easing)
    return blend_through(TIMES_S, moves, longer.times_s, wanted[longer.rows], easing, paces=longer.paces)[:, 0]


def between(first_s, last_s):
    return (TIMES_S > first_s - 1e-6) & (TIMES_S < last_s + 1e-6)


def test_a_single_pose_is_held_and_left():
    curve = through([3.0], [1.2])
    assert np.abs(curve[between(3.0, 3.5)] - 1.2).max() < 1e-6
    assert np.abs(curve[between(2.85, 2.99)] - 1.2).max() > 0.02  # it only just arrives
    far = ~between(1.5, 5.0)
    assert np.array_equal(curve[far], MOVES[far, 0])


def test_no_hold_and_no_paces_are_a_moment():
    assert np.allclose(through([3.0], [1.2], Pace(0.0, 0.0)), through([3.0], [1.2], Pace(0.0, 0.2)))
    alone = blend_through(TIMES_S, MOVES, np.array([3.0]), np.array([[1.2]]), AccelerationLimit(60.0))
    assert np.allclose(through([3.0], [1.2], Pace(0.0, 0.0)), alone[:, 0])


def test_holds_give_way_to_poses_that_follow_soon():
    curve = through([3.0, 3.6, 4.1], [1.2, -0.4, 0.9])
    for time_s, wanted in ((3.0, 1.2), (3.6, -0.4), (4.1, 0.9)):
        assert np.interp(time_s, TIMES_S, curve) == pytest.approx(wanted, abs=0.03)
    assert np.abs(curve[between(4.1, 4.6)] - 0.9).max() < 0.03  # nothing follows the last


def test_dense_keys_are_not_held():
    at_s = np.arange(2.0, 4.0, 1 / 24)
    wanted = np.sin(5.0 * at_s)[:, None]
    longer = held(VECTORS, at_s, wanted, Paces.of([LIMB] * len(at_s)), AccelerationLimit(60.0))
    assert np.array_equal(longer.rows[:-2], np.arange(len(at_s))[:-1])  # the last alone


def test_two_equal_keys_say_how_long():
    curve = through([3.0, 6.0], [0.8, 0.8])
    assert np.abs(curve[between(3.0, 6.0)] - 0.8).max() < 1e-6
    assert np.abs(curve[between(6.25, 6.4)] - 0.8).min() > 0.05  # no hold on top


def test_two_poses_near_each_other_have_no_dip_between():
    curve = through([3.0, 4.2], [1.2, 1.0])
    assert curve[between(3.0, 4.6)].min() > 0.99


def test_a_persons_ease_is_taken_as_it_is():
    quick, usual = through([3.0], [1.2], Pace(0.5, 0.1, exact=True)), through([3.0], [1.2])
    assert np.abs(quick - MOVES[:, 0])[between(0.0, 2.89)].max() < 1e-9
    assert np.abs(usual - MOVES[:, 0])[between(0.0, 2.89)].max() > 0.05
    slow = through([3.0], [1.2], Pace(0.5, 1.5, exact=True))
    assert np.abs(slow - MOVES[:, 0])[between(1.8, 2.2)].max() > 0.02


def test_ways_keep_to_what_people_do():
    limit = 30.0
    curve = through([2.0, 3.2, 5.5], [1.5, -1.0, 0.8], easing=AccelerationLimit(limit))
    assert linear_acceleration(curve[:, None], 24.0).max() < 1.1 * limit


def test_what_a_person_set_is_found_by_part_and_frame():
    paces = PromptPaces(Pace(1.0, 0.3), LIMB, {("Left arm", 12.5): Pace(2.0, 0.1, exact=True)})
    found = paces.of("Left arm", np.array([12.0, 12.5]))
    assert found.hold_s.tolist() == [0.5, 2.0] and found.exact.tolist() == [False, True]
    assert paces.of(FACE, np.array([12.5])).hold_s.tolist() == [1.0]


def test_faces_hold_between_equal_keys_however_far():
    curve = through([2.0, 8.0], [0.6, 0.6], Pace(0.0, 0.1), FixedWindow())
    assert np.abs(curve[between(2.0, 8.0)] - 0.6).max() < 1e-6


def test_a_gaze_is_held_and_lips_are_not():
    lips, gaze = (through([3.0], [0.9], Pace(1.0, 0.3), FixedWindow(holds=holds)) for holds in (False, True))
    row = np.abs(TIMES_S - 3.5).argmin()
    assert lips[row] == MOVES[row, 0] and gaze[row] == pytest.approx(0.9)


def test_poses_of_a_body_are_held():
    clip = Clip.still(240, 30.0, frozenset({"left_shoulder", "pelvis"}))
    turned = rot.from_axis_angle(np.array([[0.0, 0.0, 0.9]]))
    prompts = PosePrompts({"left_shoulder": (np.array([3.0]), turned)}, root=(np.array([3.0]), np.array([[0.1, 0, 0]])))
    paces = {"left_shoulder": Paces.of([LIMB]), "root": Paces.of([LIMB])}
    made = blend_clip_through(clip, with_holds(prompts, paces))
    assert rot.angle_between_deg(made["left_shoulder"][90:106], turned).max() < 0.1
    assert np.abs(made.root_translation_m[90:106, 0] - 0.1).max() < 1e-4
