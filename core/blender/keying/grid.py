# SPDX-License-Identifier: GPL-3.0-or-later
"""The frames that are written, and when they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from .existing_keys import ExistingChannel
from .lines import ReplacedFrames
from .range_boundaries import RangeBoundary, plays_outside, range_boundary
from .timing import Timing


@dataclass(frozen=True)
class Grid:
    """The frames that are written.

    frames: float64 (F,), whole ones of the scene, one after the other. replaced: the frames whose generated keys go.
    outside: whether the character is animated before and after, if only these frames are generated anew.
    """

    frames: np.ndarray
    timing: Timing
    replaced: ReplacedFrames
    outside: tuple[bool, bool]

    @classmethod
    def of(cls, frames: np.ndarray, timing: Timing, existing: Iterable[ExistingChannel]) -> Grid:
        """The grid of whole frames (F,), on a character that has these channels already."""
        first, last = float(frames[0]), float(frames[-1])
        outside = plays_outside(existing, (first, last)) if timing.region is not None else (False, False)
        return cls(frames, timing, timing.replaced(first, last), outside)

    def __len__(self) -> int:
        return len(self.frames)

    @property
    def first(self) -> float:
        return float(self.frames[0])

    @property
    def last(self) -> float:
        return float(self.frames[-1])

    @property
    def rate_hz(self) -> float:
        return self.timing.frames_per_second

    @property
    def times_s(self) -> np.ndarray:
        """float64 (F,), seconds of the sound."""
        return self.seconds(self.frames)

    def seconds(self, frames: np.ndarray) -> np.ndarray:
        """Any frames, float64 (N,), as seconds of the sound."""
        return np.asarray(self.timing.time_s(frames), np.float64)

    def rows(self, frames: np.ndarray) -> np.ndarray:
        """int64 (N,): the rows of the grid that are nearest to any frames (N,)."""
        return np.clip(np.rint(frames - self.first).astype(np.int64), 0, len(self) - 1)

    def boundaries(self, existing: ExistingChannel) -> tuple[RangeBoundary, ...]:
        """One for each component if only these frames are generated anew, or a clip goes on beside them, else ()."""
        if self.timing.region is None and not existing.goes_on:
            return ()
        return tuple(range_boundary(keys, (self.first, self.last), self.outside) for keys in existing.keys)

    def played(self, existing: ExistingChannel) -> np.ndarray:
        """How a channel plays now, float32 (F, size)."""
        assert existing.played is not None, "read where it is needed only"
        rows = round(self.first - existing.played_from) + np.arange(len(self))
        return existing.played[np.clip(rows, 0, len(existing.played) - 1)]
