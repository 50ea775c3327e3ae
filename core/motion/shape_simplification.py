# SPDX-License-Identifier: GPL-3.0-or-later
"""Fewer keys for shapes, as an animator would set them: at the extremes, never beyond what the slider allows, four for a blink.

What `simplification` fits is bent to that: slopes are level at extremes, so that Blender's automatic clamped handles give the same curve,
and no handle leaves the limits. Where that takes the curve beyond the tolerance, further keys are set.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from .key_shaping import Samples, ShapeKeys, shaped
from .simplification import HermiteKeys, simplify_curves
from .smoothing import extrema

PROMINENCE = 0.04  # shape value: an extreme that stands out by so much becomes a key; as for lips (`resampling`)
_ROUNDING = 1e-6  # beyond the tolerance that is not worth a key
_TOGETHER = 100_000  # samples of several curves that are worked on in one go
_ROUNDS = 8  # of setting further keys, at the most; the last one sets them at every sample


def simplify_shapes(
    times: np.ndarray,
    values: np.ndarray,
    tolerance: float,
    limits: np.ndarray,
    pinned: np.ndarray | None = None,
    blinks: Mapping[int, np.ndarray] | None = None,
) -> list[ShapeKeys]:
    """Keys for many shapes at once.

    Args:
        times: (T,) evenly spaced, ascending, in any unit.
        values: float32 (T, N).
        tolerance: the largest distance at any of the times, but for those inside a blink; 0 keeps a key at every sample.
        limits: (2, N), the lowest and the highest value of each, which hold its samples.
        pinned: bool (T, N), samples that must become keys.
        blinks: curve → int (n, 4), rows of its blinks: open, first and last shut, open again.

    Returns:
        The keys of each; curves that are alike in all share theirs.
    """
    blinks = blinks or {}
    pins = np.zeros(values.shape, bool) if pinned is None else pinned.copy()
    alike = _alike(values, limits, pins, blinks)
    waiting = sorted(set(alike))
    if tolerance > 0.0:
        for column in waiting:
            pins[extrema(values[:, column], PROMINENCE), column] = True
            pins[blinks.get(column, np.empty(0, np.int64)).ravel(), column] = True
    result: dict[int, ShapeKeys] = {}
    lids = {column: _Lid.of(rows, times) for column, rows in blinks.items() if tolerance > 0.0 and len(rows)}
    for turn in range(_ROUNDS):
        found = simplify_curves(times, values[:, waiting], tolerance, pins[:, waiting])
        again: list[int] = []
        for some in _portions(len(waiting), len(times)):
            columns = waiting[some]
            keys = [lids[column].with_four(one) if column in lids else one for column, one in zip(columns, found[some])]
            count = np.ones((len(columns), len(times)), bool)
            for row, column in enumerate(columns):
                if column in lids:
                    count[row] = ~lids[column].inside
            samples = Samples(times, values[:, columns].T, count, tolerance + _ROUNDING)
            shapes, off = shaped(keys, limits[:, columns].T, samples, tolerance > 0.0)
            result |= zip(columns, shapes)
            bad = off > samples.tolerance
            for row in np.flatnonzero(bad.any(1)).tolist():
                again.append(columns[row])
                further = _worst(off[row], bad[row]) if turn < _ROUNDS - 2 else _around(bad[row])
                pins[further, columns[row]] = True
        waiting = again
        if not waiting:
            break
    return [result[column] for column in alike]


def _alike(values: np.ndarray, limits: np.ndarray, pins: np.ndarray, blinks: Mapping[int, np.ndarray]) -> list[int]:
    """For each curve the first one that is alike in all: head, teeth and lashes have the same shapes, and lips move evenly."""
    first: dict[tuple[bytes, ...], int] = {}
    found = []
    for column in range(values.shape[1]):
        own = values[:, column], limits[:, column], pins[:, column], blinks.get(column, np.empty(0, np.int64))
        found.append(first.setdefault(tuple(part.tobytes() for part in own), column))
    return found


def _portions(curves: int, samples: int) -> Iterator[slice]:
    """Curves that are looked at together, so that they fit into the processor's cache and take no memory worth speaking of."""
    size = max(_TOGETHER // max(samples, 1), 1)
    return (slice(first, first + size) for first in range(0, curves, size))


@dataclass(frozen=True)
class _Lid:
    """The blinks of a curve. rows: int (n, 4). times: (T,) of the samples. inside: bool (T,), those in blinks that are no keys."""

    rows: np.ndarray
    times: np.ndarray
    inside: np.ndarray

    @classmethod
    def of(cls, rows: np.ndarray, times: np.ndarray) -> _Lid:
        inside = np.zeros(len(times), bool)
        for begin, first, last, end in rows:
            inside[begin + 1 : end] = True
            inside[[first, last]] = False
        return cls(rows, times, inside)

    def with_four(self, keys: HermiteKeys) -> HermiteKeys:
        """The keys with four for every blink, into and out of which the lid moves without a jolt."""
        keep = ~np.isin(keys.times, self.times[self.inside])
        times, values = keys.times[keep], keys.values[keep]
        slope_in = np.where(np.isin(times, self.times[self.rows[:, 1:]]), 0.0, keys.slope_in[keep])
        slope_out = np.where(np.isin(times, self.times[self.rows[:, :3]]), 0.0, keys.slope_out[keep])
        return HermiteKeys(times, values, slope_in.astype(np.float32), slope_out.astype(np.float32))


def _worst(off: np.ndarray, bad: np.ndarray) -> np.ndarray:
    """int (n,): of every run of samples that are too far off, (T,), the one that is farthest off. off: (T,), how far each is."""
    runs = np.flatnonzero(np.diff(bad, prepend=False, append=False)).reshape(-1, 2)
    return np.array([first + off[first:last].argmax() for first, last in runs], np.int64)


def _around(rows: np.ndarray) -> np.ndarray:
    """bool (T,): these samples and some on either side."""
    return np.convolve(rows, np.ones(9), "same") > 0.5
