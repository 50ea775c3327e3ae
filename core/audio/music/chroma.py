# SPDX-License-Identifier: GPL-3.0-or-later
"""Pitch classes of music, by a constant-Q transform. The numbers are those of librosa 0.8.1, as in `signal`."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .signal import FFT_SIZE, HOP, framed, periodic_hann, spectrum

C1_HZ = 440.0 * 2.0 ** ((24 - 69) / 12)


@dataclass(frozen=True)
class _Octave:
    """Constant-Q filters of one octave in the frequency domain: (bins, size / 2 + 1), for spectra of `size` samples."""

    filters: np.ndarray
    size: int


def _octave_filters(rate_hz: float, lowest_hz: float, bins: int, dropped: float = 0.01) -> _Octave:
    """Hann-windowed exponentials of Q periods; the smallest spectral values that together hold `dropped` of each are
    left out."""
    quality = 1.0 / (2.0 ** (1.0 / bins) - 1.0)
    frequencies = lowest_hz * 2.0 ** (np.arange(bins) / bins)
    lengths = quality * rate_hz / frequencies
    size = 2 ** int(np.ceil(np.log2(lengths.max())))
    filters = np.zeros((bins, size), np.complex64)
    for row, length, frequency in zip(filters, lengths, frequencies, strict=True):
        times = np.arange(-length // 2, length // 2)
        wave = np.exp(2j * np.pi * times * frequency / rate_hz) * periodic_hann(len(times))
        start = (size - len(times)) // 2
        row[start : start + len(times)] = wave / np.abs(wave).sum()
    transformed = np.fft.fft(filters * (lengths[:, None] / size), axis=-1)[:, : size // 2 + 1]
    strength = np.abs(transformed)
    ranked = np.sort(strength, axis=-1)
    small = np.cumsum(ranked / strength.sum(-1, keepdims=True), axis=-1) < dropped
    threshold = np.take_along_axis(ranked, np.argmin(small, axis=-1)[:, None], axis=-1)
    return _Octave(np.where(strength >= threshold, transformed, 0.0).astype(np.complex64), size)


def halved(samples: np.ndarray) -> np.ndarray:
    """samples (N,) → (N // 2,) at half the sampling rate, energy kept.

    A windowed sinc of 16 zero crossings, Kaiser 8.5555, cut-off at 0.85 of the new Nyquist frequency (resampy's "kaiser_fast", Smith
    2002).
    """
    taps = np.arange(-31, 32)
    at = np.abs(taps) / 2.0
    taper = np.i0(8.555504641634386 * np.sqrt(np.maximum(0.0, 1.0 - (at / 16.0) ** 2))) / np.i0(8.555504641634386)
    kernel = 0.5 * 0.85 * np.sinc(0.85 * at) * taper
    count = len(samples) // 2
    padded = np.pad(np.asarray(samples, np.float64), (31, 32))
    halved = framed(padded, len(kernel), 2)[:count] @ kernel
    return np.pad(halved * math.sqrt(2.0), (0, -(-len(samples) // 2) - count)).astype(np.float32)


def detune(samples: np.ndarray, rate_hz: float, bins: int) -> float:
    """How far the sound's pitches lie from the grid of pitches.

    Spectral peaks of 150 to 4000 Hz, interpolated by a parabola, and the fullest hundredth among those of above-median
    size.

    Args:
        samples: (N,).
        rate_hz: of the samples.
        bins: of an octave; A4 is 440 Hz.

    Returns:
        As a share of a bin, −0.5..0.5.
    """
    size = np.abs(spectrum(samples, FFT_SIZE, FFT_SIZE // 4)).T
    rise, bend = 0.5 * (size[2:] - size[:-2]), 2.0 * size[1:-1] - size[2:] - size[:-2]
    shift = np.pad(rise / (bend + (np.abs(bend) < np.finfo(np.float32).tiny)), ((1, 1), (0, 0)))
    lift = 0.5 * np.pad(rise, ((1, 1), (0, 0))) * shift
    heard = size * (size > 0.1 * size.max(0))
    edged = np.pad(heard, ((1, 1), (0, 0)), mode="edge")
    frequency = np.arange(len(size)) * rate_hz / FFT_SIZE
    in_range = (frequency >= 150.0) & (frequency < min(4000.0, rate_hz / 2.0))
    peaks = in_range[:, None] & (heard > edged[:-2]) & (heard >= edged[2:])
    rows = np.nonzero(peaks)[0]
    if not len(rows):
        return 0.0
    pitch, strength = (rows + shift[peaks]) * rate_hz / FFT_SIZE, (size + lift)[peaks]
    counted = (pitch > 0) & (strength >= np.median(strength[pitch > 0]))
    residual = np.mod(bins * np.log2(pitch[counted] / 27.5), 1.0)
    residual[residual >= 0.5] -= 1.0
    counts, edges = np.histogram(residual, np.linspace(-0.5, 0.5, 101))
    return float(edges[np.argmax(counts)])


def chroma(
    samples: np.ndarray, rate_hz: float, octaves: int, hop: int = HOP, bins: int = 36, classes: int = 12
) -> np.ndarray:
    """Strength of the pitch classes, by a constant-Q transform (Schörkhuber & Klapuri 2010) on the sound's own tuning.

    The filters of the top octave, then the same on the sound at half the rate, and so on. As in librosa 0.8.1.

    Args:
        samples: (N,).
        rate_hz: of the samples.
        octaves: from C1.
        hop: samples from frame to frame.
        bins: of an octave.
        classes: of an octave, C first.

    Returns:
        (frames, classes), the loudest of each frame 1.

    Raises:
        ValueError: the octaves do not fit the rate or the hop.
    """
    lowest_hz = C1_HZ * 2.0 ** (detune(samples, rate_hz, bins) / bins)
    quality = 1.0 / (2.0 ** (1.0 / bins) - 1.0)
    top_hz = lowest_hz * 2.0 ** (octaves - 1.0 / bins)
    if top_hz * (1.0 + 0.75 / quality) >= 0.85 * rate_hz / 2.0 or hop % 2 ** (octaves - 1):
        raise ValueError(f"{octaves} octaves do not fit a sampling rate of {rate_hz} Hz and a hop of {hop}")
    parts, sound, rate, step = [], np.asarray(samples, np.float32), float(rate_hz), hop
    for octave in range(octaves):
        if octave:
            sound, rate, step = halved(sound), rate / 2.0, step // 2
        bank = _octave_filters(rate, lowest_hz * 2.0 ** (octaves - 1 - octave), bins)
        response = spectrum(sound, bank.size, step, np.ones(bank.size)) @ bank.filters.T
        parts.append(np.abs(response) * 2.0 ** (octave / 2.0))
    frames = min(len(part) for part in parts)
    frequencies = lowest_hz * 2.0 ** (np.arange(octaves * bins) / bins)
    strength = np.concatenate([part[:frames] for part in reversed(parts)], axis=1) / np.sqrt(
        quality * rate_hz / frequencies
    )
    share = bins // classes
    nearest = (np.arange(octaves * bins) + share // 2) // share % classes
    summed = np.stack([strength[:, nearest == pitch].sum(1) for pitch in range(classes)], axis=1)
    largest = summed.max(1, keepdims=True)
    return summed / np.where(largest < np.finfo(np.float32).tiny, 1.0, largest)
