# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a curve's peak lies between its frames."""

from __future__ import annotations

import numpy as np


def peak_between(curve: np.ndarray, frame: int) -> float:
    """The top of the parabola through a frame of a curve (T,) and its neighbours, in frames; the frame itself where there is none."""
    if 0 < frame < len(curve) - 1:
        left, middle, right = curve[frame - 1 : frame + 2]
        bend = left - 2.0 * middle + right
        if bend < 0.0 and middle >= max(left, right):
            return frame + float(0.5 * (left - right) / bend)
    return float(frame)
