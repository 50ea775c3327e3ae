# SPDX-License-Identifier: GPL-3.0-or-later
"""What EMAGE hears: the two streams of its content-rhythm attention, from a voice and the plan of its gestures.

Content: what is meant (the gesture's lexeme, hand and size) and what is said, as far as a face shows it (lip classes).
Rhythm: when gestures happen, how strong the voice is, whether it speaks.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...audio.lip_classes import LIP_CLASS, LIP_CLASSES
from ...motion.face_track import Phone
from ...motion.gesture_plan import GestureUnit, encode
from ..face.score import Score


def lip_classes(phones: Sequence[Phone], times_s: np.ndarray) -> np.ndarray:
    """float32 (T, 6): one of the lip classes at each time; silence where no phone is."""
    which = np.zeros(len(times_s), np.int64)
    for phone in phones:
        which[(times_s >= phone.start_s) & (times_s < phone.end_s)] = LIP_CLASS[phone.symbol]
    return np.eye(len(LIP_CLASSES), dtype=np.float32)[which]


def streams(
    units: tuple[GestureUnit, ...], score: Score, phones: Sequence[Phone], times_s: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """content float32 (T, C) and rhythm float32 (T, R) at times_s (T,), as the model in weights/emage takes them."""
    energy = np.interp(times_s, score.times_s, score.loudness).clip(0.0, 1.0)
    speaking = np.interp(times_s, score.times_s, score.speaking)
    content, rhythm = encode(units, times_s, energy, speaking)
    return np.concatenate([content, lip_classes(phones, times_s)], axis=1), rhythm
