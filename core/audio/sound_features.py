# SPDX-License-Identifier: GPL-3.0-or-later
"""What tells speech from music in a few seconds of sound, as numbers.

The field's known ones: pauses and low-energy frames (Saunders 1996), modulation at the rate of syllables (Scheirer and Slaney
1997), flux, pulse, and how long spectral peaks stay in place, since notes are held and voices glide.
"""

from __future__ import annotations

import numpy as np
import torch

from . import log_mel
from .clip import RATE_HZ
from .music.signal import framed, periodic_hann

NAMES = (
    "pauses",
    "low_energy",
    "level_deviation",
    "syllable_modulation",
    "slow_modulation",
    "flux",
    "onset_peaks",
    "pulse",
    "pulse_again",
    "centroid_deviation",
    "bands_together",
    "peaks",
    "peaks_stay",
    "peaks_stay_longest",
    "peaks_come_back",
    "bass",
)
FEATURES = len(NAMES)
_RANGE_DB = 50.0  # under the loudest frame's bands nothing counts
_SIZE, _HOP = 4096, 1600  # of the long spectra: 256 ms, ten a second
_PEAKS_HZ = (150.0, 4000.0)
_NEAR_BINS = 41  # 160 Hz: what a peak stands out from
_GROUPS = 8


def sound_features(samples: np.ndarray) -> np.ndarray:
    """float32 (N,) at 16 kHz, a second or more, not silent → float64 (FEATURES,)."""
    samples = np.asarray(samples, np.float32)
    mel = log_mel.log_mel(torch.from_numpy(samples * (0.9 / np.abs(samples).max()))).numpy() * (10.0 / np.log(10.0))
    power = np.power(10.0, 0.1 * mel)
    level = 10.0 * np.log10(power.sum(1))
    bands = np.maximum(mel, mel.max() - _RANGE_DB)
    return np.array(
        [
            *_of_level(level),
            *_of_modulation(bands),
            *_of_onsets(bands),
            *_of_shape(bands, level, power),
            *_of_peaks(samples),
            10.0 * np.log10(power[:, :3].sum() / power.sum() + 1e-5),
        ]
    )


def _of_level(level: np.ndarray) -> tuple[float, float, float]:
    """Share of pauses (25 dB under the loud frames), of frames under half the mean amplitude, deviation in dB."""
    loud = np.percentile(level, 95)
    power = np.power(10.0, 0.1 * (level - loud))
    return (
        float((level < loud - 25.0).mean()),
        float((power < 0.25 * power.mean()).mean()),
        float(np.maximum(level, loud - _RANGE_DB).std()),
    )


def _of_modulation(bands: np.ndarray) -> tuple[float, float]:
    """Of the changes of level at 0.5 to 20 Hz, the share at 2.5 to 7 Hz (syllables) and below 1.5 Hz."""
    groups = np.stack([part.mean(1) for part in np.array_split(bands, _GROUPS, axis=1)], axis=1)
    window = np.hanning(len(groups))[:, None]
    spectrum = (np.abs(np.fft.rfft((groups - groups.mean(0)) * window, axis=0)) ** 2).sum(1)
    hz = np.fft.rfftfreq(len(groups), 1.0 / log_mel.FRAME_RATE_HZ)
    total = spectrum[(hz >= 0.5) & (hz < 20.0)].sum() + 1e-9
    return float(spectrum[(hz >= 2.5) & (hz < 7.0)].sum() / total), float(
        spectrum[(hz >= 0.5) & (hz < 1.5)].sum() / total
    )


def _of_onsets(bands: np.ndarray) -> tuple[float, float, float, float]:
    """Mean flux, how far onsets stand out of it, and the pulse: the highest autocorrelation at 0.25 to 1.2 s, and at twice
    that lag."""
    onset = np.maximum(bands[2:] - bands[:-2], 0.0).mean(1)
    flux = float(onset.mean())
    peaks = float(np.percentile(onset, 98) / (flux + 0.1))
    curve = np.convolve(onset - flux, [0.25, 0.5, 0.25], "same")
    size = len(curve)
    correlation = np.fft.irfft(np.abs(np.fft.rfft(curve, 2 * size)) ** 2)[:size] / np.arange(size, 0, -1)
    correlation = correlation / max(correlation[0], 1e-9)
    lags = np.arange(25, min(120, (size - 10) // 2))
    if not len(lags):
        return flux, peaks, 0.0, 0.0
    twice = correlation[2 * lags]
    best = int(np.argmax(correlation[lags] + twice))
    return flux, peaks, float(correlation[lags[best]]), float(twice[best])


def _of_shape(bands: np.ndarray, level: np.ndarray, power: np.ndarray) -> tuple[float, float]:
    """How much the centre of the spectrum moves, in bands, and how much all bands rise and fall together."""
    sounding = level > np.percentile(level, 95) - 30.0
    weight = np.sqrt(power[sounding])
    centroid = weight @ np.arange(bands.shape[1]) / weight.sum(1)
    moved = bands - bands.mean(0)
    common = moved.mean(1)
    together = (common**2).mean() / ((moved**2).mean() + 1e-9)
    return float(centroid.std()), float(together)


def _of_peaks(samples: np.ndarray) -> tuple[float, float, float, float]:
    """How far peaks of long spectra stand out (dB), how alike spectra 200 ms apart are (mean and the highest tenth), and how
    alike those 1.2 s apart."""
    frames = framed(np.pad(samples, _SIZE // 2), _SIZE, _HOP)
    size = np.abs(np.fft.rfft(frames * periodic_hann(_SIZE).astype(np.float32)))
    first, last = (int(hz * _SIZE / RATE_HZ) for hz in _PEAKS_HZ)
    decibels = 20.0 * np.log10(size[:, first:last] + 1e-3 * size.max())
    sums = np.cumsum(np.pad(decibels, ((0, 0), (_NEAR_BINS // 2 + 1, _NEAR_BINS // 2)), mode="edge"), axis=1)
    above = np.maximum(decibels - (sums[:, _NEAR_BINS:] - sums[:, :-_NEAR_BINS]) / _NEAR_BINS, 0.0)
    unit = above / (np.linalg.norm(above, axis=1, keepdims=True) + 1.0)
    near = (unit[2:] * unit[:-2]).sum(1)
    far = (unit[12:] * unit[:-12]).sum(1) if len(unit) > 14 else near
    return float(np.sqrt((above**2).mean())), float(near.mean()), float(np.percentile(near, 90)), float(far.mean())
