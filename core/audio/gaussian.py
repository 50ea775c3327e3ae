# SPDX-License-Identifier: GPL-3.0-or-later
"""A Gaussian over a curve, however wide."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d

_WIDE = 100  # samples to each side from which on the Fourier transform is sooner; measured on a minute at 100 Hz


def gaussian_mean(values: np.ndarray, sigma: float, reach: float = 4.0) -> np.ndarray:
    """A curve smoothed by a Gaussian, ends repeated.

    Args:
        values: float (T,), T not 0.
        sigma: standard deviation in samples, more than 0.
        reach: where the Gaussian ends, in standard deviations.

    Returns:
        float64 (T,).
    """
    radius = int(np.ceil(reach * sigma))
    if radius < _WIDE:
        return gaussian_filter1d(values, sigma, output=np.float64, mode="nearest", radius=radius)
    kernel = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    padded = np.pad(np.asarray(values, np.float64), radius, mode="edge")
    length = 1 << (len(padded) - 1).bit_length()
    spectrum = np.fft.rfft(padded, length) * np.fft.rfft(kernel / kernel.sum(), length)
    # where the kernel lies over the padded curve as a whole; what wraps around lies before
    return np.fft.irfft(spectrum, length)[2 * radius : 2 * radius + len(values)]
