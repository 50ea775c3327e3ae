# SPDX-License-Identifier: GPL-3.0-or-later
"""What EMAGE hears: the two streams of its content-rhythm attention, from a voice and the plan of its gestures.

Content: what is meant (the gesture's lexeme, hand and size) and what is said, as far as a face shows it (lip classes).
Rhythm: when gestures happen, how strong the voice is, whether it speaks.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...audio.lip_classes import LIP_CLASS, LIP_CLASSES
from ...audio.prosody import ProsodyCurves
from ...motion.face_track import Phone
from ...motion.gesture_plan import GestureUnit, encode


def lip_classes(phones: Sequence[Phone], times_s: np.ndarray) -> np.ndarray:
    """float32 (T, 6): one of the lip classes at each time; silence where no phone is."""
    which = np.zeros(len(times_s), np.int64)
    for phone in phones:
        which[(times_s >= phone.start_s) & (times_s < phone.end_s)] = LIP_CLASS[phone.symbol]
    return np.eye(len(LIP_CLASSES), dtype=np.float32)[which]


def conditioning_features(
    units: tuple[GestureUnit, ...], curves: ProsodyCurves, phones: Sequence[Phone]
) -> tuple[np.ndarray, np.ndarray]:
    """What the model in weights/emage hears of a voice.

    Args:
        units: the plan of its gestures, in order.
        curves: of the voice, at the model's rate.
        phones: what is said, in order; () where lips are not generated.

    Returns:
        content float32 (T, C) and rhythm float32 (T, R).
    """
    times_s = curves.times_s
    content, rhythm = encode(units, times_s, curves.loudness.clip(0.0, 1.0), curves.speaking)
    return np.concatenate([content, lip_classes(phones, times_s)], axis=1), rhythm
