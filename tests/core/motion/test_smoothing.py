# SPDX-License-Identifier: GPL-3.0-or-later
"""Smoothing keeps times and peaks."""

from __future__ import annotations

import numpy as np

from core.motion.smoothing import extrema, gaussian, keep_peaks, peak_hull


def test_gaussian_keeps_time_and_constants():
    curve = np.zeros(101)
    curve[50] = 1.0
    smooth = gaussian(curve, 3.0)
    assert smooth.argmax() == 50 and abs(smooth.sum() - 1.0) < 1e-9
    np.testing.assert_allclose(smooth, smooth[::-1], atol=1e-12)
    np.testing.assert_allclose(gaussian(np.full((20, 3), 0.7), 2.0), 0.7)


def test_keep_peaks_keeps_closures_and_removes_trembling():
    random = np.random.default_rng(0)
    time_s = np.arange(600) / 60
    clean = 0.4 + 0.3 * np.sin(2 * np.pi * 2.1 * time_s)
    clean[200:203] = 0.0  # a closure of three frames
    noisy = clean + 0.01 * random.standard_normal(600)
    smooth = keep_peaks(noisy, 2.0, 0.1)
    assert gaussian(noisy, 2.0)[199:204].min() > 0.1
    assert abs(smooth[199:204].min() - noisy[199:204].min()) < 0.02
    quiet = slice(220, 590)
    assert np.abs(np.diff(smooth[quiet], 2)).mean() < 0.4 * np.abs(np.diff(noisy[quiet], 2)).mean()
    peaks = [peak for peak in extrema(clean, 0.1) if abs(peak - 201) > 6]
    assert np.abs(smooth[peaks] - clean[peaks]).max() < 0.05
    assert smooth.min() >= noisy.min() and smooth.max() <= noisy.max()


def test_extrema():
    curve = np.array([0, 1, 0.98, 1, 2, 0, 0.01, 0, 3, 3, 1.0])
    assert extrema(curve, 0.5).tolist() == [4, 5, 8]
    assert extrema(np.zeros(50), 0.1).tolist() == []


def test_the_hull_of_peaks_is_smooth_and_nowhere_below():
    rng = np.random.default_rng(2)
    values = np.maximum(rng.normal(size=400), 1.5) - 1.5
    hull = peak_hull(values, 4)
    assert hull.shape == values.shape and (hull >= values - 1e-9).all()
    assert np.abs(np.diff(hull, 2)).max() < 0.2 * np.abs(np.diff(values, 2)).max()
    assert np.array_equal(peak_hull(values, 0), values) and len(peak_hull(values[:0], 3)) == 0
