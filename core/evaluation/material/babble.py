# SPDX-License-Identifier: GPL-3.0-or-later
"""A sound like a voice, made by arithmetic, where a bench needs none in particular."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np

from ...audio.clip import RATE_HZ


def babble(seconds: float, rate_hz: int = RATE_HZ, seed: int = 0) -> np.ndarray:
    """float32 (N,): something with the rhythm, melody and spectrum of a voice; phrases of two seconds with pauses."""
    random = np.random.default_rng(seed)
    frames = int(seconds * 100) + 2
    time_s = np.arange(frames) / 100
    pitch = 120 * 2 ** (0.25 * np.sin(2 * np.pi * 0.37 * time_s) + 0.1 * np.sin(2 * np.pi * 1.9 * time_s))
    level = np.clip(0.3 + np.sin(2 * np.pi * 4.3 * time_s + 2 * np.sin(time_s)), 0, 1) * (time_s % 2.7 < 2.1)
    formants = 500 + 250 * np.sin(2 * np.pi * 1.3 * time_s), 1500 + 500 * np.sin(2 * np.pi * 0.9 * time_s + 1)
    samples = np.arange(int(seconds * rate_hz)) / rate_hz
    at = np.interp
    phase = 2 * np.pi * np.cumsum(at(samples, time_s, pitch)) / rate_hz
    first, second, loud = (at(samples, time_s, curve) for curve in (*formants, level))
    sound = np.zeros(len(samples))
    for harmonic in range(1, 25):
        frequency = harmonic * at(samples, time_s, pitch)
        weight = sum(np.exp(-(((frequency - formant) / 200) ** 2)) for formant in (first, second)) + 0.02
        sound += weight * np.sin(harmonic * phase)
    return (0.1 * loud * sound + 3e-4 * random.standard_normal(len(samples))).astype(np.float32)


def write_sound(path: Path, sound: np.ndarray, rate_hz: int, channels: int) -> bool:
    """Write a sound file; False where the format needs soundfile and there is none."""
    if path.suffix == ".wav":
        import wave

        with wave.open(str(path), "wb") as file:
            file.setnchannels(channels)
            file.setsampwidth(2)
            file.setframerate(rate_hz)
            file.writeframes(np.repeat(np.round(sound * 32767).astype("<i2"), channels).tobytes())
        return True
    if find_spec("soundfile") is None:
        return False
    import soundfile

    soundfile.write(path, sound, rate_hz)
    return True
