# SPDX-License-Identifier: GPL-3.0-or-later
"""A linear probe finds what lies in the features, and nothing where nothing does."""

import numpy as np
import pytest

from core.evaluation.metrics.probes import balanced_accuracy, probe


def examples(seed: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    classes = random.choice([0, 4, 7], 300, p=[0.8, 0.1, 0.1])
    return random.normal(size=(300, 5)) + 3.0 * np.eye(5)[classes % 5], classes


def test_what_is_there_is_found():
    assert probe(*examples(0), *examples(1)) > 0.85
    (features, classes), (held, meant) = examples(2), examples(4)
    mix = np.random.default_rng(3).permutation
    assert probe(features, mix(classes), held, mix(meant)) == pytest.approx(1 / 3, abs=0.12)


def test_unknown_classes_are_left_out():
    features, classes = examples(0)
    held, meant = examples(1)
    assert probe(features, classes, held, np.where(meant == 7, 9, meant)) > 0.85
    assert np.isnan(probe(features, np.zeros(300, int), held, meant))


def test_rare_classes_count_as_much():
    assert balanced_accuracy(np.array([1, 1, 1, 1]), np.array([1, 1, 1, 2])) == 0.5
