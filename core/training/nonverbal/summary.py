# SPDX-License-Identifier: GPL-3.0-or-later
"""How a distribution is written down."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

QUANTILES = np.linspace(0.0, 1.0, 21)


def quantiles(values: Sequence[float] | np.ndarray) -> list[float]:
    """21 quantiles, 0 to 100 %, of which the outermost are the 1st and 99th percentile (single outliers tell nothing)."""
    values = np.asarray(values, np.float64)
    return [round(float(value), 4) for value in np.quantile(values, np.clip(QUANTILES, 0.01, 0.99))]
