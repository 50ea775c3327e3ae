# SPDX-License-Identifier: GPL-3.0-or-later
"""Do labels lie where the sounds are? Correlation of what each phone should be in loudness with what is heard."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ....audio.phones import PHONES
from .store import RATE_HZ, Segment

_STEP = 40  # samples: 2.5 ms
STEP_S = _STEP / RATE_HZ


def sonority(symbol: str) -> float:
    """How loud a phone is by its kind, 0 (silence) .. 1 (open vowel): the sonority scale of phonology."""
    phone = PHONES[symbol]
    if phone.is_vowel:
        return 1.0 - 0.15 * phone.height
    return {
        "": 0.0,
        "stop": 0.1,
        "affricate": 0.25,
        "fricative": 0.4 if not phone.voiced else 0.5,
        "nasal": 0.65,
        "tap": 0.6,
        "lateral": 0.7,
        "approximant": 0.75,
    }[phone.manner]


def log_energy(audio: np.ndarray, window_s: float = 0.01) -> np.ndarray:
    """float64 (T,) dB every 2.5 ms, of a window centred there."""
    power = np.concatenate([[0.0], np.cumsum(audio.astype(np.float64) ** 2)])
    centres = np.arange(0, len(audio), _STEP)
    half = int(window_s * RATE_HZ / 2)
    low, high = np.clip(centres - half, 0, len(audio)), np.clip(centres + half, 0, len(audio))
    return 10 * np.log10((power[high] - power[low]) / np.maximum(high - low, 1) + 10.0)


def expected(segments: Sequence[Segment], count: int) -> np.ndarray:
    """float64 (count,): sonority every 2.5 ms, NaN where there is no phone."""
    track = np.full(count, np.nan)
    for symbol, start, end in segments:
        track[round(start / STEP_S) : round(end / STEP_S)] = sonority(symbol)
    return track


def lag(pairs: Sequence[tuple[np.ndarray, Sequence[Segment]]], reach_s: float = 0.1) -> tuple[float, float, float]:
    """Best lag over many utterances. pairs: (int16 audio, segments).

    Returns (lag_s, correlation there, correlation at 0). A positive lag: the sound comes later than its labels.
    """
    reach = round(reach_s / STEP_S)
    lags = np.arange(-reach, reach + 1)
    sums = np.zeros((len(lags), 5))
    count = np.zeros(len(lags))
    for audio, segments in pairs:
        energy = log_energy(audio)
        energy = np.maximum(energy, energy.max() - 50)
        energy = (energy - energy.mean()) / (energy.std() + 1e-9)
        label = expected(segments, len(energy))
        for k, shift in enumerate(lags):
            e = energy[max(shift, 0) : len(energy) + min(shift, 0)]
            s = label[max(-shift, 0) : len(label) - max(shift, 0)]
            known = ~np.isnan(s)
            e, s = e[known], s[known]
            sums[k] += (e.sum(), s.sum(), (e * e).sum(), (s * s).sum(), (e * s).sum())
            count[k] += len(e)
    e, s, ee, ss, es = (sums / count[:, None]).T
    r = (es - e * s) / np.sqrt((ee - e * e) * (ss - s * s))
    best = int(r.argmax())
    return float(lags[best] * STEP_S), float(r[best]), float(r[reach])
