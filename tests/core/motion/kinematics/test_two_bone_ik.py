# SPDX-License-Identifier: GPL-3.0-or-later
"""Two-bone reaching: hits the goal, keeps the bones' lengths and the knee's direction, never pops at full stretch."""

from __future__ import annotations

import numpy as np
import pytest

from core.motion.kinematics.two_bone_ik import hinge_axis, soft_reach, solve
from core.motion.rotations import rotate, shortest_arc

HINGE = np.array([[1.0, 0.0, 0.0]])


def leg(frames: int, bend: float = 0.4) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A leg from the hip at the origin downwards, knee to the front (+Z)."""
    hip = np.zeros((frames, 3))
    knee = np.tile([0.0, -0.4 * np.cos(bend), 0.4 * np.sin(bend)], (frames, 1))
    ankle = knee + [0.0, -0.38 * np.cos(bend), -0.38 * np.sin(bend)]
    return hip, knee, ankle


def moved(hip, knee, ankle, upper, lower):
    new_knee = hip + rotate(upper, knee - hip)
    return new_knee, new_knee + rotate(lower, ankle - knee)


def test_goal_is_reached_and_lengths_are_kept():
    rng = np.random.default_rng(1)
    hip, knee, ankle = leg(200)
    way = rng.normal(size=(200, 3))
    goal = way / np.linalg.norm(way, axis=1)[:, None] * rng.uniform(0.1, 0.77, (200, 1))
    upper, lower, end = solve(hip, knee, ankle, goal, np.repeat(HINGE, 200, 0))
    new_knee, new_ankle = moved(hip, knee, ankle, upper, lower)
    assert np.abs(new_ankle - goal).max() < 1e-9
    assert np.abs(end - goal).max() < 1e-9
    assert np.allclose(np.linalg.norm(new_knee - hip, axis=1), 0.4)
    assert np.allclose(np.linalg.norm(new_ankle - new_knee, axis=1), 0.38)


def test_nothing_changes_if_the_goal_is_where_the_end_is():
    for bend in (0.0, 1e-4, 0.07, 0.5):
        hip, knee, ankle = leg(1, bend)
        upper, lower, _ = solve(hip, knee, ankle, ankle, HINGE)
        limit = 0.04 if bend < 0.07 else 1e-6  # the very straight leg is bent a little
        assert np.abs(upper[0, 1:]).max() < limit
        assert np.abs(lower[0, 1:]).max() < limit


def test_knee_keeps_its_direction():
    hip, knee, ankle = leg(50)
    turn = shortest_arc(np.array([[0.0, 0.0, 1.0]]), np.array([[0.5, 0.0, 1.0]]))  # knee turned out by 27 degrees
    knee, ankle = rotate(turn, knee), rotate(turn, ankle)
    goal = ankle + np.stack([np.zeros(50), np.linspace(0.0, 0.3, 50), np.zeros(50)], -1)
    upper, lower, _ = solve(hip, knee, ankle, goal, np.repeat(HINGE, 50, 0))
    new_knee, _ = moved(hip, knee, ankle, upper, lower)
    angle = np.degrees(np.arctan2(new_knee[1:, 0], new_knee[1:, 2]))
    assert np.allclose(angle, np.degrees(np.arctan2(0.5, 1.0)), atol=0.5)


@pytest.mark.parametrize("bend", [0.0, 0.02, 0.06, 0.3])
def test_full_stretch_does_not_pop(bend):
    """The goal moves steadily through full stretch and back: the knee's acceleration stays bounded."""
    frames = 200
    hip, knee, ankle = leg(frames, bend)
    depth = 0.76 + 0.04 * np.sin(np.linspace(0.0, 2 * np.pi, frames))
    goal = np.stack([np.zeros(frames), -depth, np.zeros(frames)], -1)
    upper, lower, end = solve(hip, knee, ankle, goal, np.repeat(HINGE, frames, 0))
    new_knee, _ = moved(hip, knee, ankle, upper, lower)
    assert np.isfinite(upper).all() and np.isfinite(lower).all()
    assert np.linalg.norm(end, axis=1).max() < 0.78
    assert (new_knee[:, 2] > 0.0).all()  # never bends backwards
    assert np.abs(np.diff(new_knee, 2, axis=0)).max() < 0.004


def test_soft_reach_is_monotonous_and_exact_below_the_limit():
    wanted = np.linspace(0.1, 1.2, 1000)
    got = soft_reach(wanted, np.full(1000, 0.78), np.full(1000, 0.5))
    assert (np.diff(got) >= 0.0).all() and got.max() < 0.78 * 0.9999 + 1e-9
    inside = wanted < 0.995 * 0.78
    assert np.array_equal(got[inside], wanted[inside])
    assert np.abs(np.diff(got, 2)).max() < 2e-4 + (wanted[1] - wanted[0])


def test_hinge_comes_from_the_motion_and_falls_back():
    _, knee, ankle = leg(10, 0.5)
    still = np.tile([1.0, 0.0, 0.0, 0.0], (10, 1))
    assert np.allclose(hinge_axis(knee, ankle - knee, still, HINGE[0]), [1.0, 0.0, 0.0], atol=1e-6)
    _, knee, ankle = leg(10, 0.0)
    assert np.allclose(hinge_axis(knee, ankle - knee, still, HINGE[0]), [1.0, 0.0, 0.0])


def test_opposite_directions_turn_half_around():
    turn = shortest_arc(np.array([[0.0, 1.0, 0.0]]), np.array([[0.0, -1.0, 0.0]]))
    assert np.allclose(rotate(turn, np.array([[0.0, 1.0, 0.0]])), [[0.0, -1.0, 0.0]], atol=1e-9)
