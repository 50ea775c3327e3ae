# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import numpy as np
import pytest

from core.prompts.curve_blending import WINDOW_S, honour, honour_rotations

TIMES_S = np.arange(0, 240) / 60.0
CURVE = (0.5 + 0.4 * np.sin(TIMES_S * 20.0)).astype(np.float32)


def test_passes_exactly_through_prompts_and_is_untouched_elsewhere():
    prompts_s, wanted = TIMES_S[[60, 180]], np.array([1.0, 0.0])
    result = honour(TIMES_S, CURVE, prompts_s, wanted)
    assert result[[60, 180]] == pytest.approx(wanted, abs=1e-6)
    far = np.abs(TIMES_S[:, None] - prompts_s).min(1) > WINDOW_S + 1e-6
    assert np.array_equal(result[far], CURVE[far])
    assert result.dtype == CURVE.dtype


def test_flows_in_and_out_without_a_jump():
    result = honour(TIMES_S, CURVE, TIMES_S[[100]], np.array([1.0]))
    assert np.abs(np.diff(result)).max() < 2.5 * np.abs(np.diff(CURVE)).max()
    assert result.max() <= 1.0 and result.min() >= CURVE.min() - 1e-6


def test_a_run_of_prompts_holds():
    prompts_s = TIMES_S[[100, 108, 120]]
    result = honour(TIMES_S, CURVE, prompts_s, np.array([0.2, 0.2, 0.2]))
    assert result[100:121] == pytest.approx(0.2, abs=1e-6)


def test_prompt_between_samples_pulls_both_neighbours():
    result = honour(TIMES_S, CURVE, np.array([TIMES_S[50] + 1 / 120]), np.array([0.9]))
    assert result[50:52] == pytest.approx(0.9, abs=0.03)


def test_no_prompts_gives_the_same_curve():
    assert honour(TIMES_S, CURVE, np.empty(0), np.empty(0)) is CURVE


def test_several_components_at_once():
    curves = np.stack([CURVE, 1 - CURVE], 1)
    result = honour(TIMES_S, curves, TIMES_S[[30]], np.array([[0.1, 0.7]]))
    assert result[30] == pytest.approx([0.1, 0.7], abs=1e-6)


def test_rotations_stay_unit_continuous_and_meet_prompts_of_either_sign():
    half = 0.2 * np.sin(TIMES_S * 3)
    quaternions = np.stack([np.cos(half), np.sin(half), 0 * half, 0 * half], 1).astype(np.float32)
    wanted = np.array([[np.cos(0.3), 0, np.sin(0.3), 0], [np.cos(0.1), 0, 0, np.sin(0.1)]])
    result = honour_rotations(TIMES_S, quaternions, TIMES_S[[90, 100]], np.stack([-wanted[0], wanted[1]]))
    assert np.linalg.norm(result, axis=1) == pytest.approx(1.0, abs=1e-5)
    assert np.abs((result[[90, 100]] * wanted).sum(1)) == pytest.approx(1.0, abs=1e-6)
    assert ((result[1:] * result[:-1]).sum(1) > 0.95).all()
