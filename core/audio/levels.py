# SPDX-License-Identifier: GPL-3.0-or-later
"""How loud a sound is a hundred times a second: as a whole, in the vowels' band, above against below 1 kHz, and its
onsets."""

from __future__ import annotations

import threading
import weakref
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch

from ..progress import Progress
from . import log_mel
from .clip import AudioClip

CHUNK_FRAMES = 6000  # a minute
_VOWEL_BANDS = slice(8, 46)  # of the mel: 300 to 2600 Hz
_LOW_BANDS, _HIGH_BANDS = slice(2, 26), slice(26, 64)  # below and above 1 kHz (Sluijter and van Heuven 1996)


@dataclass(frozen=True, eq=False)
class Levels:
    """float32 (T,) each, as in `contours.Contours`."""

    loudness_db: np.ndarray
    sonority_db: np.ndarray
    effort_db: np.ndarray
    onset_db: np.ndarray


# The samples that were measured last, and their levels: lips and prosody ask for those of the same sound, at the same time it may be.
_lock = threading.Lock()
_last: tuple[weakref.ref[np.ndarray], Levels] | None = None


def levels_of(clip: AudioClip, progress: Progress) -> Levels:
    """The levels of a clip, chunk by chunk, kept until another one is measured. Raises Cancelled."""
    global _last
    with _lock:
        if _last is not None and _last[0]() is clip.samples:
            return _last[1]
        levels = _measure(clip, progress)
        for curve in (levels.loudness_db, levels.sonority_db, levels.effort_db, levels.onset_db):
            curve.setflags(write=False)
        _last = weakref.ref(clip.samples), levels
        return levels


def _measure(clip: AudioClip, progress: Progress) -> Levels:
    frames = log_mel.frame_count(len(clip.samples))
    loudness, onset = np.empty(frames, np.float32), np.zeros(frames, np.float32)
    sonority, effort = np.empty(frames, np.float32), np.empty(frames, np.float32)
    weights = _loudness_weights()
    # log_mel has a floor: lift the sound far above it, so that a quiet recording keeps its whole range
    peak = float(max(clip.samples.max(initial=0.0), -clip.samples.min(initial=0.0)))
    gain = 30.0 / max(peak, 1e-6)
    gain_db = 20.0 * np.log10(gain)
    previous: torch.Tensor | None = None
    with torch.inference_mode():
        for first in range(0, frames, CHUNK_FRAMES):
            last = min(first + CHUNK_FRAMES, frames)
            # a little more on both sides, so that the mirrored ends lie outside; the extra frames are dropped
            lead = min(first, 2)
            part = clip.samples[(first - lead) * log_mel.HOP : (last + 2) * log_mel.HOP]
            mel = log_mel.log_mel(torch.from_numpy(part * np.float32(gain)))[lead : lead + last - first]
            power = mel.exp()
            loudness[first:last] = (10.0 * torch.log10(power @ weights) - gain_db).numpy()
            vowels = power[:, _VOWEL_BANDS] @ weights[_VOWEL_BANDS]
            sonority[first:last] = (10.0 * torch.log10(vowels) - gain_db).numpy()
            low, high = (power[:, bands] @ weights[bands] for bands in (_LOW_BANDS, _HIGH_BANDS))
            effort[first:last] = (10.0 * torch.log10(high / low)).clamp(-40.0, 40.0).numpy()
            decibels = mel * (10.0 / np.log(10.0))
            if previous is not None:
                onset[first] = float((decibels[0] - previous).clamp(min=0.0).mean())
            onset[first + 1 : last] = (decibels[1:] - decibels[:-1]).clamp(min=0.0).mean(-1).numpy()
            previous = decibels[-1].clone()
            progress.report(last / frames, "Listening to the rhythm")
    return Levels(loudness, sonority, effort, onset)


@lru_cache(maxsize=1)
def _loudness_weights() -> torch.Tensor:
    """float32 (80,): sum(weights * mel power) = A-weighted mean square of the sound."""
    edges_hz = log_mel.mel_to_hz(
        np.linspace(log_mel.hz_to_mel(log_mel.LOWEST_HZ), log_mel.hz_to_mel(log_mel.HIGHEST_HZ), log_mel.BANDS + 2)
    )
    square = np.maximum(edges_hz[1:-1], 1.0) ** 2  # IEC 61672-1, equation of the A curve
    response = (
        12194.0**2
        * square**2
        / ((square + 20.6**2) * (square + 12194.0**2) * np.sqrt((square + 107.7**2) * (square + 737.9**2)))
        * 10 ** (2.0 / 20)
    )
    # neighbouring triangles of area 1 add up to 1 / spacing over frequency, bins are 31.25 Hz apart
    spacing_hz = (edges_hz[2:] - edges_hz[:-2]) / 2
    window = np.hanning(log_mel.WINDOW + 1)[:-1]
    parseval = 2.0 / (log_mel.FFT_SIZE * np.sum(window**2))
    with torch.inference_mode(False):
        return torch.from_numpy((response**2 * spacing_hz * parseval).astype(np.float32))
