# SPDX-License-Identifier: GPL-3.0-or-later
"""Quaternion arithmetic against matrices."""

from __future__ import annotations

import numpy as np
import pytest

from core.motion import rotations as rot


@pytest.fixture
def quaternions() -> np.ndarray:
    return rot.normalised(np.random.default_rng(0).standard_normal((200, 4)))


def same(first, second):
    np.testing.assert_allclose(rot.to_matrix(first), rot.to_matrix(second), atol=1e-6)


def test_multiply_and_rotate_agree_with_matrices(quaternions):
    first, second = quaternions[:100], quaternions[100:]
    product = rot.to_matrix(first) @ rot.to_matrix(second)
    np.testing.assert_allclose(rot.to_matrix(rot.multiply(first, second)), product, atol=1e-9)
    vectors = np.random.default_rng(1).standard_normal((100, 3))
    np.testing.assert_allclose(
        rot.rotate(first, vectors), (rot.to_matrix(first) @ vectors[..., None])[..., 0], atol=1e-9
    )
    same(rot.multiply(first, rot.inverse(first)), np.tile(rot.IDENTITY, (100, 1)))


def test_conversions_there_and_back(quaternions):
    same(rot.from_axis_angle(rot.to_axis_angle(quaternions)), quaternions)
    same(rot.from_matrix(rot.to_matrix(quaternions)), quaternions)
    same(rot.from_rot6d(rot.to_rot6d(quaternions)), quaternions)
    half_turns = np.eye(4)
    same(rot.from_matrix(rot.to_matrix(half_turns)), half_turns)
    np.testing.assert_array_equal(rot.from_axis_angle(np.zeros(3)), rot.IDENTITY)


def test_rot6d_is_the_first_two_rows():
    quarter = rot.from_axis_angle(np.array([0.0, 0.0, np.pi / 2]))
    np.testing.assert_allclose(rot.to_rot6d(quarter), [0, -1, 0, 1, 0, 0], atol=1e-9)


def test_yaw_pitch_roll_directions():
    forward, up = np.array([0.0, 0.0, 1.0]), np.array([0.0, 1.0, 0.0])
    assert rot.rotate(rot.from_yaw_pitch_roll(0.3, 0.0, 0.0), forward)[0] > 0.2  # the character's left is +X
    assert rot.rotate(rot.from_yaw_pitch_roll(0.0, 0.3, 0.0), forward)[1] < -0.2  # looks down
    assert rot.rotate(rot.from_yaw_pitch_roll(0.0, 0.0, 0.3), up)[0] < -0.2  # tilts to its right, -X


def test_slerp():
    random = np.random.default_rng(2)
    axis = random.standard_normal((50, 3)).clip(-1.7, 1.7)
    second = rot.from_axis_angle(axis)
    identity = np.tile(rot.IDENTITY, (50, 1)).astype(np.float64)
    same(rot.slerp(identity, second, 0.25), rot.from_axis_angle(0.25 * axis))
    same(rot.slerp(identity, -second, np.full(50, 0.25)), rot.from_axis_angle(0.25 * axis))
    same(rot.slerp(second, second, 0.7), second)


def test_continuous_and_scaled():
    turning = rot.from_axis_angle(np.linspace(0, 12, 100)[:, None] * np.array([0.0, 1.0, 0.0]))
    flipped = turning * np.where(np.arange(100) % 3 == 0, -1, 1)[:, None]
    steady = rot.continuous(flipped)
    assert ((steady[1:] * steady[:-1]).sum(-1) > 0).all()
    same(steady, turning)
    small = rot.from_axis_angle(np.array([[0.2, 0.1, 0.0]]))
    np.testing.assert_allclose(
        rot.angle_between_deg(rot.scaled(small, 2.0), small), np.degrees(np.hypot(0.2, 0.1)), atol=1e-6
    )
    np.testing.assert_array_equal(rot.scaled(small, 0.0)[0], rot.IDENTITY)


def test_turning_speeds_from_frame_to_frame():
    yaw = np.outer(np.radians([0.0, 1.0, 3.0]), [0.0, 1.0, 0.0])
    np.testing.assert_allclose(rot.turning_deg_s(rot.from_axis_angle(yaw), 30.0), [30.0, 60.0, 60.0], atol=1e-6)
    assert rot.turning_deg_s(rot.from_axis_angle(yaw[:1]), 30.0).tolist() == [0.0]
