# SPDX-License-Identifier: GPL-3.0-or-later
"""What music information retrieval hears in a sound: harmonic and percussive parts, mel cepstrum, chroma, onsets, tempo, beats.

NumPy and SciPy only, at any sampling rate; rows are frames of `hop` samples, centred, the ends mirrored. With the options
given in each docstring the numbers are those of librosa 0.8.1 (McFee et al., SciPy 2015), which published dance models were
trained on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .log_mel import mel_filters

FFT_SIZE = 2048
HOP = 512
C1_HZ = 440.0 * 2.0 ** ((24 - 69) / 12)


def _periodic_hann(length: int) -> np.ndarray:
    return 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(length) / length)


def _frames(samples: np.ndarray, size: int, hop: int) -> np.ndarray:
    """View (frames, size) of samples whose ends are already padded."""
    return np.lib.stride_tricks.sliding_window_view(samples, size)[::hop]


def spectrum(samples: np.ndarray, size: int = FFT_SIZE, hop: int = HOP, window: np.ndarray | None = None) -> np.ndarray:
    """samples (N,) → complex64 (1 + N // hop, size / 2 + 1). window: Hann if None."""
    padded = np.pad(np.asarray(samples, np.float32), size // 2, mode="reflect")
    frames = _frames(padded, size, hop) * (_periodic_hann(size) if window is None else window).astype(np.float32)
    return np.fft.rfft(frames, axis=-1).astype(np.complex64)


def from_spectrum(values: np.ndarray, length: int, hop: int) -> np.ndarray:
    """Inverse of `spectrum` with its Hann window: float32 (length,), zeros where the frames do not reach."""
    size = 2 * (values.shape[1] - 1)
    window = _periodic_hann(size)
    frames = np.fft.irfft(values, axis=-1) * window
    total = size + hop * (len(values) - 1)
    sound, weight = np.zeros(total), np.zeros(total)
    for index, frame in enumerate(frames):
        sound[index * hop : index * hop + size] += frame
        weight[index * hop : index * hop + size] += window**2
    heard = weight > np.finfo(np.float32).tiny
    sound[heard] /= weight[heard]
    sound = sound[size // 2 : total - size // 2][:length]
    return np.pad(sound, (0, length - len(sound))).astype(np.float32)


def harmonic_percussive(samples: np.ndarray, kernel: int = 31) -> tuple[np.ndarray, np.ndarray]:
    """samples (N,) → harmonic (N,) and percussive (N,) parts by median filters along time and along frequency (Fitzgerald
    2010), soft masks of power 2, in spectra of 2048 samples every 512."""
    from scipy.ndimage import median_filter

    values = spectrum(samples, FFT_SIZE, FFT_SIZE // 4)
    size = np.abs(values)
    harmonic = median_filter(size, size=(kernel, 1), mode="reflect")
    percussive = median_filter(size, size=(1, kernel), mode="reflect")
    larger = np.maximum(harmonic, percussive)
    silent = larger < np.finfo(np.float32).tiny
    larger[silent] = 1.0
    harmonic, percussive = (harmonic / larger) ** 2, (percussive / larger) ** 2
    share = np.where(silent, 0.5, harmonic / np.maximum(harmonic + percussive, np.finfo(np.float32).tiny))
    return (
        from_spectrum(values * share, len(samples), FFT_SIZE // 4),
        from_spectrum(values * (1.0 - share), len(samples), FFT_SIZE // 4),
    )


def decibels(power: np.ndarray, reference: float = 1.0, range_db: float = 80.0) -> np.ndarray:
    """10 log10(power / reference), not below 1e-10 and not more than `range_db` under the loudest."""
    values = 10.0 * np.log10(np.maximum(power, 1e-10)) - 10.0 * math.log10(max(reference, 1e-10))
    return np.maximum(values, values.max(initial=-np.inf) - range_db)


def mel_power(
    samples: np.ndarray, rate_hz: float, hop: int = HOP, bands: int = 128, highest_hz: float | None = None
) -> np.ndarray:
    """Power in `bands` mel bands up to `highest_hz` (half the rate if None; bands above that are empty): (frames, bands)."""
    filters = mel_filters(bands, FFT_SIZE, rate_hz, 0.0, rate_hz / 2.0 if highest_hz is None else highest_hz)
    return np.abs(spectrum(samples, FFT_SIZE, hop)) ** 2 @ filters.T


def cepstrum(mel_db: np.ndarray, count: int = 20) -> np.ndarray:
    """Mel spectrogram in dB (frames, bands) → the first `count` coefficients (frames, count) of its orthonormal cosine transform."""
    from scipy.fft import dct

    return np.asarray(dct(mel_db, axis=-1, type=2, norm="ortho"))[:, :count]


def slope(values: np.ndarray) -> np.ndarray:
    """First difference over three frames, (frames, n); the ends take their neighbours' line."""
    if len(values) < 3:
        return np.zeros_like(values)
    inner = 0.5 * (values[2:] - values[:-2])
    return np.concatenate((inner[:1], inner, inner[-1:]))


def onset_strength(samples: np.ndarray, rate_hz: float, hop: int = HOP, highest_hz: float | None = None) -> np.ndarray:
    """How much louder the sound became, (frames,) dB: the median over mel bands of the rise to each frame.

    highest_hz 11025 whatever the rate is librosa 0.8.1's; half the rate (None) is what was meant. Shifted by the half window.
    """
    level = decibels(mel_power(samples, rate_hz, hop, highest_hz=highest_hz))
    rise = np.median(np.maximum(0.0, np.diff(level, axis=0)), axis=-1)
    return np.pad(rise, (1 + FFT_SIZE // (2 * hop), 0))[: len(level)]


def tempogram(onsets: np.ndarray, length: int = 384) -> np.ndarray:
    """onsets (frames,) → autocorrelation of the `length` frames around each frame, Hann-weighted, its maximum 1: (frames, length)."""
    padded = np.pad(np.asarray(onsets, np.float64), length // 2, mode="linear_ramp", end_values=0.0)
    windows = _frames(padded, length, 1)[: len(onsets)] * _periodic_hann(length)
    power = np.abs(np.fft.rfft(windows, 2 * length + 1, axis=-1)) ** 2
    correlation = np.fft.irfft(power, 2 * length + 1, axis=-1)[:, :length]
    largest = np.abs(correlation).max(-1, keepdims=True)
    return correlation / np.where(largest < np.finfo(np.float32).tiny, 1.0, largest)


def tempo(onsets: np.ndarray, frame_rate_hz: float, expected_bpm: float = 120.0, fastest_bpm: float = 320.0) -> float:
    """Beats a minute: the strongest mean autocorrelation over 8 s, weighted towards 120 by one octave of standard deviation."""
    strength = tempogram(onsets, int(8.0 * frame_rate_hz)).mean(0)
    bpm = 60.0 * frame_rate_hz / np.maximum(np.arange(len(strength)), 1e-9)
    weight = -0.5 * np.log2(bpm / expected_bpm) ** 2
    weight[bpm >= fastest_bpm] = -np.inf
    return float(bpm[np.argmax(np.log1p(1e6 * strength) + weight)])


def beats(onsets: np.ndarray, frame_rate_hz: float, tightness: float = 100.0) -> np.ndarray:
    """onsets (frames,) → frames of the beats, by dynamic programming on one tempo (Ellis, "Beat tracking by dynamic
    programming", 2007). Weak beats at both ends are dropped, and, as in librosa 0.8.1, the last strong one."""
    if not np.any(onsets):
        return np.zeros(0, int)
    period = round(60.0 * frame_rate_hz / tempo(onsets, frame_rate_hz))
    from scipy.signal import convolve

    deviation = onsets.std(ddof=1)
    kernel = np.exp(-0.5 * (np.arange(-period, period + 1) * 32.0 / period) ** 2)
    score = convolve(onsets / deviation if deviation > 0 else onsets, kernel, "same")
    steps = np.arange(-2 * period, -np.round(period / 2) + 1, dtype=int)
    cost = -tightness * np.log(-steps / period) ** 2
    total, before = np.zeros_like(score), np.full(len(score), -1)
    silent, quiet = True, 0.01 * score.max()
    for frame, strength in enumerate(score):
        reachable = frame + steps
        candidates = cost + np.where(reachable >= 0, total[np.maximum(reachable, 0)], 0.0)
        best = int(np.argmax(candidates))
        total[frame] = strength + candidates[best]
        if not silent or strength >= quiet:
            silent, before[frame] = False, reachable[best]
    edged = np.pad(total, 1, mode="edge")
    peaks = (total > edged[:-2]) & (total >= edged[2:])
    chain = [int(np.flatnonzero(peaks & (total * 2 > np.median(total[peaks])))[-1])] if peaks.any() else []
    while chain and before[chain[-1]] >= 0:
        chain.append(int(before[chain[-1]]))
    found = np.array(chain[::-1], int)
    if not len(found):
        return found
    smooth = convolve(score[found], np.array([0.0, 0.5, 1.0, 0.5, 0.0]), "same")
    strong = np.flatnonzero(smooth > 0.5 * np.sqrt((smooth**2).mean()))
    return found[strong[0] : strong[-1]]


@dataclass(frozen=True)
class _Octave:
    """Constant-Q filters of one octave in the frequency domain: (bins, size / 2 + 1), for spectra of `size` samples."""

    filters: np.ndarray
    size: int


def _octave_filters(rate_hz: float, lowest_hz: float, bins: int, dropped: float = 0.01) -> _Octave:
    """Hann-windowed exponentials of Q periods; the smallest spectral values that together hold `dropped` of each are left out."""
    quality = 1.0 / (2.0 ** (1.0 / bins) - 1.0)
    frequencies = lowest_hz * 2.0 ** (np.arange(bins) / bins)
    lengths = quality * rate_hz / frequencies
    size = 2 ** int(np.ceil(np.log2(lengths.max())))
    filters = np.zeros((bins, size), np.complex64)
    for row, length, frequency in zip(filters, lengths, frequencies, strict=True):
        times = np.arange(-length // 2, length // 2)
        wave = np.exp(2j * np.pi * times * frequency / rate_hz) * _periodic_hann(len(times))
        start = (size - len(times)) // 2
        row[start : start + len(times)] = wave / np.abs(wave).sum()
    transformed = np.fft.fft(filters * (lengths[:, None] / size), axis=-1)[:, : size // 2 + 1]
    strength = np.abs(transformed)
    ranked = np.sort(strength, axis=-1)
    small = np.cumsum(ranked / strength.sum(-1, keepdims=True), axis=-1) < dropped
    threshold = np.take_along_axis(ranked, np.argmin(small, axis=-1)[:, None], axis=-1)
    return _Octave(np.where(strength >= threshold, transformed, 0.0).astype(np.complex64), size)


def _halve(samples: np.ndarray) -> np.ndarray:
    """Half the sampling rate, energy kept: a windowed sinc of 16 zero crossings, Kaiser 8.5555, cut-off at 0.85 of the new
    Nyquist frequency (resampy's "kaiser_fast", Smith 2002)."""
    taps = np.arange(-31, 32)
    at = np.abs(taps) / 2.0
    taper = np.i0(8.555504641634386 * np.sqrt(np.maximum(0.0, 1.0 - (at / 16.0) ** 2))) / np.i0(8.555504641634386)
    kernel = 0.5 * 0.85 * np.sinc(0.85 * at) * taper
    count = len(samples) // 2
    padded = np.pad(np.asarray(samples, np.float64), (31, 32))
    halved = _frames(padded, len(kernel), 2)[:count] @ kernel
    return np.pad(halved * math.sqrt(2.0), (0, -(-len(samples) // 2) - count)).astype(np.float32)


def detune(samples: np.ndarray, rate_hz: float, bins: int) -> float:
    """How far the sound's pitches lie from the grid of `bins` an octave (A4 = 440 Hz), as a share of a bin, −0.5..0.5:
    spectral peaks of 150 to 4000 Hz, interpolated by a parabola, and the fullest hundredth among those of above-median size."""
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
    """Strength of the 12 pitch classes, C first, the loudest of each frame 1: (frames, 12).

    Constant-Q transform (Schörkhuber & Klapuri 2010) of `octaves` octaves from C1 with `bins` bins an octave, on the sound's
    own tuning: the filters of the top octave, then the same on the sound at half the rate, and so on. As in librosa 0.8.1.
    """
    lowest_hz = C1_HZ * 2.0 ** (detune(samples, rate_hz, bins) / bins)
    quality = 1.0 / (2.0 ** (1.0 / bins) - 1.0)
    top_hz = lowest_hz * 2.0 ** (octaves - 1.0 / bins)
    if top_hz * (1.0 + 0.75 / quality) >= 0.85 * rate_hz / 2.0 or hop % 2 ** (octaves - 1):
        raise ValueError(f"{octaves} octaves do not fit a sampling rate of {rate_hz} Hz and a hop of {hop}")
    parts, sound, rate, step = [], np.asarray(samples, np.float32), float(rate_hz), hop
    for octave in range(octaves):
        if octave:
            sound, rate, step = _halve(sound), rate / 2.0, step // 2
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
