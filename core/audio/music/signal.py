# SPDX-License-Identifier: GPL-3.0-or-later
"""What music information retrieval hears in a sound: harmonic and percussive parts, mel cepstrum, onsets, tempo, beats.

NumPy and SciPy only, at any sampling rate; rows are frames of `hop` samples, centred, the ends mirrored. With the
options given in each docstring the numbers are those of librosa 0.8.1 (McFee et al., SciPy 2015), which published dance
models were trained on.
"""

from __future__ import annotations

import math

import numpy as np

from ..log_mel import mel_filters

FFT_SIZE = 2048
HOP = 512


def periodic_hann(length: int) -> np.ndarray:
    """(length,): a Hann window whose repetitions sum to a constant."""
    return 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(length) / length)


def framed(samples: np.ndarray, size: int, hop: int) -> np.ndarray:
    """View (frames, size), every `hop` samples, of samples (N,) whose ends are already padded."""
    return np.lib.stride_tricks.sliding_window_view(samples, size)[::hop]


def spectrum(samples: np.ndarray, size: int = FFT_SIZE, hop: int = HOP, window: np.ndarray | None = None) -> np.ndarray:
    """Short-time Fourier transform; frames are centred, the ends mirrored.

    Args:
        samples: (N,).
        size: samples of a frame.
        hop: samples from frame to frame.
        window: (size,); Hann if None.

    Returns:
        complex64 (1 + N // hop, size / 2 + 1).
    """
    padded = np.pad(np.asarray(samples, np.float32), size // 2, mode="reflect")
    frames = framed(padded, size, hop) * (periodic_hann(size) if window is None else window).astype(np.float32)
    return np.fft.rfft(frames, axis=-1).astype(np.complex64)


def from_spectrum(values: np.ndarray, length: int, hop: int) -> np.ndarray:
    """Inverse of `spectrum` with its Hann window.

    Args:
        values: (frames, size / 2 + 1).
        length: samples wanted.
        hop: samples from frame to frame.

    Returns:
        float32 (length,), zeros where the frames do not reach.
    """
    size = 2 * (values.shape[1] - 1)
    window = periodic_hann(size)
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
    """samples (N,) → harmonic (N,) and percussive (N,) parts by median filters along time and along frequency
    (Fitzgerald 2010), soft masks of power 2, in spectra of 2048 samples every 512."""
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
    """Power of any shape in dB, 10 log10(power / reference), not below 1e-10 and not more than `range_db` under the loudest."""
    values = 10.0 * np.log10(np.maximum(power, 1e-10)) - 10.0 * math.log10(max(reference, 1e-10))
    return np.maximum(values, values.max(initial=-np.inf) - range_db)


def mel_power(
    samples: np.ndarray, rate_hz: float, hop: int = HOP, bands: int = 128, highest_hz: float | None = None
) -> np.ndarray:
    """Mel spectrogram.

    Args:
        samples: (N,).
        rate_hz: of the samples.
        hop: samples from frame to frame.
        bands: how many.
        highest_hz: where they end, half the rate if None; bands above half the rate are empty.

    Returns:
        Power (frames, bands).
    """
    filters = mel_filters(bands, FFT_SIZE, rate_hz, 0.0, rate_hz / 2.0 if highest_hz is None else highest_hz)
    return np.abs(spectrum(samples, FFT_SIZE, hop)) ** 2 @ filters.T


def cepstrum(mel_db: np.ndarray, count: int = 20) -> np.ndarray:
    """Mel spectrogram in dB (frames, bands) → the first `count` coefficients (frames, count) of its orthonormal cosine
    transform."""
    from scipy.fft import dct

    return np.asarray(dct(mel_db, axis=-1, type=2, norm="ortho"))[:, :count]


def slope(values: np.ndarray) -> np.ndarray:
    """First difference over three frames, (frames, n); the ends take their neighbours' line."""
    if len(values) < 3:
        return np.zeros_like(values)
    inner = 0.5 * (values[2:] - values[:-2])
    return np.concatenate((inner[:1], inner, inner[-1:]))


def onset_strength(samples: np.ndarray, rate_hz: float, hop: int = HOP, highest_hz: float | None = None) -> np.ndarray:
    """How much louder the sound became: the median over mel bands of the rise to each frame, shifted by the half
    window.

    Args:
        samples: (N,).
        rate_hz: of the samples.
        hop: samples from frame to frame.
        highest_hz: 11025 whatever the rate is librosa 0.8.1's; half the rate (None) is what was meant.

    Returns:
        dB (frames,).
    """
    level = decibels(mel_power(samples, rate_hz, hop, highest_hz=highest_hz))
    rise = np.median(np.maximum(0.0, np.diff(level, axis=0)), axis=-1)
    return np.pad(rise, (1 + FFT_SIZE // (2 * hop), 0))[: len(level)]


def tempogram(onsets: np.ndarray, length: int = 384) -> np.ndarray:
    """onsets (frames,) → autocorrelation of the `length` frames around each frame, Hann-weighted, its maximum 1:
    (frames, length)."""
    padded = np.pad(np.asarray(onsets, np.float64), length // 2, mode="linear_ramp", end_values=0.0)
    windows = framed(padded, length, 1)[: len(onsets)] * periodic_hann(length)
    power = np.abs(np.fft.rfft(windows, 2 * length + 1, axis=-1)) ** 2
    correlation = np.fft.irfft(power, 2 * length + 1, axis=-1)[:, :length]
    largest = np.abs(correlation).max(-1, keepdims=True)
    return correlation / np.where(largest < np.finfo(np.float32).tiny, 1.0, largest)


def tempo(onsets: np.ndarray, frame_rate_hz: float, expected_bpm: float = 120.0, fastest_bpm: float = 320.0) -> float:
    """The strongest mean autocorrelation over 8 s, weighted towards what is expected by one octave of standard
    deviation.

    Args:
        onsets: (frames,).
        frame_rate_hz: of the onsets.
        expected_bpm: the most likely tempo.
        fastest_bpm: none is faster.

    Returns:
        Beats a minute.
    """
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
