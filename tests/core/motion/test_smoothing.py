# SPDX-License-Identifier: GPL-3.0-or-later
"""Smoothing keeps times, envelopes keep peaks."""

from __future__ import annotations

import numpy as np

from core.motion.smoothing import extrema, gaussian_smooth, smooth_upper_envelope


def test_gaussian_keeps_time_and_constants():
    curve = np.zeros(101)
    curve[50] = 1.0
    smooth = gaussian_smooth(curve, 3.0)
    assert smooth.argmax() == 50 and abs(smooth.sum() - 1.0) < 1e-9
    np.testing.assert_allclose(smooth, smooth[::-1], atol=1e-12)
    np.testing.assert_allclose(gaussian_smooth(np.full((20, 3), 0.7), 2.0), 0.7)


def test_extrema():
    curve = np.array([0, 1, 0.98, 1, 2, 0, 0.01, 0, 3, 3, 1.0])
    assert extrema(curve, 0.5).tolist() == [4, 5, 8]
    assert extrema(np.zeros(50), 0.1).tolist() == []


def test_the_envelope_is_smooth_and_nowhere_below():
    rng = np.random.default_rng(2)
    values = np.maximum(rng.normal(size=400), 1.5) - 1.5
    envelope = smooth_upper_envelope(values, 4)
    assert envelope.shape == values.shape and (envelope >= values - 1e-9).all()
    assert np.abs(np.diff(envelope, 2)).max() < 0.2 * np.abs(np.diff(values, 2)).max()
    assert np.array_equal(smooth_upper_envelope(values, 0), values) and len(smooth_upper_envelope(values[:0], 3)) == 0
