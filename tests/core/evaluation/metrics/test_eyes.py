# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures of lids and of events that happen together."""

import numpy as np
import pytest

from core.evaluation.metrics.eyes import blink_figures, blink_times_s, coincidence, distance_of_distributions


def lid(times_s: list[float], depth: float = 1.0, seconds: float = 60.0) -> np.ndarray:
    curve = np.zeros(int(seconds * 60))
    for time in times_s:
        at = int(time * 60)
        curve[at - 4 : at + 5] = depth * np.array([0.2, 0.5, 0.8, 0.9, 1.0, 0.9, 0.8, 0.5, 0.2])
    return curve


def test_blinks_are_counted_and_gaps_include_the_ends():
    figures = blink_figures(lid([5.0, 10.0, 40.0]), 60.0)
    assert figures["per_min"] == pytest.approx(3.0) and figures["full"] == 1.0
    assert figures["longest_gap_s"] == pytest.approx(30.0, abs=0.05)
    assert blink_figures(lid([5.0, 10.0], depth=0.9), 60.0)["full"] == 0.0
    assert np.allclose(blink_times_s(lid([5.0, 10.0]), 60.0), [5.0, 10.0], atol=0.02)


def test_chance_is_what_independent_events_give():
    random = np.random.default_rng(0)
    together, chance = coincidence([np.sort(random.uniform(0, 600, 200)) for _ in range(6)], 600.0)
    assert together == pytest.approx(chance, abs=0.02)
    same = np.sort(random.uniform(0, 600, 200))
    assert coincidence([same, same], 600.0)[0] == 1.0


def test_distance_is_0_for_the_same_and_1_for_apart():
    values = np.linspace(0, 1, 100)
    assert distance_of_distributions(values, values) == 0.0
    assert distance_of_distributions(values, values + 2.0) == 1.0
