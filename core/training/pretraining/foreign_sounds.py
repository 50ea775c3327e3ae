# SPDX-License-Identifier: GPL-3.0-or-later
"""Sounds that are neither voice nor music, made by a formula: what a warning about unfamiliar sounds is measured on."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from scipy.signal import butter, chirp, lfilter, sosfilt

from ...audio.clip import RATE_HZ

_PEAK = 0.5


def _struck(random: np.random.Generator, frames: int, at: np.ndarray, length: int, decay: float) -> np.ndarray:
    """Short bursts of noise that die away, from these frames on."""
    sound = np.zeros(frames + length)
    for first in at.astype(int):
        sound[first : first + length] += (
            random.normal() * random.standard_normal(length) * np.exp(-np.arange(length) / decay)
        )
    return sound[:frames]


def _hiss(random: np.random.Generator, time_s: np.ndarray) -> np.ndarray:
    return random.standard_normal(len(time_s))


def _rumble(random: np.random.Generator, time_s: np.ndarray) -> np.ndarray:
    return lfilter([1.0], [1.0, -0.98], random.standard_normal(len(time_s)))


def _wind(random: np.random.Generator, time_s: np.ndarray) -> np.ndarray:
    band = [random.uniform(200.0, 1500.0), random.uniform(2000.0, 6000.0)]
    noise = sosfilt(butter(2, band, "band", fs=RATE_HZ, output="sos"), random.standard_normal(len(time_s)))
    return noise * (0.5 + 0.5 * np.sin(2 * np.pi * random.uniform(0.1, 0.5) * time_s))


def _hum(random: np.random.Generator, time_s: np.ndarray) -> np.ndarray:
    tones = [np.sin(2 * np.pi * 50.0 * k * time_s + random.uniform(0.0, 6.0)) / k for k in range(1, 10)]
    return np.sum(tones, 0) + 0.02 * random.standard_normal(len(time_s))


def _sweep(random: np.random.Generator, time_s: np.ndarray) -> np.ndarray:
    return chirp(time_s, random.uniform(50.0, 300.0), time_s[-1], random.uniform(3000.0, 7500.0))


def _knocks(random: np.random.Generator, time_s: np.ndarray) -> np.ndarray:
    return _struck(random, len(time_s), np.arange(0, len(time_s), random.uniform(0.2, 1.1) * RATE_HZ), 1600, 150.0)


def _rain(random: np.random.Generator, time_s: np.ndarray) -> np.ndarray:
    drops = random.uniform(0, len(time_s), int(80 * time_s[-1]))
    return 0.02 * random.standard_normal(len(time_s)) + _struck(random, len(time_s), drops, 200, 20.0)


def _crackle(random: np.random.Generator, time_s: np.ndarray) -> np.ndarray:
    return random.standard_normal(len(time_s)) * (random.random(len(time_s)) < 0.001)


def _birds(random: np.random.Generator, time_s: np.ndarray) -> np.ndarray:
    sound = np.zeros(len(time_s))
    for first in random.integers(0, len(time_s) - RATE_HZ // 3, 14):
        length = int(RATE_HZ * random.uniform(0.05, 0.25))
        own_s = np.arange(length) / RATE_HZ
        way = random.uniform(2500.0, 5500.0) * own_s + random.uniform(-8000.0, 8000.0) * own_s**2
        sound[first : first + length] += np.sin(2 * np.pi * way) * np.hanning(length)
    return sound


def _engine(random: np.random.Generator, time_s: np.ndarray) -> np.ndarray:
    turns = np.cumsum(random.uniform(25.0, 60.0) * (1.0 + 0.3 * np.sin(2 * np.pi * 0.2 * time_s))) / RATE_HZ
    return turns % 1.0 - 0.5 + 0.3 * lfilter([1.0], [1.0, -0.9], random.standard_normal(len(time_s)))


def _beeps(random: np.random.Generator, time_s: np.ndarray) -> np.ndarray:
    return np.sin(2 * np.pi * random.uniform(300.0, 2000.0) * time_s) * (
        (time_s * random.uniform(1.0, 4.0)) % 1.0 < 0.5
    )


def _siren(random: np.random.Generator, time_s: np.ndarray) -> np.ndarray:
    pitch_hz = 600.0 + 400.0 * np.sign(np.sin(2 * np.pi * random.uniform(0.4, 1.2) * time_s))
    return np.sin(2 * np.pi * np.cumsum(pitch_hz) / RATE_HZ)


KINDS: dict[str, Callable[[np.random.Generator, np.ndarray], np.ndarray]] = {
    "hiss": _hiss,
    "rumble": _rumble,
    "wind": _wind,
    "hum": _hum,
    "sweep": _sweep,
    "knocks": _knocks,
    "rain": _rain,
    "crackle": _crackle,
    "birds": _birds,
    "engine": _engine,
    "beeps": _beeps,
    "siren": _siren,
}


def foreign_sounds(each: int, seconds: float, seed: int = 5) -> Iterator[tuple[str, np.ndarray]]:
    """(kind, float32 (N,) at 16 kHz), so many of each kind."""
    time_s = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    for number, (kind, make) in enumerate(KINDS.items()):
        for place in range(each):
            sound = make(np.random.default_rng([seed, number, place]), time_s)
            yield kind, (_PEAK * sound / max(float(np.abs(sound).max()), 1e-9)).astype(np.float32)
