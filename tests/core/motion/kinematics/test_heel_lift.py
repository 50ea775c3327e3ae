# SPDX-License-Identifier: GPL-3.0-or-later
"""Heels lift as far as it takes, and no further."""

from __future__ import annotations

import numpy as np

from core.motion.kinematics.heel_lift import heel_lift
from core.motion.rotations import rotate

FRAMES, RATE_HZ, REACH_M = 90, 30.0, 0.8
ANKLE, BALL = np.array([0.1, 0.08, 0.0]), np.array([0.12, 0.02, 0.13])


def lifted(height_m: np.ndarray):
    hip = np.array([0.1, 0.08, 0.02]) + height_m[:, None] * [0.0, 1.0, 0.0]
    many = np.ones((FRAMES, 1))
    return hip, *heel_lift(hip, many * ANKLE, many * BALL, np.full(FRAMES, REACH_M), RATE_HZ)


def test_within_reach_nothing_moves():
    _, turns, ankles, missing = lifted(np.full(FRAMES, 0.7))
    assert np.allclose(turns, [1, 0, 0, 0]) and np.allclose(ankles, ANKLE) and not missing.any()


def test_a_heel_lifts_about_the_ball_until_the_leg_reaches():
    height = 0.75 + 0.09 * np.exp(-(((np.arange(FRAMES) - 45) / 9.0) ** 2))
    hip, turns, ankles, missing = lifted(height)
    assert not missing.any()
    assert np.linalg.norm(hip - ankles, axis=1).max() < REACH_M + 1e-4
    assert ankles[45, 1] > ANKLE[1] + 0.03 and np.allclose(ankles[:10], ANKLE)
    assert np.abs(ankles + rotate(turns, BALL - ANKLE) - BALL).max() < 1e-9
    assert np.abs(np.diff(ankles, 2, axis=0)).max() < 0.01


def test_what_tiptoe_does_not_reach_is_missing():
    _, _, ankles, missing = lifted(np.full(FRAMES, 1.2))
    assert 0.15 < missing.max() < 0.4 and ankles[:, 1].max() < BALL[1] + 0.16
