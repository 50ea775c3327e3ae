# SPDX-License-Identifier: GPL-3.0-or-later
"""The sound that everything downstream works on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

RATE_HZ = 16000


@dataclass(frozen=True)
class AudioClip:
    """Mono sound.

    samples: float32 (N,), nominally -1..1, finite. rate_hz: samples a second; everything after decoding is at RATE_HZ.
    name: what a take made from it is called (the file's stem or the strip's name).
    warnings: what a person should know about the sound ("clipped", "very quiet"), one sentence each.
    """

    samples: np.ndarray
    rate_hz: int = RATE_HZ
    name: str = ""
    warnings: tuple[str, ...] = ()

    def __post_init__(self):
        if self.samples.ndim != 1 or self.samples.dtype != np.float32:
            raise ValueError(f"samples must be float32 (N,), not {self.samples.dtype} {self.samples.shape}")

    @property
    def duration_s(self) -> float:
        return len(self.samples) / self.rate_hz
