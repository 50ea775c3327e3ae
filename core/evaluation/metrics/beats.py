# SPDX-License-Identifier: GPL-3.0-or-later
"""How well moments that were found agree with those that are known."""

from __future__ import annotations

import numpy as np

CLOSE_S = 0.07


def f_measure(found_s: np.ndarray, known_s: np.ndarray) -> float:
    """Harmonic mean of precision and recall, each moment within CLOSE_S of one of the other: found_s (n,), known_s (m,)."""
    if not len(found_s) or not len(known_s):
        return 0.0
    close = np.abs(found_s[:, None] - known_s[None]) < CLOSE_S
    precision, recall = close.any(1).mean(), close.any(0).mean()
    return float(2.0 * precision * recall / max(precision + recall, 1e-9))
