# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import numpy as np
import pytest

from core.motion.rotations import angle_between_deg, from_axis_angle, multiply
from core.prompts.curve_spaces import angular_acceleration
from core.prompts.jerk_suppression import suppress_jerks, whittaker_smooth

RATE_HZ = 30.0
TIMES_S = np.arange(300) / RATE_HZ


def swaying() -> np.ndarray:
    return from_axis_angle(0.15 * np.sin(2.0 * TIMES_S[:, None] + np.array([0.0, 1.0, 4.0]))).astype(np.float32)


def test_jerks_are_smoothed_away_where_wanted_and_nowhere_else():
    motion = swaying()
    jerky = motion.copy()
    jerky[140:] = multiply(motion[140:].astype(float), from_axis_angle(np.array([0.0, 0.2, 0.1])))  # a jump
    jerky[250] = multiply(motion[250].astype(float), from_axis_angle(np.array([0.0, 0.2, 0.2])))
    fixed, near = np.zeros(300, bool), np.zeros(300, bool)
    fixed[136] = True
    near[110:180] = True
    calm = suppress_jerks(jerky, RATE_HZ, fixed, near, 30.0)
    assert angular_acceleration(calm, RATE_HZ)[110:180].max() <= 30.0
    assert angle_between_deg(calm[136], jerky[136]) < 0.01
    assert (
        angle_between_deg(calm[:100], jerky[:100]).max() < 0.01
        and angle_between_deg(calm[200:], jerky[200:]).max() < 0.01
    )


def test_without_a_limit_nothing_is_too_fast():
    motion = swaying()
    everywhere = np.ones(300, bool)
    assert suppress_jerks(motion, RATE_HZ, ~everywhere, everywhere, np.inf) is motion


def penalised(values: np.ndarray, free: np.ndarray, weight: float) -> np.ndarray:
    """As `whittaker_smooth`, by a dense matrix."""
    third = np.diff(np.eye(len(values)), 3, axis=0)
    matrix = np.eye(len(values)) + weight * third.T @ third
    result = values.copy()
    known = matrix[np.ix_(free, ~free)] @ values[~free]
    result[free] = np.linalg.solve(matrix[np.ix_(free, free)], values[free] - known)
    return result


@pytest.mark.parametrize("count, weight", [(4, 1.0), (9, 16.0), (60, 1.0), (60, 4.0**8)])
def test_whittaker_smoothing_leaves_what_is_fixed_and_solves_the_rest(count, weight):
    rng = np.random.default_rng(count)
    values, free = rng.normal(size=(count, 3)), rng.uniform(size=count) < 0.7
    free[0] = True
    smooth = whittaker_smooth(values, free, weight)
    assert np.array_equal(smooth[~free], values[~free])
    assert smooth == pytest.approx(penalised(values, free, weight), abs=1e-9)


def test_too_few_samples_have_no_third_difference():
    values = np.arange(9.0).reshape(3, 3) ** 2
    assert np.array_equal(whittaker_smooth(values, np.ones(3, bool), 5.0), values)
