# SPDX-License-Identifier: GPL-3.0-or-later
"""The syllables that stand out in a sound, from the sound alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .contours import FRAME_RATE_HZ, Contours, above_surroundings, semitones_of, smooth
from .nuclei import peaks_of
from .phrases import Phrase, phrase_indices
from .syllables import Syllable


def accents_of_sound(contours: Contours, phrases: Sequence[Phrase]) -> tuple[Syllable, ...]:
    """Nuclei that stand out by level and pitch above the surroundings (1.5 s) and by length.

    These are what listeners hear prominence by (Terken 1991; Kochanski et al. 2005). It is relative within the sound: about a
    third of the syllables have a prominence of 0.5 or more.
    """
    level = smooth(contours.sonority_db, 0.025)
    peaks = np.array(peaks_of(contours, phrases), int)
    if len(peaks) == 0:
        return ()
    melody = smooth(semitones_of(contours.pitch_hz), 0.03)
    # the highest pitch near the nucleus: accents peak late in the syllable
    height = np.array([melody[max(peak - 5, 0) : peak + 13].max() for peak in peaks])
    length = np.array([_width(level, peak, 6.0) for peak in peaks]) / FRAME_RATE_HZ
    score = (
        above_surroundings(level[peaks], peaks) / 4.0
        + above_surroundings(height, peaks) / 2.5
        + above_surroundings(length, peaks) / 0.08
    )
    score = score / max(float(np.std(score)), 0.5)
    prominence = 1.0 / (1.0 + np.exp(-1.6 * (score - 0.45)))
    phrase_of = phrase_indices(phrases, peaks / FRAME_RATE_HZ)
    return tuple(
        Syllable(
            time_s=float(peak / FRAME_RATE_HZ),
            peak_s=float(peak / FRAME_RATE_HZ),
            end_s=float(peak / FRAME_RATE_HZ),
            prominence=float(value),
            phrase=int(phrase),
            pitch_semitones=float(melody[peak]),
            loudness_db=float(contours.loudness_db[peak]),
        )
        for peak, value, phrase in zip(peaks, prominence, phrase_of)
        if value >= 0.5
    )


def _width(curve: np.ndarray, peak: int, drop: float, longest: int = 40) -> int:
    """Frames around a peak that lie less than `drop` below it."""
    below = curve[peak] - drop
    right = curve[peak : peak + longest] < below
    left = curve[max(peak - longest, 0) : peak + 1][::-1] < below
    return (int(right.argmax()) if right.any() else len(right)) + (int(left.argmax()) if left.any() else len(left))
