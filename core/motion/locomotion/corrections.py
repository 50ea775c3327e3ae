# SPDX-License-Identifier: GPL-3.0-or-later
"""Corrections that are known in some frames only, carried on between them without a jump in place or speed."""

from __future__ import annotations

import numpy as np

from ..easing import cubic_hermite
from ..spans import spans


def bridge_corrections(values: np.ndarray, known: np.ndarray, blend: int) -> np.ndarray:
    """Fill corrections in where they are not known.

    Between two known stretches that lie at most 2 `blend` frames apart runs one cubic with matched speed at both ends;
    else a cubic fades to nothing over `blend` frames on either side.

    Args:
        values: (T, k) corrections; only those in known frames count.
        known: (T,) bool.
        blend: frames.

    Returns:
        (T, k), equal to values where known.
    """
    result = np.where(known[:, None], values, 0.0)
    nothing = np.zeros(values.shape[1])
    for start, end in spans(~known):
        before, after = start - 1, end  # known frames on either side
        if before >= 0 and after < len(values) and after - before <= 2 * blend:
            length = after - before
            slopes = _slope(values, known, before, 1) * length, _slope(values, known, after, -1) * length
            u = (np.arange(1, length) / length)[:, None]
            result[start:end] = cubic_hermite(u, values[before], values[after], *slopes)
            continue
        u = (np.arange(1, blend) / blend)[: end - start, None]
        if before >= 0:
            slope = _slope(values, known, before, 1) * blend
            result[start : start + len(u)] += cubic_hermite(u, values[before], nothing, slope, nothing)
        if after < len(values):
            slope = -_slope(values, known, after, -1) * blend
            result[end - len(u) : end] += cubic_hermite(u, values[after], nothing, slope, nothing)[::-1]
    return result


def _slope(values: np.ndarray, known: np.ndarray, at: int, step: int) -> np.ndarray:
    """Per frame, at the edge `at` of a known stretch that lies behind it in direction −step: (k,)."""
    back = at - 2 * step
    if 0 <= back < len(values) and known[back] and known[at - step]:
        return (values[at] - values[back]) / (2.0 * step)
    back = at - step
    return (values[at] - values[back]) / step if 0 <= back < len(values) and known[back] else np.zeros(values.shape[1])
