# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a movement comes to a halt."""

from __future__ import annotations

import numpy as np


def frames_to_halt(speed: np.ndarray, slow: float) -> int:
    """How many frames after the first one, a peak, a speed (T,) is down to `slow`, in its unit, or rises again; T - 1 if it does
    neither."""
    frame = 0
    while frame + 1 < len(speed) and slow < speed[frame] and speed[frame + 1] < speed[frame]:
        frame += 1
    return frame
