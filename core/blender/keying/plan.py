# SPDX-License-Identifier: GPL-3.0-or-later
"""What a generation writes: the keys of every curve, by data-block."""

from __future__ import annotations

from dataclasses import dataclass

from .fcurves import CurveKeys


@dataclass(frozen=True)
class PlannedTrack:
    """What to write on one data-block, by name."""

    target: str
    on_shape_keys: bool
    keys: tuple[CurveKeys, ...]


@dataclass(frozen=True)
class Plan:
    """tracks: what to write. shapes, bones: counts for the report. frame_range: first and last generated
    frame. notes: sentences about prompts that ask for more than people do."""

    tracks: tuple[PlannedTrack, ...]
    shapes: int
    bones: int
    frame_range: tuple[float, float]
    notes: tuple[str, ...] = ()
