# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the vowels of a voice are: from its phones, or from the rises of its level (de Jong and Wempe 2009).

A syllable's moment is the onset of its vowel: what people tap to when they tap to speech lies there (the P-centre;
Morton, Marcus and Frankish 1976; Allen 1972), and what gestures meet (Loehr 2012; Pouw et al. 2020).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..motion.face_track import Phone
from .contours import FRAME_RATE_HZ, Contours, frames_between, smooth
from .phones import PHONES
from .phrases import Phrase

SHORTEST_VOWEL_S = 0.02
DIP_DB = 2.0  # between two syllables, as de Jong and Wempe (2009)
QUIET_DB = 32.0  # below the loud passages: no syllable, whatever the phones say
LONGEST_RISE_S = 0.14  # from a vowel's onset to its loudest moment
LONGEST_FALL_FRAMES = 40  # from the loudest moment of the last vowel
FALL_DB = 6.0  # at a vowel's end
# Between level and amplitude: by the level nasals would count as onsets, by the amplitude the onset comes late.
SWELL_EXPONENT = 0.6


@dataclass(frozen=True, eq=False)
class Nuclei:
    """Vowels in order. start_s, end_s: float64 (n,). vowels: their symbols, "" where nuclei come from the sound."""

    start_s: np.ndarray
    end_s: np.ndarray
    vowels: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.start_s)

    @property
    def from_phones(self) -> bool:
        return bool(self.vowels) and self.vowels[0] != ""


def nuclei_of(contours: Contours, phrases: Sequence[Phrase], phones: Sequence[Phone] = ()) -> Nuclei:
    """The vowels among the phones that are loud enough to be heard; where there are none, those of the sound."""
    if not phrases:
        return Nuclei(np.zeros(0), np.zeros(0), ())
    vowels = [
        phone for phone in phones if PHONES[phone.symbol].is_vowel and phone.end_s - phone.start_s >= SHORTEST_VOWEL_S
    ]
    if vowels:
        loud = np.percentile(contours.loudness_db, 95)
        kept = [
            phone
            for phone in vowels
            if contours.loudness_db[frames_between(phone.start_s, phone.end_s, len(contours))].max() > loud - QUIET_DB
        ]
        if kept:
            return Nuclei(
                np.array([phone.start_s for phone in kept]),
                np.array([phone.end_s for phone in kept]),
                tuple(phone.symbol for phone in kept),
            )
    return nuclei_of_sound(contours, phrases)


def nuclei_of_sound(contours: Contours, phrases: Sequence[Phrase]) -> Nuclei:
    """From the peaks of the vowels' band: each begins where the sound swells most and ends where it has fallen."""
    peaks = peaks_of(contours, phrases)
    level = smooth(contours.sonority_db, 0.012)
    swell = 10.0 ** (SWELL_EXPONENT * level / 20.0)
    starts, ends = [], []
    previous = 0
    for index, peak in enumerate(peaks):
        first = max(
            peak - int(LONGEST_RISE_S * FRAME_RATE_HZ),
            previous + int(np.argmin(level[previous : peak + 1])) if index else 0,
            0,
        )
        rise = np.diff(swell[first : peak + 1])
        starts.append(first + int(rise.argmax()) if len(rise) else peak)
        following = peaks[index + 1] if index + 1 < len(peaks) else min(peak + LONGEST_FALL_FRAMES, len(level))
        below = level[peak:following] < level[peak] - FALL_DB
        ends.append(peak + (int(below.argmax()) if below.any() else max(following - peak - 1, 1)))
        previous = peak
    start_s, end_s = np.asarray(starts) / FRAME_RATE_HZ, np.asarray(ends) / FRAME_RATE_HZ
    return Nuclei(start_s, np.maximum(end_s, start_s + SHORTEST_VOWEL_S), ("",) * len(peaks))


def peaks_of(contours: Contours, phrases: Sequence[Phrase]) -> list[int]:
    """Frames of the sound's nuclei: peaks of the vowels' band that are voiced and parted by dips."""
    level = smooth(contours.sonority_db, 0.025)
    voiced = contours.pitch_hz > 0
    peaks: list[int] = []
    for phrase in phrases:
        start, end = round(phrase.start_s * FRAME_RATE_HZ), round(phrase.end_s * FRAME_RATE_HZ)
        peaks += [start + peak for peak in find_peaks(level[start:end], DIP_DB)]
    return [peak for peak in peaks if voiced[max(peak - 3, 0) : peak + 4].any()]


def find_peaks(curve: np.ndarray, dip: float) -> list[int]:
    """Indices of the maxima of a curve (T,) between which it falls by at least `dip`."""
    found: list[int] = []
    best, lowest = 0, np.inf
    rising = True
    for index, value in enumerate(curve.tolist()):
        if rising:
            if value > curve[best]:
                best = index
            elif curve[best] - value >= dip:
                found.append(best)
                rising, lowest = False, value
        elif value < lowest:
            lowest = value
        elif value - lowest >= dip:
            rising, best = True, index
    if rising and len(curve):
        found.append(best)
    return found
