# SPDX-License-Identifier: GPL-3.0-or-later
"""Short pieces of music made of clicks, thumps and tones, with known beats and bars."""

from __future__ import annotations

import numpy as np

RATE_HZ = 16000


def sounding(seconds: float, hits: list[tuple[float, str, float]], seed: int = 0) -> np.ndarray:
    """float32 (N,). hits: (time s, "tick", "thump" or a tone's Hz as text, strength)."""
    random = np.random.default_rng(seed)
    samples = 1e-4 * random.standard_normal(int(seconds * RATE_HZ))
    for at, kind, strength in hits:
        first = int(at * RATE_HZ)
        time = np.arange(int(0.25 * RATE_HZ)) / RATE_HZ
        if kind == "tick":
            sound = np.exp(-time / 0.01) * random.standard_normal(len(time))
        elif kind == "thump":
            sound = 2.0 * np.exp(-time / 0.06) * np.sin(2.0 * np.pi * 70.0 * time)
        else:
            sound = np.exp(-time / 0.2) * np.sin(2.0 * np.pi * float(kind) * time)
        room = samples[first : first + len(time)]
        room += 0.2 * strength * sound[: len(room)]
    return samples.astype(np.float32)


def bars_of(bpm: float, beats: int, seconds: float, parts: int = 2, first_s: float = 0.2) -> np.ndarray:
    """A thump at each bar, ticks at beats and softer ones at their parts, a chord that changes with the bar."""
    hits: list[tuple[float, str, float]] = []
    step = 60.0 / bpm / parts
    for index in range(int((seconds - first_s) / step)):
        beat, part = divmod(index, parts)
        at = first_s + index * step
        hits.append((at, "tick", 1.0 if part == 0 else 0.4))
        if part == 0 and beat % beats == 0:
            hits += [(at, "thump", 1.5)]
        if part == 0:
            tone = (262.0, 330.0, 294.0, 392.0)[beat // beats % 4]
            hits += [(at, str(tone), 0.6)]
    return sounding(seconds, hits)
