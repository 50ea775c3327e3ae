# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import numpy as np
import pytest

from core.motion.rotations import angle_between_deg, from_axis_angle, multiply
from core.prompts.blending import (
    angular_acceleration,
    bend_positions,
    bend_rotations,
    calm_rotations,
    flow_rotations,
    linear_acceleration,
)

RATE_HZ = 30.0
TIMES_S = np.arange(300) / RATE_HZ


def swaying(seed: int = 0, size: float = 0.3) -> np.ndarray:
    rng = np.random.default_rng(seed)
    waves = [
        size * np.sin(2 * np.pi * rng.uniform(0.2, 0.7, 3) * TIMES_S[:, None] + rng.uniform(0, 6, 3)) for _ in range(2)
    ]
    return from_axis_angle(sum(waves)).astype(np.float32)


def turned(motion: np.ndarray, row: int, degrees: float, axis=(0.6, 0.0, 0.8)) -> np.ndarray:
    return multiply(motion[row].astype(float), from_axis_angle(np.radians(degrees) * np.array(axis)))


@pytest.mark.parametrize("degrees", [3.0, 40.0, 120.0, 179.0])
def test_single_prompt_is_met_and_left_with_the_motions_own_velocity(degrees):
    motion = swaying()
    bent = bend_rotations(TIMES_S, motion, TIMES_S[[150]], turned(motion, 150, degrees)[None], 40.0)
    assert angle_between_deg(bent[150].astype(float), turned(motion, 150, degrees)) < 1e-3
    assert np.linalg.norm(bent, axis=1) == pytest.approx(1.0, abs=1e-5)
    assert angular_acceleration(bent, RATE_HZ).max() <= 40.0
    far = np.abs(TIMES_S - TIMES_S[150]) > 2.0
    assert np.array_equal(bent[far], motion[far]) or np.array_equal(bent[far], -motion[far])
    # not a stop: the motion's own speed at that moment is kept
    speed = angle_between_deg(bent[149], bent[151]) / angle_between_deg(motion[149], motion[151])
    assert speed == pytest.approx(1.0, abs=0.1)


def test_larger_residuals_take_longer():
    motion = np.tile(np.float32([1, 0, 0, 0]), (300, 1))
    spans = []
    for degrees in (10.0, 90.0):
        bent = bend_rotations(TIMES_S, motion, TIMES_S[[150]], turned(motion, 150, degrees)[None], 30.0)
        spans.append(np.count_nonzero(angle_between_deg(bent, motion) > 1e-3))
    assert spans[1] > 1.8 * spans[0]


def test_equal_prompts_hold_still_between_them_and_flow_in_and_out():
    motion = swaying(1)
    wanted = turned(motion, 120, 50.0)
    bent = bend_rotations(TIMES_S, motion, TIMES_S[[120, 165]], np.stack([wanted, -wanted]), 40.0)
    assert angle_between_deg(bent[120:166].astype(float), wanted).max() < 1e-3
    assert angular_acceleration(bent, RATE_HZ).max() <= 40.0
    assert angle_between_deg(bent[118], bent[119]) < 1.0  # comes to rest, no pop


def test_prompts_close_together_are_passed_through_smoothly():
    motion = swaying(2)
    rows = [100, 108, 118, 130]
    wanted = np.stack([turned(motion, row, degrees) for row, degrees in zip(rows, (20.0, 45.0, 50.0, 10.0))])
    bent = bend_rotations(TIMES_S, motion, TIMES_S[rows], wanted, 60.0)
    assert angle_between_deg(bent[rows].astype(float), wanted).max() < 1e-3
    assert angular_acceleration(bent, RATE_HZ).max() < 60.0


def test_contradicting_prompts_are_met_without_flying_off():
    motion = swaying(3)
    wanted = np.stack([turned(motion, 150, 0.0), turned(motion, 151, 150.0)])
    bent = bend_rotations(TIMES_S, motion, TIMES_S[[150, 151]], wanted, 40.0)
    assert angle_between_deg(bent[[150, 151]].astype(float), wanted).max() < 1e-3
    assert angle_between_deg(bent, motion).max() < 165.0


def test_many_prompts_in_a_row_are_followed():
    motion, other = swaying(4), swaying(5)
    bent = bend_rotations(TIMES_S, motion, TIMES_S[100:180], other[100:180], 60.0)
    assert angle_between_deg(bent[100:180], other[100:180]).max() < 0.01


def test_prompts_between_samples_and_outside_of_them():
    motion = swaying(6)
    between = TIMES_S[150] + 0.5 / RATE_HZ
    wanted = turned(motion, 150, 30.0)
    bent = bend_rotations(TIMES_S, motion, np.array([-0.1, between]), np.stack([turned(motion, 0, 25.0), wanted]), 60.0)
    assert angle_between_deg(bent[150], wanted) < 2.0 and angle_between_deg(bent[151], wanted) < 2.0
    assert angle_between_deg(bent[0], motion[0]) > 5.0  # the prompt before the first sample is still left behind
    far = bend_rotations(TIMES_S, motion, np.array([-9.0, 99.0]), np.stack([wanted, turned(motion, 9, 60.0)]), 60.0)
    assert angle_between_deg(far, motion).max() < 1e-3


def test_places_are_bent_alike_and_only_where_it_is_clear():
    path = np.stack([np.sin(TIMES_S), 0 * TIMES_S, 0.2 * TIMES_S], 1)
    wanted = path[[150]] + [[0.1, 0.3, 0.0]]
    bent = bend_positions(TIMES_S, path, TIMES_S[[150]], wanted, 10.0, clear_s=(TIMES_S[140], TIMES_S[220]))
    assert bent[150] == pytest.approx(wanted[0], abs=1e-9)
    assert np.array_equal(bent[:141], path[:141]) and np.array_equal(bent[221:], path[221:])
    free = bend_positions(TIMES_S, path, TIMES_S[[150]], wanted, 10.0)
    assert linear_acceleration(free, RATE_HZ).max() <= 10.0


def test_one_motion_flows_into_another_with_its_speed():
    new, old = swaying(7), swaying(8)
    result = flow_rotations(TIMES_S, new, old, TIMES_S[60], TIMES_S[240], 40.0)
    assert (
        angle_between_deg(result[:61], old[:61]).max() < 0.01
        and angle_between_deg(result[240:], old[240:]).max() < 0.01
    )
    assert angle_between_deg(result[140:160], new[140:160]).max() < 0.01
    assert angular_acceleration(result, RATE_HZ).max() <= 40.0


def test_jerks_are_smoothed_away_where_wanted_and_nowhere_else():
    motion = swaying(9, 0.15)
    jerky = motion.copy()
    jerky[140:] = multiply(motion[140:].astype(float), from_axis_angle(np.array([0.0, 0.2, 0.1])))  # a jump
    jerky[250] = turned(motion, 250, 15.0)
    fixed, near = np.zeros(300, bool), np.zeros(300, bool)
    fixed[136] = True
    near[110:180] = True
    calm = calm_rotations(jerky, RATE_HZ, fixed, near, 30.0)
    assert angular_acceleration(calm, RATE_HZ)[110:180].max() <= 30.0
    assert angle_between_deg(calm[136], jerky[136]) < 0.01
    assert (
        angle_between_deg(calm[:100], jerky[:100]).max() < 0.01
        and angle_between_deg(calm[200:], jerky[200:]).max() < 0.01
    )
