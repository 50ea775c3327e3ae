# SPDX-License-Identifier: GPL-3.0-or-later
"""Lengths and products of vectors along a short last axis.

The same numbers, to the bit, as NumPy's `linalg.norm`, `cross` and `sum`, which take several times as long there: they reduce every
row by itself, and look at many cases first.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def dot(first: ArrayLike, second: ArrayLike) -> np.ndarray:
    """Products (...) of vectors (..., C) and (..., C), C at least 1 and small."""
    first, second = _alike(first, second)
    total = first[..., 0] * second[..., 0]
    for part in range(1, first.shape[-1]):
        total = total + first[..., part] * second[..., part]
    return total


def norm(vectors: ArrayLike) -> np.ndarray:
    """Lengths (...) of vectors (..., C)."""
    return np.sqrt(dot(vectors, vectors))


def unit(vectors: ArrayLike, least: float = 1e-12) -> np.ndarray:
    """Vectors (..., C) at length 1; those that are shorter than `least` stay short, zeros zero."""
    vectors = np.asarray(vectors)
    return vectors / np.maximum(norm(vectors)[..., None], least)


def cross(first: ArrayLike, second: ArrayLike) -> np.ndarray:
    """Cross products (..., 3) of vectors (..., 3) that broadcast against each other."""
    first, second = _alike(first, second)
    x1, y1, z1 = first[..., 0], first[..., 1], first[..., 2]
    x2, y2, z2 = second[..., 0], second[..., 1], second[..., 2]
    x = y1 * z2 - z1 * y2
    result = np.empty((*x.shape, 3), x.dtype)
    result[..., 0] = x
    result[..., 1] = z1 * x2 - x1 * z2
    result[..., 2] = x1 * y2 - y1 * x2
    return result


def _alike(first: ArrayLike, second: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Of one type: else a part of a single vector would be a number, which NumPy before 2 lets not count for the result's."""
    first, second = np.asarray(first), np.asarray(second)
    if first.dtype == second.dtype:
        return first, second
    kind = np.promote_types(first.dtype, second.dtype)
    return first.astype(kind, copy=False), second.astype(kind, copy=False)
