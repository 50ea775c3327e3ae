# SPDX-License-Identifier: GPL-3.0-or-later
"""Leakage between controls: shares of ranges, and how a region follows."""

import numpy as np
import pytest

from core.evaluation.metrics.leakage import followed, moved, ranges


def test_moved_is_a_share_of_the_range_of_channels_that_move():
    face = np.zeros((100, 3))
    face[:, 0] = np.linspace(0.0, 0.5, 100)
    face[:, 2] = np.linspace(-20.0, 20.0, 100)
    spans = ranges([face], [np.ones(3, bool)], np.array([False, False, True]))
    assert spans[0] == pytest.approx(0.49, abs=0.01) and np.isnan(spans[1]) and spans[2] == pytest.approx(39.2, abs=0.1)
    after = face.copy()
    after[:, 0] += 0.049
    assert moved(face, after, np.array([True, True, False]), spans) == pytest.approx(0.1, abs=0.003)
    assert np.isnan(moved(face, after, np.array([False, True, False]), spans))
    unknown = ranges([face], [np.array([False, True, True])], np.array([False, False, True]))
    assert np.isnan(unknown[0])


def test_followed_is_a_correlation_of_what_moves():
    random = np.random.default_rng(0)
    donor = np.stack([random.random(200), np.full(200, 0.3)], 1)
    spans, both = np.array([1.0, 1.0]), np.ones(2, bool)
    assert followed(0.5 * donor + 0.1, donor, both, spans) == pytest.approx(1.0)
    assert followed(1.0 - donor, donor, both, spans) == pytest.approx(-1.0)
    assert followed(np.zeros_like(donor), donor, both, spans) == 0.0
