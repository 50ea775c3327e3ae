# SPDX-License-Identifier: GPL-3.0-or-later
"""Metrics of co-speech gesture (Liu et al., BEAT, 2022, and EMAGE, 2024; systems' evaluation at 30 frames a second).

Shapes: T frames, J joints; poses (T, J·3) are joint positions in metres.
"""

from __future__ import annotations

import numpy as np

UPPER_BODY = (3, 6, 9, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21)  # SMPL-X joints whose beats count
RATE_HZ = 30.0
SIGMA_S = 0.3
ORDER = 7  # frames on both sides that a beat must be slower than
THRESHOLD = 0.10  # of the joint's mean speed
CUT_S = 2.0  # left out at both ends


def onset_times(samples: np.ndarray, rate_hz: int = 16000) -> np.ndarray:
    """Seconds of the onsets of a sound (N,), by librosa's detector with a hop of 512 and without backtracking."""
    import librosa

    return librosa.onset.onset_detect(y=np.asarray(samples), sr=rate_hz, hop_length=512, backtrack=False, units="time")


def relative_speeds(poses: np.ndarray, mean_speed: np.ndarray, rate_hz: float = RATE_HZ) -> np.ndarray:
    """(T, J): speed of every joint in m/s, from central differences (one-sided at the ends), over its mean (J,)."""
    positions = np.asarray(poses).reshape(len(poses), -1, 3)
    return np.linalg.norm(np.gradient(positions, axis=0) * rate_hz, axis=-1) / mean_speed


def motion_beats(
    poses: np.ndarray,
    mean_speed: np.ndarray,
    start: int = 0,
    stop: int | None = None,
    published: bool = True,
    rate_hz: float = RATE_HZ,
) -> list[np.ndarray]:
    """For every joint the frames, counted from `start`, at which it stops for a moment within start..stop-1.

    A beat is a local minimum of the relative speed over ±7 frames at which that speed still exceeds 0.10. The published
    evaluation looks that speed up at the frame counted from `start` in the speeds counted from 0, i.e. at the wrong time
    whenever something is cut off; published=False looks it up where the beat is.
    """
    from scipy.signal import argrelextrema

    speeds = relative_speeds(poses, mean_speed, rate_hz)
    beats = []
    for speed in speeds.T:
        part = speed[start:stop]
        found = argrelextrema(part, np.less, order=ORDER)[0]
        beats.append(found[(speed if published else part)[found] > THRESHOLD])
    return beats


def alignment(onsets_s: np.ndarray, beats_s: np.ndarray, sigma_s: float = SIGMA_S) -> float:
    """Mean over onsets of exp(-d²/(2σ²)), d the time to the nearest beat; 0 without beats or onsets."""
    if len(beats_s) == 0 or len(onsets_s) == 0:
        return 0.0
    distance = np.abs(np.asarray(onsets_s)[:, None] - np.asarray(beats_s)[None]).min(axis=1)
    return float(np.exp(-np.square(distance) / (2.0 * sigma_s**2)).mean())


def beat_consistency(
    onsets_s: np.ndarray,
    beats: list[np.ndarray],
    joints: tuple[int, ...] = UPPER_BODY,
    sigma_s: float = SIGMA_S,
    rate_hz: float = RATE_HZ,
    published: bool = True,
) -> float:
    """BC, 0..1: mean over the upper-body joints of `alignment`. Onsets in seconds and beats in frames count from one start.

    As published a joint without beats counts with 0; with published=False it is left out.
    """
    scores = [
        alignment(onsets_s, beats[joint] / rate_hz, sigma_s) for joint in joints if published or len(beats[joint])
    ]
    return float(np.mean(scores)) if scores else 0.0


class L1Diversity:
    """L1 diversity over several clips: Σ over frames and channels |x - mean of the clip| / number of frames, in the
    units of x (metres for positions without root motion), summed over channels as published. Feed clips, read `value`."""

    def __init__(self) -> None:
        self._sum = 0.0
        self._frames = 0

    def add(self, clip: np.ndarray) -> None:
        """(T, C)."""
        clip = np.asarray(clip, np.float64)
        self._sum += float(np.abs(clip - clip.mean(0)).sum())
        self._frames += len(clip)

    @property
    def value(self) -> float:
        return self._sum / max(self._frames, 1)


def srgr(predicted: np.ndarray, target: np.ndarray, weights: np.ndarray | None = None, threshold: float = 0.1) -> float:
    """Semantic relevance gesture recall (BEAT, equation 10), 0..1: share of joints within `threshold` (in the units of
    the poses) of the target (T, J·3), weighted per frame by how much the word means (T,), if given."""
    shape = (len(predicted), -1, 3)
    error = np.linalg.norm(np.asarray(predicted).reshape(shape) - np.asarray(target).reshape(shape), axis=-1)
    hits = (error < threshold).mean(axis=1)
    return float(hits.mean() if weights is None else (hits * weights).sum() / np.sum(weights))
