# SPDX-License-Identifier: GPL-3.0-or-later
"""Curves of a piece of music a hundred times a second: onsets, bass, level, mel cepstrum, pitch classes.

From log-mel spectra that are taken in blocks, so that five minutes of music take some ten megabytes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from .. import log_mel
from ..clip import RATE_HZ
from .signal import periodic_hann

CURVE_RATE_HZ = log_mel.FRAME_RATE_HZ
CEPSTRUM = 13
_BASS_BANDS = 5  # of the mel: to about 200 Hz, where kick drums and basses are
_CHROMA_SIZE, _CHROMA_HOP = 4096, 1600  # samples: ten spectra a second, 3.9 Hz apart
_CHROMA_HZ = (110.0, 2000.0)
_QUIET_DB = 50.0  # under the loudest frame nothing is an onset
_DB = 10.0 / np.log(10.0)


@dataclass(frozen=True, eq=False)
class HeardMusic:
    """float32; frame t is at t / 100 s.

    onset, bass_onset: (T,), mean rise of the level over mel bands to this frame, dB. level_db: (T,), against the loudest frame.
    cepstrum: (T, 13). chroma: (T, 12), C first, sums to 1.
    """

    onset: np.ndarray
    bass_onset: np.ndarray
    level_db: np.ndarray
    cepstrum: np.ndarray
    chroma: np.ndarray

    def __len__(self) -> int:
        return len(self.onset)

    @property
    def seconds(self) -> float:
        """How long the sound is."""
        return (len(self) - 1) / CURVE_RATE_HZ


def hear(samples: np.ndarray, mel: np.ndarray) -> HeardMusic:
    """samples: float32 (N,) at 16 kHz, at least one. mel: their `mel_db`."""
    samples = np.asarray(samples, np.float32)
    peak = float(np.abs(samples).max(initial=0.0))
    loud = log_mel.summed_db(mel)
    level = loud - loud.max()
    floor = loud.max() - _QUIET_DB - 10.0 * np.log10(mel.shape[1])
    above = np.maximum(mel, floor)
    rise = np.zeros_like(above)
    rise[2:] = np.maximum(above[2:] - above[:-2], 0.0)  # over 20 ms: the window is 25 ms long
    if peak <= 1e-6:
        level = np.full(len(mel), -_QUIET_DB)
    return HeardMusic(
        onset=rise.mean(1),
        bass_onset=rise[:, :_BASS_BANDS].mean(1),
        level_db=np.maximum(level, -_QUIET_DB).astype(np.float32),
        cepstrum=_cepstrum(mel),
        chroma=_chroma(samples, len(mel)),
    )


def mel_db(samples: np.ndarray) -> np.ndarray:
    """float32 (N,) → (T, 80): log-mel spectra of the sound at full level, dB."""
    peak = float(np.abs(samples).max(initial=0.0))
    full = np.asarray(samples, np.float32) * np.float32(0.9 / peak if peak > 1e-6 else 1.0)
    return log_mel.log_mel(torch.from_numpy(full)).numpy() * np.float32(_DB)


def _cepstrum(mel_db: np.ndarray) -> np.ndarray:
    bands = mel_db.shape[1]
    waves = np.cos(np.pi * np.outer(np.arange(bands) + 0.5, np.arange(CEPSTRUM)) / bands) / bands
    return (mel_db @ waves.astype(np.float32)).astype(np.float32)


def _chroma(samples: np.ndarray, frames: int) -> np.ndarray:
    """Log-frequency sums of long spectra's magnitudes, drawn out to the curves' rate."""
    bins_hz = np.arange(1, _CHROMA_SIZE // 2 + 1) * (RATE_HZ / _CHROMA_SIZE)
    pitches = 69.0 + 12.0 * np.log2(bins_hz / 440.0)
    heard = (bins_hz >= _CHROMA_HZ[0]) & (bins_hz <= _CHROMA_HZ[1])
    distance = np.abs((pitches[:, None] - np.arange(12) + 6.0) % 12.0 - 6.0)
    weights = np.where(heard[:, None], np.exp(-0.5 * (distance / 0.35) ** 2), 0.0).astype(np.float32)
    padded = np.pad(samples, _CHROMA_SIZE // 2)
    window = periodic_hann(_CHROMA_SIZE).astype(np.float32)
    count = 1 + len(samples) // _CHROMA_HOP
    rows = np.empty((count, 12), np.float32)
    for first in range(0, count, 256):
        at = (np.arange(first, min(first + 256, count)) * _CHROMA_HOP)[:, None] + np.arange(_CHROMA_SIZE)
        rows[first : first + 256] = np.abs(np.fft.rfft(padded[at] * window))[:, 1:].astype(np.float32) @ weights
    rows /= np.maximum(rows.sum(1, keepdims=True), 1e-6)
    at = np.arange(frames) * (RATE_HZ / CURVE_RATE_HZ / _CHROMA_HOP)
    low = np.minimum(at.astype(int), max(count - 2, 0))
    share = (at - low).clip(0.0, 1.0)[:, None].astype(np.float32)
    return rows[low] * (1.0 - share) + rows[np.minimum(low + 1, count - 1)] * share
