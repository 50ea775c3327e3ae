# SPDX-License-Identifier: GPL-3.0-or-later
"""Which speech a silent talker could have been saying: where a recorded voice's lips move as his do.

The landmark speeches have no sound. A stretch of one is laid over that stretch of recorded speech in which the lips, as our speech
model sees them, open and rest as the talker's do, so that pauses meet pauses and syllables syllables. The words are others; what
brows and lids owe to phrases and their ends is kept.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.signal import fftconvolve

from ....motion.smoothing import gaussian_smooth


@dataclass(frozen=True)
class Pairing:
    """Stretch [start, start + frames) of a silent face goes with the sound from frame `sound_start` on. correlation: of the lips."""

    face: int
    start: int
    sound_start: int
    correlation: float


def best_pairings(
    faces: list[np.ndarray], stream: np.ndarray, frames: int, stride: int, best: int, apart: int
) -> list[Pairing]:
    """The likeliest sounds of every stretch.

    Args:
        faces: lip opening (T,) of each silent face.
        stream: lip opening (S,) of all speech in a row.
        frames: of a stretch.
        stride: from one stretch to the next.
        best: sounds for each stretch.
        apart: frames that two sounds of the same stretch differ by at least.

    Returns:
        In order of faces and starts.
    """
    stream = gaussian_smooth(np.asarray(stream, np.float64), 1.5)
    ones = np.ones(frames)
    mean = fftconvolve(stream, ones, "valid") / frames
    spread = np.sqrt(np.maximum(fftconvolve(stream**2, ones, "valid") / frames - mean**2, 1e-8))
    found = []
    for index, opening in enumerate(faces):
        curve = gaussian_smooth(np.asarray(opening, np.float64), 1.5)
        for start in range(0, len(curve) - frames + 1, stride):
            part = curve[start : start + frames]
            part = (part - part.mean()) / max(part.std(), 1e-6)
            r = fftconvolve(stream, part[::-1], "valid") / (frames * np.maximum(spread, 0.02))
            for _ in range(best):
                at = int(r.argmax())
                found.append(Pairing(index, start, at, float(r[at])))
                r[max(at - apart, 0) : at + apart] = -1.0
    return found
