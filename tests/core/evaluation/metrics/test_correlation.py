# SPDX-License-Identifier: GPL-3.0-or-later
"""Curves that move alike have a correlation of 1, and such as stand still what the caller says."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core.evaluation.metrics.correlation import correlation


def test_alike_opposite_and_still():
    curve = np.sin(np.arange(50.0))
    assert correlation(curve, 2.0 * curve + 1.0) == pytest.approx(1.0)
    assert correlation(curve, -curve) == pytest.approx(-1.0)
    assert math.isnan(correlation(curve, np.ones(50))) and correlation(np.ones(50), curve, still=0.0) == 0.0
