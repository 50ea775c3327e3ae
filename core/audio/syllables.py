# SPDX-License-Identifier: GPL-3.0-or-later
"""The syllables of a voice: when, how prominent, how high and how loud."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..motion.face_track import Phone
from .contours import FRAME_RATE_HZ, Contours, frames_between, semitones_of, smooth
from .nuclei import nuclei_of
from .phrases import Phrase, phrase_indices
from .prominence import prominence_of


@dataclass(frozen=True)
class Syllable:
    """A syllable. time_s: onset of its vowel (its P-centre); peak_s: its loudest moment; end_s: of the vowel.

    prominence: 0..1, the chance that it is the stressed syllable of a content word. phrase: index into the voice's
    phrases. pitch_semitones: highest pitch, above the speaker's median. loudness_db: highest level.
    """

    time_s: float
    peak_s: float
    end_s: float
    prominence: float
    phrase: int
    pitch_semitones: float
    loudness_db: float


def syllables_of(contours: Contours, phrases: Sequence[Phrase], phones: Sequence[Phone] = ()) -> tuple[Syllable, ...]:
    """All syllables in order; by the vowels of the phones if there are any, else by the rises of the voice."""
    nuclei = nuclei_of(contours, phrases, phones)
    if not len(nuclei):
        return ()
    prominence = prominence_of(contours, phrases, nuclei, phones)
    melody = smooth(semitones_of(contours.pitch_hz), 0.02)
    phrase_of = phrase_indices(phrases, 0.5 * (nuclei.start_s + nuclei.end_s))
    result = []
    for index, (start, end) in enumerate(zip(nuclei.start_s, nuclei.end_s)):
        frames = frames_between(start, end, len(contours))
        result.append(
            Syllable(
                time_s=float(start),
                peak_s=float((frames.start + int(contours.sonority_db[frames].argmax())) / FRAME_RATE_HZ),
                end_s=float(end),
                prominence=float(prominence[index]),
                phrase=int(phrase_of[index]),
                pitch_semitones=float(melody[frames].max()),
                loudness_db=float(contours.loudness_db[frames].max()),
            )
        )
    return tuple(result)
