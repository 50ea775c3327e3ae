# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import numpy as np
import pytest
from core.motion.scene_frames import frame_grid, sample, sample_rotations


@pytest.mark.parametrize("rate", [23.976, 24, 25, 30, 60, 120])
def test_a_short_closure_survives_every_scene_rate(rate):
    times_s = np.arange(0, 120) / 60.0
    opening = np.full(120, 0.6, np.float32)
    opening[61] = 0.0  # closed for a single sample, at 1.017 s
    source_frames = 1.0 + times_s * rate
    frames = frame_grid(source_frames[0], source_frames[-1])
    result = sample(source_frames, opening, frames)
    lowest = int(np.argmin(result))
    assert result[lowest] <= 0.3 if rate > 60 else result[lowest] == 0.0
    assert abs(frames[lowest] - source_frames[61]) <= 0.5 + 1e-6
    assert result.dtype == np.float32 and len(result) == len(frames)


def test_smooth_curves_stay_where_they_are():
    times_s = np.arange(0, 600) / 60.0
    curve = 0.5 + 0.5 * np.sin(times_s * 2.0)
    frames = frame_grid(0, times_s[-1] * 24)
    error = np.abs(sample(times_s * 24, curve.astype(np.float32), frames) - (0.5 + 0.5 * np.sin(frames / 24 * 2.0)))
    assert error[:-2].max() < 2e-3


def test_ends_are_held():
    frames = frame_grid(-2.5, 12.2)
    assert frames[0] == -3 and frames[-1] == 13
    result = sample(np.arange(0, 10.0), np.linspace(0.2, 0.8, 10).astype(np.float32), frames)
    assert result[0] == pytest.approx(0.2) and result[-1] == pytest.approx(0.8)


def test_rotations_stay_unit():
    half = np.linspace(0, 1.2, 90)
    quaternions = np.stack([np.cos(half), np.sin(half), 0 * half, 0 * half], 1)
    frames = frame_grid(0, 89 / 60 * 25)
    result = sample_rotations(np.arange(90) / 60 * 25, quaternions, frames)
    assert np.linalg.norm(result, axis=1) == pytest.approx(1.0, abs=1e-6)
    assert 2 * np.arccos(result[10, 0]) == pytest.approx(2 * 1.2 * (10 / 25 * 60) / 89, abs=1e-3)
