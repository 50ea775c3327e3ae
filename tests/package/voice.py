# SPDX-License-Identifier: GPL-3.0-or-later
"""A voice made by arithmetic: a glottal pulse train through vowel formants, with closures and a fricative.

Enough of speech for a test that must not depend on a recording: it opens and closes, has a melody and pauses.
"""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

RATE_HZ = 16000
# First three formants in Hz (Peterson and Barney 1952, rounded means of men).
VOWELS = {
    "a": (730, 1090, 2440),
    "i": (270, 2290, 3010),
    "u": (300, 870, 2240),
    "e": (530, 1840, 2480),
    "o": (570, 840, 2410),
}


def resonate(samples: np.ndarray, frequency_hz: float, bandwidth_hz: float) -> np.ndarray:
    """Two-pole resonator, applied as a convolution with its impulse response."""
    times = np.arange(int(0.05 * RATE_HZ)) / RATE_HZ
    response = np.exp(-np.pi * bandwidth_hz * times) * np.sin(2 * np.pi * frequency_hz * times)
    return np.convolve(samples, response)[: len(samples)]


def syllable(vowel: str, seconds: float, pitch_hz: float, generator: np.random.Generator) -> np.ndarray:
    """A closure with a low murmur (m), then a vowel: (N,) float64 in -1..1."""
    count = int(seconds * RATE_HZ)
    glide = pitch_hz * np.linspace(1.05, 0.9, count)
    pulses = np.diff(np.floor(np.cumsum(glide) / RATE_HZ), prepend=0.0) + 0.002 * generator.standard_normal(count)
    spoken = sum(
        resonate(pulses, formant, 60 + 40 * index) / (1 + index) for index, formant in enumerate(VOWELS[vowel])
    )
    murmur = 0.3 * resonate(pulses, 250, 60)
    opening = np.clip((np.arange(count) / RATE_HZ - 0.07) / 0.02, 0, 1)
    fade = np.clip((count - np.arange(count)) / (0.03 * RATE_HZ), 0, 1)
    mixed = (opening * spoken / np.abs(spoken).max() + (1 - opening) * murmur / np.abs(murmur).max() * 0.3) * fade
    return mixed


def speak(path: Path, seconds: float = 4.0, seed: int = 1) -> Path:
    """Write "ma mi mu me mo" in phrases with pauses to a 16-bit mono wav. Returns the path."""
    generator = np.random.default_rng(seed)
    pieces = [np.zeros(int(0.3 * RATE_HZ))]
    vowels = "aeiou"
    while sum(map(len, pieces)) < seconds * RATE_HZ:
        for _ in range(4):
            vowel = vowels[int(generator.integers(len(vowels)))]
            pieces.append(
                syllable(vowel, float(generator.uniform(0.18, 0.3)), float(generator.uniform(105, 150)), generator)
            )
        pieces.append(np.zeros(int(0.4 * RATE_HZ)))
    samples = np.concatenate(pieces)[: int(seconds * RATE_HZ)]
    samples = (0.5 * samples / np.abs(samples).max() * 32767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(samples.tobytes())
    return path
