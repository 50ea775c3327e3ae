# SPDX-License-Identifier: GPL-3.0-or-later
"""Between seconds of the sound and frames of the scene, and which frames a take writes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Timing:
    """When things happen, in the scene's frames.

    frames_per_second: the scene's. frame_start: where second 0 of the sound lies. region: (first, last) frame if only these
    are generated anew. before: (first, last) frame of the take that plays now: if it is of the same time, it is replaced.
    """

    frames_per_second: float
    frame_start: float
    region: tuple[float, float] | None = None
    before: tuple[float, float] | None = None

    def frame(self, time_s: np.ndarray | float) -> np.ndarray | float:
        return self.frame_start + time_s * self.frames_per_second

    def time_s(self, frame: np.ndarray | float) -> np.ndarray | float:
        return (frame - self.frame_start) / self.frames_per_second

    def grid(self, duration_s: float) -> np.ndarray:
        """float64 (F,): the whole frames that a sound of this length covers, reaching over its ends if they lie between."""
        return np.arange(np.floor(self.frame_start), np.ceil(self.frame(duration_s) - 1e-6) + 1.0)

    def replaced(self, first: float, last: float) -> tuple[float, float]:
        """The frames whose keys go when frames first to last are written: other lines, earlier or later, stay."""
        if self.region is None and self.before is not None and self.before[0] <= last and self.before[1] >= first:
            return min(first, self.before[0]), max(last, self.before[1])
        return first, last
