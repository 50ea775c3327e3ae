# SPDX-License-Identifier: GPL-3.0-or-later
"""Where cubics need keys to follow samples within a limit, and with which slopes: many curves of one grid at once.

For given keys the two slopes that fit the samples best are a linear least-squares problem; whether a block of samples
needs a key inside is then one matrix product for all curves. Curves stand end to end in one row a channel (C, curves ×
samples).
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

_BLOCKS = (4, 8, 16, 32, 64, 128)  # frames
_JOINS = 6  # rounds


@lru_cache(maxsize=64)
def _residual_matrix(length: int) -> np.ndarray:
    """float32 (length + 1, length + 1): samples of a block → their distance from the best cubic through its ends."""
    u = np.arange(length + 1) / length
    line = np.zeros((length + 1, length + 1))
    line[:, 0], line[:, -1] = 1 - u, u
    from_line = np.eye(length + 1) - line
    basis = np.stack([u * (1 - u) ** 2, -(u**2) * (1 - u)], -1)
    return ((np.eye(length + 1) - basis @ np.linalg.pinv(basis)) @ from_line).T.astype(np.float32).copy()


def keys_by_blocks(values: np.ndarray, limit: float, pinned: np.ndarray | None) -> np.ndarray:
    """A key at both ends of the longest aligned blocks that one cubic each can follow.

    Args:
        values: float32 (N, C, T), C-contiguous.
        limit: the largest distance at any sample; 0 or less puts a key at every one.
        pinned: bool (N, T), samples that must become keys.

    Returns:
        bool (N, T).
    """
    curves, channels, samples = values.shape
    keep = np.zeros((curves, samples), bool)
    if limit <= 0.0:
        keep[:] = True
        return keep
    keep[:, ::2] = True  # a block of two frames has one sample inside, which a cubic always meets
    keep[:, -1] = True
    stride = values.strides
    passed_half = None  # which blocks of half the length passed: only where two did is the next length tried
    for length in _BLOCKS:
        count = (samples - 1) // length
        if count == 0:
            break
        windows = np.lib.stride_tricks.as_strided(
            values,
            (curves, channels, count, length + 1),
            (stride[0], stride[1], stride[2] * length, stride[2]),
            writeable=False,
        )
        passed = np.zeros((curves, count), bool)
        tried = (
            np.ones((curves, count), bool)
            if passed_half is None
            else passed_half[:, : 2 * count : 2] & passed_half[:, 1 : 2 * count : 2]
        )
        if not tried.any():
            break
        samples_of = windows.transpose(0, 2, 1, 3)[tried]  # (blocks, C, length + 1)
        error = np.square(samples_of.reshape(-1, length + 1) @ _residual_matrix(length))
        error = error.reshape(-1, channels, length + 1).sum(1) if channels > 1 else error
        passed[tried] = error.max(1) <= limit * limit
        inside = keep[:, : count * length].reshape(curves, count, length)
        inside[:, :, 1:] &= ~passed[:, :, None]
        passed_half = passed
    if pinned is not None:
        keep |= pinned
    return keep


def _inside(first: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For segments of samples: the index of each sample in them (ends included), its place 0..1; where each begins."""
    lengths = last - first + 1
    begins = np.cumsum(lengths) - lengths
    offset = np.arange(int(lengths.sum())) - np.repeat(begins, lengths)
    return np.repeat(first, lengths) + offset, (offset / np.repeat(last - first, lengths)).astype(np.float32), begins


def _fit_slopes(flat: np.ndarray, first: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The best slopes of one cubic a segment.

    Args:
        flat: float32 (C, curves × samples).
        first: int (S,), where the segments begin.
        last: int (S,), where they end.

    Returns:
        Slopes (S, C) per sample at begin and end, and the largest error (S,).
    """
    index, u, begins = _inside(first, last)
    segment = np.repeat(np.arange(len(first)), last - first + 1)
    start, end = u * (1 - u) ** 2, -(u**2) * (1 - u)
    aa, ab, bb = (np.add.reduceat(x, begins).astype(np.float64) for x in (start * start, start * end, end * end))
    # one sample inside leaves the slopes open: the parabola is meant, which a little weight on both gives
    aa, bb = aa + 1e-9, bb + 1e-9
    determinant = aa * bb - ab * ab
    slopes = np.empty((2, len(first), len(flat)), np.float32)
    square = np.zeros(len(u), np.float32)
    for channel, samples in enumerate(flat):
        rise = samples[last] - samples[first]
        off = samples[index] - (samples[first][segment] + rise[segment] * u)
        a, b = np.add.reduceat(off * start, begins), np.add.reduceat(off * end, begins)
        d0, d1 = (
            ((a * bb - b * ab) / determinant).astype(np.float32),
            ((b * aa - a * ab) / determinant).astype(np.float32),
        )
        off -= d0[segment] * start + d1[segment] * end
        square += off * off
        slopes[0, :, channel], slopes[1, :, channel] = rise + d0, rise + d1
    slopes /= (last - first)[None, :, None]
    return slopes[0], slopes[1], np.sqrt(np.maximum.reduceat(square, begins))


def joined(flat: np.ndarray, keys: np.ndarray, fixed: np.ndarray, limit: float) -> np.ndarray:
    """Keys without those whose two neighbouring segments one cubic can follow.

    Args:
        flat: float32 (C, curves × samples).
        keys: int (K,), indices of samples, ascending.
        fixed: bool (curves × samples,), samples that stay keys.
        limit: the largest distance at any sample.
    """
    if limit <= 0.0:
        return keys
    # a key's chance is over once it failed and nothing beside it changed
    open_ = ~fixed[keys]
    for turn in range(_JOINS):
        candidates = np.flatnonzero(open_)
        # no two neighbours at once
        candidates = candidates[(candidates + turn) % 2 == 0]
        if len(candidates) == 0:
            continue
        *_, error = _fit_slopes(flat, keys[candidates - 1], keys[candidates + 1])
        dropped = candidates[error <= limit]
        open_[candidates] = False
        for beside in (-1, 1):
            neighbour = np.clip(dropped + beside, 0, len(keys) - 1)
            open_[neighbour] = ~fixed[keys[neighbour]]
        stay = np.ones(len(keys), bool)
        stay[dropped] = False
        keys, open_ = keys[stay], open_[stay]
    return keys


def smooth_slopes(flat: np.ndarray, keys: np.ndarray, samples: int, limit: float) -> tuple[np.ndarray, np.ndarray]:
    """Slopes before and after each key: equal, so that the curve is smooth, wherever the limit allows.

    Of the keys with an even number first, then of the others, each gets the one slope that fits both of its segments
    best while the far ends stay; it is taken where both segments keep within the limit.

    Args:
        flat: float32 (C, curves × samples).
        keys: int (K,), indices of samples, ascending.
        samples: of one curve.
        limit: the largest distance at any sample.

    Returns:
        slope_in, slope_out: float32 (K, C) per sample.
    """
    first, last = keys[:-1], keys[1:]
    real = np.flatnonzero(first // samples == last // samples)
    slope_in = np.zeros((len(keys), len(flat)), np.float32)
    slope_out = np.zeros_like(slope_in)
    slope_out[real], slope_in[real + 1], _ = _fit_slopes(flat, first[real], last[real])
    inner = real[1:][np.diff(real) == 1]  # keys with a segment on either side
    for parity in (0, 1):
        chosen = inner[inner % 2 == parity]
        if len(chosen) == 0:
            continue
        sides = (
            _seen_from(flat, keys, chosen, chosen - 1, slope_out[chosen - 1]),
            _seen_from(flat, keys, chosen, chosen + 1, slope_in[chosen + 1]),
        )
        weight = sum(np.add.reduceat(side.lever * side.lever, side.begins) for side in sides)
        pulls = [
            sum(np.add.reduceat(side.lever * side.rests[channel], side.begins) for side in sides)
            for channel in range(len(flat))
        ]
        best = np.stack(pulls, -1) / np.maximum(weight, 1e-12)[:, None]
        fine = np.ones(len(chosen), bool)
        for side in sides:
            square = sum((rest - side.lever * best[side.segment, at]) ** 2 for at, rest in enumerate(side.rests))
            fine &= np.maximum.reduceat(square, side.begins) <= limit * limit
        slope_in[chosen[fine]] = slope_out[chosen[fine]] = best[fine]
    return slope_in, slope_out


class _Side(NamedTuple):
    """The segments on one side of keys, their samples end to end (S,): where each segment begins, to which each sample
    belongs, how far one unit of the key's slope moves it, and what is left of it without, by channel."""

    begins: np.ndarray
    segment: np.ndarray
    lever: np.ndarray
    rests: list[np.ndarray]


def _seen_from(flat: np.ndarray, keys: np.ndarray, near: np.ndarray, far: np.ndarray, far_slope: np.ndarray) -> _Side:
    """The segments from keys `near` to `far`: distance grows from 0 at the key to 1 there, slopes turn along."""
    direction = np.sign(far - near).astype(np.float32)
    span = np.abs(keys[far] - keys[near])
    begins = np.cumsum(span + 1) - (span + 1)
    segment = np.repeat(np.arange(len(near)), span + 1)
    offset = np.arange(len(segment)) - begins[segment]
    index = keys[near][segment] + (offset * direction[segment]).astype(np.int64)
    u = (offset / span[segment]).astype(np.float32)
    lever = (direction * span)[segment] * u * (1 - u) ** 2
    rests = []
    for channel, values in enumerate(flat):
        start, rise = values[keys[near]], values[keys[far]] - values[keys[near]]
        pull = direction * span * far_slope[:, channel]
        rests.append(
            values[index] - start[segment] - rise[segment] * u * u * (3 - 2 * u) + pull[segment] * u * u * (1 - u)
        )
    return _Side(begins, segment, lever, rests)
