# SPDX-License-Identifier: GPL-3.0-or-later
"""How a voice speaks: loudness, pitch, effort, phrases, and syllables with their prominence.

One `Prosody` is built once for a sound; head, brows, breath, gaze and gestures all go by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..motion.face_track import Phone
from ..progress import Progress
from .clip import AudioClip
from .contours import FRAME_RATE_HZ, Contours, measure, semitones_of, smooth
from .phrases import SHORTEST_PAUSE_S, Phrase, phrases_of
from .syllables import Syllable, syllables_of

LOUD_RANGE_DB = 30.0  # below the loud passages the voice counts as silent; by eye
MOST_SEMITONES = 9.0  # from the median: farther is an error or a shriek
ACCENTED = 0.5  # of the prominence, a chance
BRIDGED_S = 1.0  # within speech a shorter pause does not count as silence


@dataclass(frozen=True, eq=False)
class ProsodyCurves:
    """Curves of a voice at rate_hz, float64 (frames,): speaking 0..1 (eased), loudness 0..1 (0 = 30 dB below the loud
    passages), pitch in semitones about the speaker's median (bridged over unvoiced stretches, 0 in silence)."""

    rate_hz: float
    speaking: np.ndarray
    loudness: np.ndarray
    pitch: np.ndarray

    @property
    def frames(self) -> int:
        return len(self.speaking)

    @property
    def times_s(self) -> np.ndarray:
        """float64 (frames,): seconds of the sound."""
        return np.arange(self.frames) / self.rate_hz

    def speaks_at(self, time_s: float) -> bool:
        """Whether a phrase is going on, or a pause shorter than a second within speech."""
        index = min(max(int(time_s * self.rate_hz), 0), self.frames - 1)
        return bool(self.speaking[index] > 0.5)

    def rises_at_end(self, start_s: float, end_s: float, tail_s: float, least_semitones: float = 3.0) -> bool:
        """Whether the voice goes up at the end of a stretch, as in a question: late within its last tail_s seconds it
        is higher than its median by more than least_semitones (by eye)."""
        first, last = int(start_s * self.rate_hz), int(end_s * self.rate_hz)
        tail = int(tail_s * self.rate_hz)
        if last - first <= 4 * tail:
            return False
        melody = self.pitch[first:last]
        end = melody[-tail:]
        return bool(end.max() - np.median(melody) > least_semitones and end.argmax() > 0.3 * tail)


@dataclass(frozen=True, eq=False)
class Prosody:
    """Loudness, pitch, effort, phrases and syllables of a voice. Times are seconds of the sound, in order.

    duration_s: length of the sound. contours: what was measured at 100 Hz.
    """

    duration_s: float
    contours: Contours
    phrases: tuple[Phrase, ...]
    syllables: tuple[Syllable, ...]

    @property
    def accents(self) -> tuple[Syllable, ...]:
        """The syllables that stand out: those that are rather stressed than not. Nods, brows and hands go with them."""
        return tuple(syllable for syllable in self.syllables if syllable.prominence >= ACCENTED)

    @property
    def pauses(self) -> tuple[tuple[float, float], ...]:
        """(start_s, end_s) between phrases; before the first and after the last too where there is silence."""
        duration_s = (len(self.contours) - 1) / FRAME_RATE_HZ
        edges = [0.0, *(edge for phrase in self.phrases for edge in (phrase.start_s, phrase.end_s)), duration_s]
        return tuple((start, end) for start, end in zip(edges[::2], edges[1::2]) if end - start > SHORTEST_PAUSE_S)

    def at(self, rate_hz: float, frames: int | None = None) -> ProsodyCurves:
        """The curves at any rate; so many frames, or None for those up to the end of the sound."""
        frames = int(self.duration_s * rate_hz) + 1 if frames is None else frames
        times_s, source_s = np.arange(frames) / rate_hz, np.arange(len(self.contours)) / FRAME_RATE_HZ
        return ProsodyCurves(rate_hz, *(np.interp(times_s, source_s, curve) for curve in self._curves))

    @cached_property
    def _curves(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """speaking, loudness and pitch at 100 Hz, float64 (T,)."""
        loudness_db = self.contours.loudness_db
        inside = np.zeros(len(loudness_db))
        bridged_end = -1.0
        for phrase in self.phrases:
            begin_s = bridged_end if 0.0 <= phrase.start_s - bridged_end < BRIDGED_S else phrase.start_s
            inside[int(begin_s * FRAME_RATE_HZ) : int(phrase.end_s * FRAME_RATE_HZ)] = 1.0
            bridged_end = phrase.end_s
        loud_db = np.percentile(loudness_db, 95) if len(loudness_db) else 0.0
        level = smooth(np.clip((loudness_db - loud_db + LOUD_RANGE_DB) / LOUD_RANGE_DB, 0.0, 1.2), 0.06)
        pitch = smooth(semitones_of(self.contours.pitch_hz, MOST_SEMITONES), 0.08) * smooth(inside, 0.15)
        return smooth(inside, 0.1), level * (inside if inside.any() else 0.0), pitch


def analyse(clip: AudioClip, phones: Sequence[Phone] = (), progress: Progress | None = None) -> Prosody:
    """The prosody of a sound.

    Args:
        clip: any length, at least one sample.
        phones: what was heard, if known: syllables then come from its vowels.
        progress: told how far it is.

    Returns:
        A prosody without phrases and syllables where the sound is silent.

    Raises:
        Cancelled: when progress says so.
        UserError: where the statistics that come with the extension are missing.
    """
    return prosody_of(clip, measure(clip, progress), phones)


def prosody_of(clip: AudioClip, contours: Contours, phones: Sequence[Phone] = ()) -> Prosody:
    """As `analyse`, where the contours of the sound are measured already. Raises UserError as it does."""
    phrases = phrases_of(contours.loudness_db)
    return Prosody(clip.duration_s, contours, phrases, syllables_of(contours, phrases, phones))
