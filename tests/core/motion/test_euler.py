# SPDX-License-Identifier: GPL-3.0-or-later
"""Euler angles of all orders, curves without jumps, rotations with locked axes."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from core.motion import euler
from core.motion.rotations import angle_between_deg, continuous, from_axis_angle, multiply


def smooth_rotations(seed: int, frames: int = 400, turns: float = 1.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    time_s = np.linspace(0.0, 4.0, frames)[:, None]
    vector = (
        sum(rng.normal(size=3) * np.sin(time_s * rng.uniform(0.5, 3.0) + rng.uniform(0, 6)) for _ in range(4)) * turns
    )
    return from_axis_angle(vector)


@pytest.mark.parametrize("order", euler.ORDERS)
def test_both_ways_as_scipy_has_it(order):
    angles = np.random.default_rng(1).uniform(-1.4, 1.4, (50, 3))
    expected = Rotation.from_euler(order.lower(), angles[:, ["XYZ".index(axis) for axis in order]]).as_quat()
    quaternions = euler.to_quaternions(angles, order)
    assert angle_between_deg(quaternions, expected[:, [3, 0, 1, 2]]).max() < 1e-6
    for row in range(len(angles)):
        np.testing.assert_allclose(
            euler.from_quaternions(quaternions[row : row + 1], order, angles[row])[0], angles[row], atol=1e-9
        )


@pytest.mark.parametrize("order", euler.ORDERS)
@pytest.mark.parametrize("seed", range(4))
def test_curves_are_the_rotations_and_do_not_jump(order, seed):
    rotations = smooth_rotations(seed, turns=0.45)
    angles = euler.from_quaternions(rotations, order)
    assert angle_between_deg(euler.to_quaternions(angles, order), rotations).max() < 1e-5
    assert np.abs(np.diff(angles, axis=0)).max() < np.pi / 2 + 0.2  # near a gimbal's pole the outer angles are quick


def test_more_than_a_turn_goes_on():
    wanted = np.stack([np.linspace(0, 14, 500), np.zeros(500), np.full(500, 0.3)], 1)
    np.testing.assert_allclose(
        euler.from_quaternions(continuous(euler.to_quaternions(wanted, "YZX")), "YZX", wanted[0]), wanted, atol=1e-6
    )


def test_through_the_pole():
    wanted = np.stack(
        [np.full(101, 0.2), np.linspace(0.0, np.pi, 101), np.full(101, -0.4)], 1
    )  # exactly pi/2 in the middle
    rotations = euler.to_quaternions(wanted, "XYZ")
    angles = euler.from_quaternions(rotations, "XYZ", wanted[0])
    assert angle_between_deg(euler.to_quaternions(angles, "XYZ"), rotations).max() < 1e-4
    np.testing.assert_allclose(angles, wanted, atol=1e-3)


@pytest.mark.parametrize("order", ["XYZ", "ZXY", "YXZ"])
@pytest.mark.parametrize(
    "locked",
    [(True, False, False), (False, True, False), (False, False, True), (False, True, True), (True, True, False)],
)
def test_locked_axes_stay_and_the_rest_comes_nearest(order, locked):
    held = np.array([0.1, -0.2, 0.3])
    rotations = smooth_rotations(7, 60, turns=0.2)
    angles = euler.nearest_with_locks(rotations, order, locked, held)
    for axis in range(3):
        assert not locked[axis] or (angles[:, axis] == held[axis]).all()
    best = angle_between_deg(euler.to_quaternions(angles, order), rotations)
    rng = np.random.default_rng(0)
    for _ in range(30):  # no other angles near these come nearer
        tried = angles + np.where(locked, 0.0, rng.normal(0.0, 0.02, (1, 3)))
        assert (angle_between_deg(euler.to_quaternions(tried, order), rotations) > best - 0.02).all()


def test_what_the_free_axes_can_do_is_done_exactly():
    wanted = np.stack([np.sin(np.linspace(0, 6, 80)), np.zeros(80), np.zeros(80)], 1)
    found = euler.nearest_with_locks(euler.to_quaternions(wanted, "XYZ"), "XYZ", (False, True, True), np.zeros(3))
    np.testing.assert_allclose(found, wanted, atol=1e-9)
    two = np.stack([0.8 * np.sin(np.linspace(0, 6, 80)), np.zeros(80), 0.5 * np.cos(np.linspace(0, 9, 80))], 1)
    found = euler.nearest_with_locks(euler.to_quaternions(two, "XYZ"), "XYZ", (False, True, False), np.zeros(3))
    assert angle_between_deg(euler.to_quaternions(found, "XYZ"), euler.to_quaternions(two, "XYZ")).max() < 1e-4


def test_no_frames():
    assert euler.from_quaternions(np.empty((0, 4)), "XYZ").shape == (0, 3)
    assert multiply(np.empty((0, 4)), np.empty((0, 4))).shape == (0, 4)
