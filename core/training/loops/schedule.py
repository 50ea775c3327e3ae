# SPDX-License-Identifier: GPL-3.0-or-later
"""Learning rates over a run."""

from __future__ import annotations

import numpy as np


def warmed_cosine(step: int, steps: int, highest: float, warm_up: int, last: float) -> float:
    """Linear over `warm_up` steps to `highest`, then a cosine over `steps` down to the share `last` of it."""
    share = min(step / max(steps, 1), 1.0)
    return float(highest * min(1.0, (step + 1) / warm_up) * (last + (1.0 - last) * 0.5 * (1 + np.cos(np.pi * share))))
