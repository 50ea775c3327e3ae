# SPDX-License-Identifier: GPL-3.0-or-later
"""A sound as another microphone hears it: rooms, smooth responses, noise, telephones."""

from __future__ import annotations

import numpy as np

from ...audio.clip import RATE_HZ


def loudness(samples: np.ndarray) -> float:
    """Root mean square, a little more than 0."""
    return float(np.sqrt(np.mean(samples**2))) + 1e-6


def through_a_channel(samples: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """In half of the cases in a room, all through another microphone with some noise, some through a telephone."""
    sound = samples
    if random.random() < 0.35:
        time = np.arange(int(0.5 * RATE_HZ)) / RATE_HZ
        tail = (
            random.standard_normal(len(time)) * np.exp(-time * random.uniform(8.0, 40.0)) * random.uniform(0.01, 0.08)
        )
        tail[0] = 1.0
        size = len(sound) + len(tail)
        sound = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(tail, size), size)[: len(sound)]
    limits = (300.0, 3400.0) if random.random() < 0.1 else (random.uniform(20.0, 90.0), random.uniform(5000.0, 8000.0))
    sound = equalised(sound, 6.0, random, limits)
    noise = random.standard_normal(len(sound)) * loudness(sound) * 10.0 ** (-random.uniform(15.0, 70.0) / 20.0)
    return (sound + noise).astype(np.float32)


def equalised(
    samples: np.ndarray,
    deviation_db: float,
    random: np.random.Generator,
    limits_hz: tuple[float, float] = (20.0, 8000.0),
) -> np.ndarray:
    """A smooth random response between two frequencies, falling steeply beyond."""
    hz = np.fft.rfftfreq(len(samples), 1.0 / RATE_HZ) + 1.0
    octaves = np.log2(hz / 20.0)
    gain = np.interp(octaves, np.arange(10), random.standard_normal(10) * deviation_db)
    gain -= 24.0 * np.maximum(np.log2(limits_hz[0] / hz), 0.0) + 60.0 * np.maximum(np.log2(hz / limits_hz[1]), 0.0)
    return np.fft.irfft(np.fft.rfft(samples) * 10.0 ** (gain / 20.0), len(samples))
