# SPDX-License-Identifier: GPL-3.0-or-later
"""What the recipe `gestures` fits and counts."""

from __future__ import annotations

import numpy as np

from core.training.recipes.gestures import L2, gesture_statistics, logistic


def test_the_regression_is_at_the_ridge_likelihoods_maximum() -> None:
    random = np.random.default_rng(0)
    x = random.normal(size=(500, 6)) * [1, 2, 3, 4, 5, 0.1] + 3.0
    y = (random.random(500) < 1 / (1 + np.exp(-(x[:, 0] - 3.0 + 0.5 * (x[:, 1] - 3.0))))).astype(int)
    weight = random.uniform(0.2, 3.0, 500)
    mean, deviation, fitted = logistic(x, y, weight)
    z = np.column_stack([(x - mean) / deviation, np.ones(500)])
    assert np.allclose(np.average(z[:, :-1], axis=0, weights=weight), 0.0, atol=1e-9)
    probability = 1.0 / (1.0 + np.exp(-z @ fitted))
    gradient = z.T @ (weight * (y - probability)) - L2 * np.append(fitted[:-1], 0.0)
    assert np.abs(gradient).max() < 1e-4
    assert fitted[0] > 0.5 and fitted[1] > 0.5 and np.abs(fitted[3:6]).max() < 0.3


def entry(name: str, **more: object) -> dict:
    phases = {"leaves_rest_10pct": 0.2, "reaches_90pct": 0.6, "leaves_90pct": 1.0, "back_10pct": 1.5}
    return {
        "id": name,
        "source": "smartbody",
        "lexeme": "POINT",
        "measured_phases_s": phases,
        "phases_s": {"emphasis": 0.7},
        "wrist_excursion_m": 0.3,
        "hand": "RIGHT_HAND",
        **more,
    }


def test_a_take_counts_once_and_suspects_do_not() -> None:
    manifest = [
        entry("a"),
        entry("b", hand="BOTH_HANDS", same_take_in=["a"]),
        entry("c", phases_suspect=True),
        entry("d", source="other"),
        entry("e", hand="BOTH_HANDS"),
    ]
    counted = gesture_statistics(manifest)
    assert counted["takes"] == 2
    assert counted["all"]["both"] == 0.5
    assert np.allclose(counted["all"]["preparation_s"], 0.4)
    assert np.allclose(counted["all"]["arrival_s"], 0.1)
    assert np.allclose(counted["all"]["retraction_s"], 0.5)
