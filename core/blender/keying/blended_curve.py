# SPDX-License-Identifier: GPL-3.0-or-later
"""Curves that pass through what the animator keeps, ready to become keys."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .channels import Channel
from .existing_keys import ExistingChannel
from .fcurves import SAME_FRAME
from .grid import Grid
from .range_boundaries import RangeBoundary, inner_ends
from .strain import Strain


@dataclass(frozen=True)
class BlendedCurve:
    """Curves of one channel on the grid's frames, in the channel's own terms.

    group: the channel group that shows them. values float32 (F, size). pinned bool (F, size): samples that must become
    keys. existing: what the channel has already, or None. boundaries: one a component if a range is generated anew,
    else (). factors (P,), shifts (P, size): how the prompts have to be rewritten to stand for the same rotation beside
    the generated keys. strain: prompts that ask for more than people do, or None.
    """

    channel: Channel
    group: str
    values: np.ndarray
    pinned: np.ndarray
    existing: ExistingChannel | None
    boundaries: tuple[RangeBoundary, ...]
    factors: np.ndarray
    shifts: np.ndarray
    strain: Strain | None = None

    @classmethod
    def of(
        cls, grid: Grid, channel: Channel, group: str, values: np.ndarray, existing: ExistingChannel | None
    ) -> BlendedCurve:
        """The curve of values (F, size) with everything that the channel has already, blended with none of it yet."""
        prompts = len(existing.frames) if existing is not None else 0
        boundaries = grid.boundaries(existing) if existing is not None else ()
        pinned = np.zeros((len(grid), channel.size), bool)
        if existing is not None:
            for part in range(channel.size):
                pinned[_pinned_rows(grid, existing.frames[existing.keyed[:, part]]), part] = True
            for part, boundary in enumerate(boundaries):
                for frame, inwards in ((boundary.first, 1), (boundary.last, -1)):
                    if frame is not None:
                        row = round(frame - grid.first)
                        pinned[row, part] = True
                        if existing.modified:  # what modifiers do outside ends on the way to this frame
                            pinned[np.clip(row + inwards, 0, len(grid) - 1), part] = True
        return cls(
            channel, group, values, pinned, existing, boundaries, np.ones(prompts), np.zeros((prompts, channel.size))
        )

    @property
    def ends(self) -> tuple[float | None, float | None]:
        """The frames up to which and from which all components are the old ones, see `inner_ends`."""
        return inner_ends(self.boundaries)

    def rewritten(self, prompts: np.ndarray, part: int) -> tuple[np.ndarray, np.ndarray]:
        """Factor and shift, float32 (N,), of one component of the chosen prompts (N,)."""
        return self.factors[prompts].astype(np.float32), self.shifts[prompts, part].astype(np.float32)

    def restored(self, grid: Grid, values: np.ndarray) -> np.ndarray:
        """values (F, size) with exactly the old ones up to the first boundary and from the last one on, as the old keys
        outside expect them: components of a quaternion between two keys have no unit length, and an axis means nothing
        where nothing is turned."""
        if not self.boundaries or self.existing is None:
            return values
        first, last = self.ends
        stays = (grid.frames <= (-np.inf if first is None else first)) | (
            grid.frames >= (np.inf if last is None else last)
        )
        return np.where(stays[:, None], grid.played(self.existing), values).astype(np.float32)


def _pinned_rows(grid: Grid, frames: np.ndarray) -> np.ndarray:
    """The rows of prompts at frames (P,) and those beside them, so that the animator's handles reach no other whole
    frame."""
    places = frames - grid.first
    whole = np.abs(places - np.rint(places)) < SAME_FRAME
    rows = np.concatenate(
        [*(np.rint(places[whole]) + step for step in (-1, 0, 1)), np.floor(places[~whole]), np.ceil(places[~whole])]
    )
    return rows[(rows >= 0) & (rows < len(grid))].astype(np.int64)
