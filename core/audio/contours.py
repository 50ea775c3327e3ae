# SPDX-License-Identifier: GPL-3.0-or-later
"""What is measured of a sound a hundred times a second, and small operations on such curves.

Frames are those of `log_mel`: frame t is centred at t * 10 ms.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..progress import Progress
from . import log_mel
from .clip import AudioClip
from .gaussian import gaussian_mean
from .levels import levels_of
from .pitch import pitch_of

FRAME_RATE_HZ = log_mel.FRAME_RATE_HZ


@dataclass(frozen=True, eq=False)
class Contours:
    """Curves of a sound, float32 (T,) at 100 Hz.

    loudness_db: A-weighted level, 0 dB = RMS of 1 at 1 kHz, down to 86 dB below the sound's peak. sonority_db: level of
    the vowels' band (300 to 2600 Hz), likewise. effort_db: level from 1 to 4 kHz over that below 1 kHz; higher where
    one speaks with effort. onset_db: the mean rise of the mel bands from one frame to the next. pitch_hz: fundamental
    frequency, 0 where unvoiced. voicing: periodicity 0..1.
    """

    loudness_db: np.ndarray
    sonority_db: np.ndarray
    effort_db: np.ndarray
    onset_db: np.ndarray
    pitch_hz: np.ndarray
    voicing: np.ndarray

    def __len__(self) -> int:
        return len(self.loudness_db)


def measure(clip: AudioClip, progress: Progress | None = None) -> Contours:
    """All contours of a clip, in chunks of a minute (bounded memory for any length). Raises Cancelled."""
    progress = progress or Progress()
    levels = levels_of(clip, progress.part(0.0, 0.5))
    pitch_hz, voicing = pitch_of(clip, levels.loudness_db, progress.part(0.5, 1.0))
    return Contours(
        levels.loudness_db, levels.sonority_db, levels.effort_db, levels.onset_db, pitch_hz=pitch_hz, voicing=voicing
    )


def smooth(values: np.ndarray, sigma_s: float) -> np.ndarray:
    """A curve at 100 Hz smoothed by a Gaussian, ends repeated.

    Args:
        values: float (T,).
        sigma_s: standard deviation in seconds.

    Returns:
        float64 (T,).
    """
    return gaussian_mean(values, sigma_s * FRAME_RATE_HZ, reach=3.0)


def semitones_of(pitch_hz: np.ndarray, most: float = np.inf) -> np.ndarray:
    """Height above the speaker's median pitch, bridged where unvoiced.

    Args:
        pitch_hz: (T,), 0 where unvoiced.
        most: what lies farther from the median is cut to this.

    Returns:
        float64 (T,) semitones; 0 where nothing is voiced.
    """
    voiced = pitch_hz > 0
    if not voiced.any():
        return np.zeros(len(pitch_hz))
    semitones = 12.0 * np.log2(pitch_hz[voiced] / np.median(pitch_hz[voiced]))
    return np.interp(np.arange(len(pitch_hz)), np.flatnonzero(voiced), np.clip(semitones, -most, most))


def above_surroundings(values: np.ndarray, frames: np.ndarray, reach_s: float = 1.5) -> np.ndarray:
    """Each value less the mean of those within reach of it.

    Args:
        values: (n,) in any unit.
        frames: (n,) where they are, ascending, at 100 Hz.

    Returns:
        float64 (n,).
    """
    first = np.searchsorted(frames, frames - reach_s * FRAME_RATE_HZ)
    last = np.searchsorted(frames, frames + reach_s * FRAME_RATE_HZ, side="right")
    sums = np.concatenate([[0.0], np.cumsum(values)])
    return values - (sums[last] - sums[first]) / (last - first)


def frames_between(start_s: float, end_s: float, count: int) -> slice:
    """The frames of a stretch of a sound that has `count`, at least one."""
    first = min(max(int(start_s * FRAME_RATE_HZ + 0.5), 0), count - 1)
    return slice(first, min(max(int(end_s * FRAME_RATE_HZ + 0.5), first + 1), count))
