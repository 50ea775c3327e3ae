# SPDX-License-Identifier: GPL-3.0-or-later
"""Products and lengths are NumPy's own, to the bit."""

from __future__ import annotations

import numpy as np
import pytest

from core.motion.vectors import cross, dot, norm, unit


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(), (7,), (6, 5)])
def test_the_same_to_the_bit(kind, shape):
    first, second = np.random.default_rng(3).normal(size=(2, *shape, 3)).astype(kind)
    assert np.array_equal(norm(first), np.linalg.norm(first, axis=-1))
    assert np.array_equal(dot(first, second), (first * second).sum(-1))
    assert (
        np.array_equal(unit(first), first / np.linalg.norm(first, axis=-1, keepdims=True)) and unit(first).dtype == kind
    )
    turned = cross(first, second)
    assert np.array_equal(turned, np.cross(first, second)) and turned.dtype == kind


def test_single_vectors_count_for_the_type_and_lists_will_do():
    many = np.ones((4, 3), np.float32)
    assert cross([0.0, 1.0, 0.0], many).dtype == dot(many, [0.0, 1.0, 0.0]).dtype == np.float64
    assert norm([3.0, 4.0]) == 5.0
    assert unit([3.0, 4.0]).tolist() == [0.6, 0.8] and unit(np.zeros((2, 3))).tolist() == [[0.0] * 3] * 2
