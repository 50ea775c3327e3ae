# SPDX-License-Identifier: GPL-3.0-or-later
"""How alike two curves are, where one of them may stand still."""

from __future__ import annotations

import numpy as np

_STILL = 1e-6  # a smaller standard deviation is no movement


def correlation(a: np.ndarray, b: np.ndarray, still: float = float("nan")) -> float:
    """Pearson's r of curves (T,) and (T,); `still` where one of them does not move."""
    return float(np.corrcoef(a, b)[0, 1]) if a.std() > _STILL and b.std() > _STILL else still
