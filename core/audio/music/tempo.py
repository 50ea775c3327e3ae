# SPDX-License-Identifier: GPL-3.0-or-later
"""How strong every tempo is, as it changes: the autocorrelation of the onsets in windows of 10 s. A tempo counts as much as two and
four beats, or three and six, support it. Which of them the beats have is for `beat_tracking` to say.
"""

from __future__ import annotations

import numpy as np

from .heard import CURVE_RATE_HZ

SLOWEST_BPM, FASTEST_BPM = 50.0, 210.0
WINDOW_S, STEP_S = 10.0, 1.0
STEPS_AN_OCTAVE = 96
PREFERRED_BPM = 110.0  # people tap to about a hundred a minute (Parncutt 1994)


def tempo_grid(
    slowest_bpm: float = SLOWEST_BPM, fastest_bpm: float = FASTEST_BPM, steps_an_octave: int = STEPS_AN_OCTAVE
) -> np.ndarray:
    """(n,) beats a minute, evenly in octaves; as `tempo_strengths` has them unless said otherwise."""
    octaves = np.log2(fastest_bpm / slowest_bpm)
    return slowest_bpm * 2.0 ** (np.arange(int(octaves * steps_an_octave) + 1) / steps_an_octave)


def smoothed_onsets(onset: np.ndarray) -> np.ndarray:
    """Onsets (T,), a hundred a second, less their mean over a second, not below 0, over 30 ms: float64 (T,)."""
    onset = np.asarray(onset, np.float64)
    width = int(CURVE_RATE_HZ)
    mean = np.convolve(np.pad(onset, width // 2, mode="edge"), np.ones(width) / width, "same")
    mean = mean[width // 2 : width // 2 + len(onset)]
    return np.convolve(np.maximum(onset - mean, 0.0), [0.25, 0.5, 0.25], "same")


def tempo_strengths(onset: np.ndarray) -> np.ndarray:
    """onset (T,) → (windows, tempi of `tempo_grid`): normalised autocorrelation at the beat's period and its multiples."""
    size, step = int(WINDOW_S * CURVE_RATE_HZ), int(STEP_S * CURVE_RATE_HZ)
    curve = np.pad(smoothed_onsets(onset), size // 2)
    lags = 60.0 * CURVE_RATE_HZ / tempo_grid()
    rows = []
    for first in range(0, max(len(curve) - size, 0) + 1, step):
        part = curve[first : first + size]
        part = part - part.mean()
        spectrum = np.abs(np.fft.rfft(part, 2 * size)) ** 2
        correlation = np.fft.irfft(spectrum)[:size]
        correlation = correlation / max(correlation[0], 1e-9) * (size / np.maximum(size - np.arange(size), size // 4))

        def at(multiple: float, values: np.ndarray = correlation) -> np.ndarray:
            return np.interp(lags * multiple, np.arange(size), values, right=0.0)

        rows.append(at(1.0) + np.maximum(0.5 * at(2.0) + 0.25 * at(4.0), 0.5 * at(3.0) + 0.25 * at(6.0)))
    return np.maximum(np.array(rows), 0.0)
