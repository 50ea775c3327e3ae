# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import numpy as np
import pytest

from core.motion.rotations import angle_between_deg, from_axis_angle, multiply
from core.prompts.acceleration_limit import AccelerationLimit
from core.prompts.blending import blend_rotations_in_range, blend_rotations_through, blend_through
from core.prompts.curve_spaces import angular_acceleration, linear_acceleration

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
    blended = blend_rotations_through(
        TIMES_S, motion, TIMES_S[[150]], turned(motion, 150, degrees)[None], AccelerationLimit(40.0)
    )
    assert angle_between_deg(blended[150].astype(float), turned(motion, 150, degrees)) < 1e-3
    assert np.linalg.norm(blended, axis=1) == pytest.approx(1.0, abs=1e-5)
    assert angular_acceleration(blended, RATE_HZ).max() <= 40.0
    far = np.abs(TIMES_S - TIMES_S[150]) > 2.0
    assert np.array_equal(blended[far], motion[far]) or np.array_equal(blended[far], -motion[far])
    # not a stop: the motion's own speed at that moment is kept
    speed = angle_between_deg(blended[149], blended[151]) / angle_between_deg(motion[149], motion[151])
    assert speed == pytest.approx(1.0, abs=0.1)


def test_larger_residuals_take_longer():
    motion = np.tile(np.float32([1, 0, 0, 0]), (300, 1))
    spans = []
    for degrees in (10.0, 90.0):
        blended = blend_rotations_through(
            TIMES_S, motion, TIMES_S[[150]], turned(motion, 150, degrees)[None], AccelerationLimit(30.0)
        )
        spans.append(np.count_nonzero(angle_between_deg(blended, motion) > 1e-3))
    assert spans[1] > 1.8 * spans[0]


def test_equal_prompts_hold_still_between_them_and_flow_in_and_out():
    motion = swaying(1)
    wanted = turned(motion, 120, 50.0)
    blended = blend_rotations_through(
        TIMES_S, motion, TIMES_S[[120, 165]], np.stack([wanted, -wanted]), AccelerationLimit(40.0)
    )
    assert angle_between_deg(blended[120:166].astype(float), wanted).max() < 1e-3
    assert angular_acceleration(blended, RATE_HZ).max() <= 40.0
    assert angle_between_deg(blended[118], blended[119]) < 1.0  # comes to rest, no pop


def test_prompts_close_together_are_passed_through_smoothly():
    motion = swaying(2)
    rows = [100, 108, 118, 130]
    wanted = np.stack([turned(motion, row, degrees) for row, degrees in zip(rows, (20.0, 45.0, 50.0, 10.0))])
    blended = blend_rotations_through(TIMES_S, motion, TIMES_S[rows], wanted, AccelerationLimit(60.0))
    assert angle_between_deg(blended[rows].astype(float), wanted).max() < 1e-3
    assert angular_acceleration(blended, RATE_HZ).max() < 60.0


def test_contradicting_prompts_are_met_without_flying_off():
    motion = swaying(3)
    wanted = np.stack([turned(motion, 150, 0.0), turned(motion, 151, 150.0)])
    blended = blend_rotations_through(TIMES_S, motion, TIMES_S[[150, 151]], wanted, AccelerationLimit(40.0))
    assert angle_between_deg(blended[[150, 151]].astype(float), wanted).max() < 1e-3
    assert angle_between_deg(blended, motion).max() < 165.0


def test_many_prompts_in_a_row_are_followed():
    motion, other = swaying(4), swaying(5)
    blended = blend_rotations_through(TIMES_S, motion, TIMES_S[100:180], other[100:180], AccelerationLimit(60.0))
    assert angle_between_deg(blended[100:180], other[100:180]).max() < 0.01


def test_prompts_between_samples_and_outside_of_them():
    motion = swaying(6)
    between = TIMES_S[150] + 0.5 / RATE_HZ
    wanted = turned(motion, 150, 30.0)
    blended = blend_rotations_through(
        TIMES_S, motion, np.array([-0.1, between]), np.stack([turned(motion, 0, 25.0), wanted]), AccelerationLimit(60.0)
    )
    assert angle_between_deg(blended[150], wanted) < 2.0 and angle_between_deg(blended[151], wanted) < 2.0
    assert angle_between_deg(blended[0], motion[0]) > 5.0  # the prompt before the first sample is still left behind
    far = blend_rotations_through(
        TIMES_S, motion, np.array([-9.0, 99.0]), np.stack([wanted, turned(motion, 9, 60.0)]), AccelerationLimit(60.0)
    )
    assert angle_between_deg(far, motion).max() < 1e-3


def test_places_are_blended_alike_and_only_where_it_is_clear():
    path = np.stack([np.sin(TIMES_S), 0 * TIMES_S, 0.2 * TIMES_S], 1)
    wanted = path[[150]] + [[0.1, 0.3, 0.0]]
    blended = blend_through(
        TIMES_S, path, TIMES_S[[150]], wanted, AccelerationLimit(10.0), free_s=(TIMES_S[140], TIMES_S[220])
    )
    assert blended[150] == pytest.approx(wanted[0], abs=1e-9)
    assert np.array_equal(blended[:141], path[:141]) and np.array_equal(blended[221:], path[221:])
    free = blend_through(TIMES_S, path, TIMES_S[[150]], wanted, AccelerationLimit(10.0))
    assert linear_acceleration(free, RATE_HZ).max() <= 10.0


def test_one_motion_flows_into_another_with_its_speed():
    new, old = swaying(7), swaying(8)
    result = blend_rotations_in_range(TIMES_S, new, old, (TIMES_S[60], TIMES_S[240]), AccelerationLimit(40.0))
    assert (
        angle_between_deg(result[:61], old[:61]).max() < 0.01
        and angle_between_deg(result[240:], old[240:]).max() < 0.01
    )
    assert angle_between_deg(result[140:160], new[140:160]).max() < 0.01
    assert angular_acceleration(result, RATE_HZ).max() <= 40.0


def test_a_motion_with_a_prompt_on_every_frame_does_not_stop_where_it_turns():
    motion, given = swaying(), swaying(7)
    rows = np.arange(100, 160)
    there = from_axis_angle(np.sin(TIMES_S[rows, None] * 3.0) * np.array([0.1, 0.0, 0.0]))  # turns within two frames
    blended = blend_rotations_through(TIMES_S, motion, TIMES_S[rows], there, AccelerationLimit(40.0))
    assert angle_between_deg(blended[rows].astype(float), there).max() < 1e-3
    assert angular_acceleration(blended, RATE_HZ)[90:170].max() <= 40.0
    followed = blend_rotations_through(TIMES_S, motion, TIMES_S[rows], given[rows], AccelerationLimit(40.0))
    assert angle_between_deg(followed[rows], given[rows]).max() < 0.01
