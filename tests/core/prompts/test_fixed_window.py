# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import numpy as np
import pytest

from core.prompts.blending import blend_range, blend_rotations_through, blend_through
from core.prompts.fixed_window import WINDOW_S, FixedWindow

TIMES_S = np.arange(0, 240) / 60.0
CURVE = (0.5 + 0.4 * np.sin(TIMES_S * 20.0)).astype(np.float32)[:, None]


def test_passes_exactly_through_prompts_and_is_untouched_elsewhere():
    prompts_s, wanted = TIMES_S[[60, 180]], np.array([[1.0], [0.0]])
    result = blend_through(TIMES_S, CURVE, prompts_s, wanted, FixedWindow())
    assert result[[60, 180]] == pytest.approx(wanted, abs=1e-6)
    far = np.abs(TIMES_S[:, None] - prompts_s).min(1) > WINDOW_S + 1e-6
    assert np.array_equal(result[far], CURVE[far])
    assert result.dtype == CURVE.dtype


def test_flows_in_and_out_without_a_jump():
    result = blend_through(TIMES_S, CURVE, TIMES_S[[100]], np.array([[1.0]]), FixedWindow())
    assert np.abs(np.diff(result, axis=0)).max() < 2.5 * np.abs(np.diff(CURVE, axis=0)).max()
    assert result.max() <= 1.0 and result.min() >= CURVE.min() - 1e-6


def test_a_run_of_prompts_holds():
    prompts_s = TIMES_S[[100, 108, 120]]
    result = blend_through(TIMES_S, CURVE, prompts_s, np.full((3, 1), 0.2), FixedWindow())
    assert result[100:121] == pytest.approx(0.2, abs=1e-6)


def test_prompt_between_samples_pulls_both_neighbours():
    result = blend_through(TIMES_S, CURVE, np.array([TIMES_S[50] + 1 / 120]), np.array([[0.9]]), FixedWindow())
    assert result[50:52] == pytest.approx(0.9, abs=0.03)


def test_no_prompts_gives_the_same_curve():
    assert blend_through(TIMES_S, CURVE, np.empty(0), np.empty((0, 1)), FixedWindow()) is CURVE


def test_several_components_at_once():
    curves = np.concatenate([CURVE, 1 - CURVE], 1)
    result = blend_through(TIMES_S, curves, TIMES_S[[30]], np.array([[0.1, 0.7]]), FixedWindow())
    assert result[30] == pytest.approx(np.array([0.1, 0.7]), abs=1e-6)


def test_rotations_stay_unit_continuous_and_meet_prompts_of_either_sign():
    half = 0.2 * np.sin(TIMES_S * 3)
    quaternions = np.stack([np.cos(half), np.sin(half), 0 * half, 0 * half], 1).astype(np.float32)
    wanted = np.array([[np.cos(0.3), 0, np.sin(0.3), 0], [np.cos(0.1), 0, 0, np.sin(0.1)]])
    result = blend_rotations_through(
        TIMES_S, quaternions, TIMES_S[[90, 100]], np.stack([-wanted[0], wanted[1]]), FixedWindow()
    )
    assert np.linalg.norm(result, axis=1) == pytest.approx(1.0, abs=1e-5)
    assert np.abs((result[[90, 100]] * wanted).sum(1)) == pytest.approx(1.0, abs=1e-6)
    assert ((result[1:] * result[:-1]).sum(1) > 0.95).all()


def test_a_range_is_left_before_its_next_prompt():
    new, old = np.zeros((240, 1), np.float32), np.ones((240, 1), np.float32)
    ends_s = float(TIMES_S[60]), float(TIMES_S[180])
    result = blend_range(TIMES_S, new, old, ends_s, FixedWindow(), TIMES_S[[64]])
    assert np.array_equal(result[:61], old[:61]) and np.array_equal(result[180:], old[180:])
    assert np.array_equal(result[64:170], new[64:170])  # at the prompt it is the new one already
    assert 0.0 < result[175, 0] < 1.0
