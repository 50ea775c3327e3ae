# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of True, and ramps away from them."""

from __future__ import annotations

import numpy as np

from core.motion.spans import ramp_away_from, spans


def test_spans_are_half_open_and_in_order():
    assert spans(np.array([True, True, False, True])) == [(0, 2), (3, 4)]
    assert spans(np.zeros(3, bool)) == [] and spans(np.zeros(0, bool)) == []


def test_a_ramp_is_nothing_in_the_mask_and_one_far_away():
    mask = np.zeros(30, bool)
    mask[10:12] = True
    ramp = ramp_away_from(mask, 5)
    assert np.array_equal(ramp[10:12], [0.0, 0.0]) and ramp[:6].min() == ramp[17:].min() == 1.0
    assert (np.diff(ramp[11:18]) >= 0.0).all()
    assert ramp_away_from(np.zeros(4, bool), 5).tolist() == [1.0] * 4
