# SPDX-License-Identifier: GPL-3.0-or-later
"""Log-mel spectrogram in PyTorch, at 100 frames a second."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch

from .clip import RATE_HZ

HOP = 160  # samples: 10 ms
WINDOW = 400  # samples: 25 ms
FFT_SIZE = 512
BANDS = 80
LOWEST_HZ = 20.0
HIGHEST_HZ = 7600.0
FLOOR = 1e-5  # of mel power; log(FLOOR) = -11.51 is digital silence
FRAME_RATE_HZ = RATE_HZ / HOP
CHUNK_FRAMES = 3000  # 30 s at a time: the spectrum of a long sound never lies in memory as a whole


def hz_to_mel(frequency_hz: np.ndarray | float) -> np.ndarray:
    """Slaney's mel scale (Auditory Toolbox, 1998): linear below 1 kHz, logarithmic above."""
    frequency_hz = np.asarray(frequency_hz, np.float64)
    linear = frequency_hz / (200.0 / 3.0)
    logarithmic = 15.0 + np.log(np.maximum(frequency_hz, 1.0) / 1000.0) * (27.0 / np.log(6.4))
    return np.where(frequency_hz < 1000.0, linear, logarithmic)


def mel_to_hz(mel: np.ndarray | float) -> np.ndarray:
    """Inverse of `hz_to_mel`: Hz, shaped like mel."""
    mel = np.asarray(mel, np.float64)
    return np.where(mel < 15.0, mel * (200.0 / 3.0), 1000.0 * np.exp((mel - 15.0) * (np.log(6.4) / 27.0)))


def mel_filters(
    bands: int = BANDS,
    fft_size: int = FFT_SIZE,
    rate_hz: float = RATE_HZ,
    lowest_hz: float = LOWEST_HZ,
    highest_hz: float = HIGHEST_HZ,
) -> np.ndarray:
    """Triangles on Slaney's mel scale, each of area 1 (in Hz).

    Args:
        bands: how many.
        fft_size, rate_hz: of the spectrum that they are for.
        lowest_hz, highest_hz: where the first begins and the last ends.

    Returns:
        float32 (bands, fft_size / 2 + 1).
    """
    edges_hz = mel_to_hz(np.linspace(hz_to_mel(lowest_hz), hz_to_mel(highest_hz), bands + 2))
    bins_hz = np.arange(fft_size // 2 + 1) * (rate_hz / fft_size)
    rising = (bins_hz - edges_hz[:-2, None]) / np.diff(edges_hz)[:-1, None]
    falling = (edges_hz[2:, None] - bins_hz) / np.diff(edges_hz)[1:, None]
    triangles = np.maximum(0.0, np.minimum(rising, falling))
    return (triangles * (2.0 / (edges_hz[2:] - edges_hz[:-2]))[:, None]).astype(np.float32)


@lru_cache(maxsize=8)
def _constants(device: str) -> tuple[torch.Tensor, torch.Tensor]:
    with torch.inference_mode(False):  # kept for later, when gradients may be wanted
        window = torch.hann_window(WINDOW, periodic=True)
        return window.to(device), torch.from_numpy(mel_filters().T.copy()).to(device)


def frame_count(samples: int) -> int:
    """Frames that `log_mel` gives for so many samples."""
    return 1 + samples // HOP


def log_mel(samples: torch.Tensor) -> torch.Tensor:
    """Log-mel spectrogram of a sound at 16 kHz.

    Frame t is centred at t * 10 ms: a Hann window of 25 ms, an FFT of 512, the ends mirrored. Equals
    librosa.feature.melspectrogram(sr=16000, n_fft=512, win_length=400, hop_length=160, n_mels=80, fmin=20, fmax=7600,
    pad_mode="reflect") within 1e-3 of the logarithm. Sounds shorter than 257 samples are lengthened by silence first.

    Args:
        samples: float (N,) or (B, N) on any device, at least one sample.

    Returns:
        float32 (..., 1 + N // 160, 80), natural logarithm of the mel power, not below log(1e-5).

    Raises:
        ValueError: where there is no sample.
    """
    if samples.shape[-1] == 0:
        raise ValueError("log_mel needs at least one sample")
    frames = frame_count(samples.shape[-1])
    margin = FFT_SIZE // 2
    samples = samples.float()
    if samples.shape[-1] <= margin:
        samples = torch.nn.functional.pad(samples, (0, margin + 1 - samples.shape[-1]))
    window, filters = _constants(str(samples.device))
    total = samples.shape[-1]
    parts = []
    for first in range(0, frames, CHUNK_FRAMES):
        last = min(first + CHUNK_FRAMES, frames)
        begin, end = first * HOP - margin, (last - 1) * HOP + margin
        part = samples[..., max(begin, 0) : min(end, total)]
        if begin < 0:
            part = torch.cat([samples[..., 1 : 1 - begin].flip(-1), part], -1)
        if end > total:
            part = torch.cat([part, samples[..., total - 1 - (end - total) : total - 1].flip(-1)], -1)
        spectrum = torch.stft(part, FFT_SIZE, HOP, WINDOW, window, center=False, return_complex=True)
        power = spectrum.real.square() + spectrum.imag.square()  # (..., bins, frames)
        parts.append(torch.log(torch.clamp(power.transpose(-1, -2) @ filters, min=FLOOR)))
    return parts[0] if len(parts) == 1 else torch.cat(parts, -2)


def summed_db(mel_db: np.ndarray) -> np.ndarray:
    """Log-mel spectra in dB (T, bands) → (T,): the level of all bands together."""
    loudest = mel_db.max(1)
    return loudest + 10.0 * np.log10(np.power(10.0, 0.1 * (mel_db - loudest[:, None])).sum(1))
