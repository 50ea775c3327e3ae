# SPDX-License-Identifier: GPL-3.0-or-later
"""A Gaussian over a curve, narrow and wide."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter1d

from core.audio.gaussian import gaussian_mean


@pytest.mark.parametrize("frames", [1, 7, 900])
@pytest.mark.parametrize("sigma", [0.4, 8.0, 60.0, 800.0])
def test_it_is_scipys_whatever_the_width(frames, sigma):
    curve = np.random.default_rng(frames).normal(-30.0, 10.0, frames)
    smoothed = gaussian_mean(curve, sigma)
    expected = gaussian_filter1d(curve, sigma, mode="nearest", radius=int(np.ceil(4.0 * sigma)))
    assert smoothed.shape == curve.shape and np.allclose(smoothed, expected, atol=1e-9)


def test_a_curve_that_does_not_move_stays():
    assert np.allclose(gaussian_mean(np.full(50, 3.0, np.float32), 300.0, reach=3.0), 3.0)
