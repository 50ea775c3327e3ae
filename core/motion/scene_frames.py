# SPDX-License-Identifier: GPL-3.0-or-later
"""From a track's own rate to the frames of a scene."""
from __future__ import annotations

import numpy as np


def frame_grid(first: float, last: float) -> np.ndarray:
    """float64 (F,): the whole frames from `first` to `last`, reaching over both ends if they lie between frames."""
    return np.arange(np.floor(first), np.ceil(last) + 1.0)


def sample(source_frames: np.ndarray, values: np.ndarray, frames: np.ndarray) -> np.ndarray:
    """Values at `frames`, without losing short extremes between them.

    source_frames float64 (T,) ascending and evenly spaced: where the track's samples lie, in scene frames. values (T,).
    A scene of 24 frames a second sees every second or third sample of a track of 60, so that plain sampling may miss the
    very moment in which lips close. A local extreme of the track therefore goes to the frame nearest to it (it moves by
    at most half a frame); everything else is linear interpolation, with the first and last value held.
    """
    result = np.interp(frames, source_frames, values)
    if len(values) < 3 or len(frames) < 2 or source_frames[1] - source_frames[0] >= frames[1] - frames[0]:
        return result.astype(np.float32)
    rising = np.diff(values)
    turning = 1 + np.flatnonzero((rising[:-1] > 0) & (rising[1:] <= 0) | (rising[:-1] < 0) & (rising[1:] >= 0)
                                 | (rising[:-1] == 0) & (rising[1:] != 0))
    if len(turning) == 0:
        return result.astype(np.float32)
    nearest = np.rint(source_frames[turning] - frames[0]).astype(np.int64)
    inside = (nearest >= 0) & (nearest < len(frames))
    turning, nearest = turning[inside], nearest[inside]
    # Where two extremes meet in one frame, the one that departs further from the interpolated value wins.
    departure = np.abs(values[turning] - result[nearest])
    order = np.argsort(departure, kind="stable")
    result[nearest[order]] = values[turning[order]]
    return result.astype(np.float32)


def sample_rotations(source_frames: np.ndarray, quaternions: np.ndarray, frames: np.ndarray) -> np.ndarray:
    """Unit quaternions (T, 4), sign-continuous, at `frames`: float32 (F, 4), normalised linear interpolation."""
    sampled = np.stack([np.interp(frames, source_frames, quaternions[:, part]) for part in range(4)], 1)
    return (sampled / np.maximum(np.linalg.norm(sampled, axis=1, keepdims=True), 1e-9)).astype(np.float32)
