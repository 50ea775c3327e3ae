# SPDX-License-Identifier: GPL-3.0-or-later
"""The canonical face: the 52 ARKit blend shapes and three tongue shapes over time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .face import ARKIT_NAMES, TONGUE_NAMES

FACE_NAMES = ARKIT_NAMES + TONGUE_NAMES
FACE_INDEX = {name: index for index, name in enumerate(FACE_NAMES)}
FACE_RATE_HZ = 60.0
# Radians that a gaze shape at full value stands for: measured on captured faces (see the statistics in
# weights/nonverbal).
LOOK_RAD = {"Out": 0.656, "In": 0.513, "Up": 0.472, "Down": 0.612}


@dataclass(frozen=True)
class FaceTrack:
    """Shape weights over time.

    values: float32 (T, 55) in the order of FACE_NAMES, 0..1. Frame t is at start_s + t / rate_hz seconds of the sound.
    """

    values: np.ndarray
    rate_hz: float = FACE_RATE_HZ
    start_s: float = 0.0

    def __post_init__(self):
        if self.values.ndim != 2 or self.values.shape[1] != len(FACE_NAMES) or self.values.dtype != np.float32:
            raise ValueError(
                f"values must be float32 (T, {len(FACE_NAMES)}), not {self.values.dtype} {self.values.shape}"
            )

    def __len__(self) -> int:
        return len(self.values)

    @property
    def times_s(self) -> np.ndarray:
        """float64 (T,): the time of each frame in seconds of the sound."""
        return self.start_s + np.arange(len(self.values)) / self.rate_hz

    def __getitem__(self, name: str) -> np.ndarray:
        """float32 (T,): the curve of one shape (a view)."""
        return self.values[:, FACE_INDEX[name]]


@dataclass(frozen=True)
class Phone:
    """One spoken sound: symbol of `core.models.speech.phones`, seconds of the sound, confidence 0..1."""

    symbol: str
    start_s: float
    end_s: float
    confidence: float = 1.0
