# SPDX-License-Identifier: GPL-3.0-or-later
"""Corrections go on between the frames in which they are known."""

from __future__ import annotations

import numpy as np

from core.motion.locomotion.corrections import bridge_corrections


def test_bridges_match_place_and_speed():
    known = np.zeros(60, bool)
    known[10:20] = known[28:40] = True
    values = np.stack([np.sin(np.arange(60) / 5.0), np.cos(np.arange(60) / 7.0)], -1) * 0.05
    filled = bridge_corrections(values, known, 8)
    assert np.array_equal(filled[known], values[known])
    assert np.abs(filled[:3]).max() == 0.0 and np.abs(filled[48:]).max() == 0.0
    assert np.abs(np.diff(filled, 2, axis=0)).max() < 0.012
