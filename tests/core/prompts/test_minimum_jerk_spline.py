# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import numpy as np
import pytest

from core.motion.easing import minimum_jerk
from core.prompts.minimum_jerk_spline import evaluated, minimum_jerk_spline

TIMES_S = np.linspace(0.0, 4.0, 4001)


def test_from_rest_to_rest_it_is_the_minimum_jerk_ease():
    spline = minimum_jerk_spline(np.array([1.0, 3.0]), np.array([[0.0], [2.0]]))
    found = evaluated([spline], TIMES_S, 1)[1000:3001, 0]
    assert found == pytest.approx(2.0 * minimum_jerk((TIMES_S[1000:3001] - 1.0) / 2.0), abs=1e-12)


def test_several_are_met_exactly_and_nothing_is_between_them():
    rng = np.random.default_rng(0)
    knots = [np.array([0.2, 0.5, 0.6, 1.1]), np.array([1.5, 2.0]), np.array([2.4, 2.7, 3.3])]
    splines = [minimum_jerk_spline(times_s, rng.normal(size=(len(times_s), 3))) for times_s in knots]
    for spline in splines:
        assert evaluated(splines, spline.times_s, 3) == pytest.approx(spline.values, abs=1e-12)
    between = (TIMES_S < 0.199) | ((TIMES_S > 1.101) & (TIMES_S < 1.499)) | (TIMES_S > 3.301)
    assert not evaluated(splines, TIMES_S, 3)[between].any()
    assert not evaluated([], TIMES_S, 3).any()


@pytest.mark.parametrize("count", [3, 12, 60])
def test_velocity_and_acceleration_go_on_through_the_knots_and_rest_at_the_ends(count):
    rng = np.random.default_rng(count)
    times_s = 0.3 + np.cumsum(rng.uniform(0.04, 0.06, count))
    spline = minimum_jerk_spline(times_s, np.cumsum(rng.normal(size=(count, 2)), 0))
    step = 1e-5
    for side in (-1.0, 1.0):
        at = times_s[1:-1, None] + side * step * np.array([0.0, 1.0, 2.0])
        one, two, three = (evaluated([spline], column, 2) for column in at.T)
        velocity = side * (4.0 * two - 3.0 * one - three) / (2.0 * step)
        assert velocity == pytest.approx(spline.velocities[1:-1], abs=1e-2)
    assert not spline.velocities[[0, -1]].any() and not spline.accelerations[[0, -1]].any()


def test_a_peak_has_no_velocity_and_is_not_exceeded():
    times_s = np.array([0.0, 0.1, 1.9, 2.0])
    spline = minimum_jerk_spline(times_s, np.array([[0.0], [1.0], [1.0], [0.0]]))
    assert not spline.velocities.any()
    assert evaluated([spline], TIMES_S, 1).max() <= 1.0 + 1e-9
