# SPDX-License-Identifier: GPL-3.0-or-later
"""The syllables of a voice and how much each stands out.

A syllable's moment is the onset of its vowel: what people tap to when they tap to speech lies there (the P-centre; Morton,
Marcus and Frankish 1976; Allen 1972), and what gestures meet (Loehr 2012; Pouw et al. 2020). How prominent it is follows from
what listeners hear prominence by, each against the surroundings: length, level, spectral balance (Sluijter and van Heuven
1996), pitch (Terken 1991), the quality of the vowel. The weights of these were fitted (core.training.recipes.gestures) to
speech with known stress in several languages; there is one set for nuclei from phones and one for nuclei from the sound.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...audio.phones import PHONES
from ...audio.prosody import FRAME_RATE_HZ, Phrase, Rhythm, Syllable, above_surroundings, smooth
from ...motion.face_track import Phone
from ...statistics import GESTURES, statistics_of

SHORTEST_VOWEL_S = 0.02
QUIET_DB = 32.0  # below the loud passages: no syllable, whatever the phones say
LONGEST_RISE_S = 0.14  # from a vowel's onset to its loudest moment
SWELL_EXPONENT = 0.6
UNHEARD_SCORE = -2.0  # log odds for a vowel that is no rise of the sound
AT_EDGE_S = 0.12


@dataclass(frozen=True)
class SpokenSyllable:
    """A syllable. time_s: onset of its vowel (its P-centre); peak_s: its loudest moment; end_s: of the vowel.

    prominence: 0..1, the chance that it is the stressed syllable of a content word. phrase: index into the phrases of the
    rhythm. pitch_semitones: highest pitch, above the speaker's median. loudness_db: highest level.
    """

    time_s: float
    peak_s: float
    end_s: float
    prominence: float
    phrase: int
    pitch_semitones: float
    loudness_db: float


@dataclass(frozen=True)
class Nuclei:
    """Vowels before their prominence is known: float64 (n,) each. vowels: symbols, "" where nuclei come from the sound."""

    start_s: np.ndarray
    end_s: np.ndarray
    vowels: tuple[str, ...]

    @property
    def from_phones(self) -> bool:
        return bool(self.vowels) and self.vowels[0] != ""


def syllables(heard: Rhythm, phones: Sequence[Phone] = ()) -> tuple[SpokenSyllable, ...]:
    """All syllables in order; by the vowels of the phones if there are any, else by the rises of the voice."""
    nuclei = nuclei_of(heard, phones)
    if len(nuclei.start_s) == 0:
        return ()
    score = _score(heard, nuclei, phones)
    if nuclei.from_phones:  # what the sound alone says is a second opinion
        other = _nuclei_of_sound(heard)
        score = 0.5 * (score + _where(other, _score(heard, other, ()), nuclei))
    prominence = 1.0 / (1.0 + np.exp(-score))
    height, phrase_of = _melody(heard), phrases_at(heard.phrases, 0.5 * (nuclei.start_s + nuclei.end_s))
    result = []
    for index, (start, end) in enumerate(zip(nuclei.start_s, nuclei.end_s)):
        frames = _frames(start, end, len(heard))
        result.append(
            SpokenSyllable(
                float(start),
                float((frames.start + int(heard.sonority_db[frames].argmax())) / FRAME_RATE_HZ),
                float(end),
                float(prominence[index]),
                int(phrase_of[index]),
                float(height[frames].max()),
                float(heard.loudness_db[frames].max()),
            )
        )
    return tuple(result)


def _score(heard: Rhythm, nuclei: Nuclei, phones: Sequence[Phone]) -> np.ndarray:
    """float64 (n,): log odds of being the stressed syllable of a content word."""
    if len(nuclei.start_s) == 0:
        return np.zeros(0)
    table = statistics_of(GESTURES)["prominence"]["phones" if nuclei.from_phones else "sound"]
    measured = features(heard, nuclei, phones, statistics_of(GESTURES)["prominence"]["usual_length_log_s"])
    return (measured - table["mean"]) / table["deviation"] @ np.asarray(table["weights"]) + table["bias"]


def _where(other: Nuclei, score: np.ndarray, nuclei: Nuclei) -> np.ndarray:
    """(n,): the greatest score among the other nuclei that overlap each nucleus; where none does, that of a weak syllable."""
    first = np.searchsorted(other.end_s, nuclei.start_s, side="right")
    last = np.searchsorted(other.start_s, nuclei.end_s, side="left")
    return np.array([score[begin:end].max() if end > begin else UNHEARD_SCORE for begin, end in zip(first, last)])


def accents(spoken: Sequence[SpokenSyllable], least: float = 0.5) -> tuple[Syllable, ...]:
    """The prominent ones as `Score` has them (at their loudest moment): they find stress better than the rhythm's own."""
    return tuple(Syllable(one.peak_s, one.prominence, one.pitch_semitones) for one in spoken if one.prominence >= least)


def phrases_at(phrases: Sequence[Phrase], times_s: np.ndarray) -> np.ndarray:
    """int (n,): index of the phrase at each time, or of the nearest before it (0 if none is)."""
    return np.maximum(np.searchsorted([phrase.start_s for phrase in phrases], times_s, side="right") - 1, 0)


def nuclei_of(heard: Rhythm, phones: Sequence[Phone] = ()) -> Nuclei:
    """Where the vowels are."""
    if not heard.phrases:
        return Nuclei(np.zeros(0), np.zeros(0), ())
    vowels = [
        phone for phone in phones if PHONES[phone.symbol].is_vowel and phone.end_s - phone.start_s >= SHORTEST_VOWEL_S
    ]
    if vowels:
        loud = np.percentile(heard.loudness_db, 95)
        kept = [
            phone
            for phone in vowels
            if heard.loudness_db[_frames(phone.start_s, phone.end_s, len(heard))].max() > loud - QUIET_DB
        ]
        if kept:
            return Nuclei(
                np.array([phone.start_s for phone in kept]),
                np.array([phone.end_s for phone in kept]),
                tuple(phone.symbol for phone in kept),
            )
    return _nuclei_of_sound(heard)


def _nuclei_of_sound(heard: Rhythm) -> Nuclei:
    """From the peaks of the vowels' band: each begins where the sound swells most and ends where it falls by 6 dB."""
    peaks = [round(syllable.time_s * FRAME_RATE_HZ) for syllable in heard.syllables]
    level = smooth(heard.sonority_db, 0.012)
    # Between level and amplitude: by the level nasals would count as onsets, by the amplitude the onset comes late.
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
        following = peaks[index + 1] if index + 1 < len(peaks) else min(peak + 40, len(level))
        below = level[peak:following] < level[peak] - 6.0
        ends.append(peak + (int(below.argmax()) if below.any() else max(following - peak - 1, 1)))
        previous = peak
    starts, ends = np.asarray(starts) / FRAME_RATE_HZ, np.asarray(ends) / FRAME_RATE_HZ
    return Nuclei(starts, np.maximum(ends, starts + SHORTEST_VOWEL_S), ("",) * len(peaks))


def _frames(start_s: float, end_s: float, count: int) -> slice:
    """At least one frame of the sound."""
    first = min(max(int(start_s * FRAME_RATE_HZ + 0.5), 0), count - 1)
    return slice(first, min(max(int(end_s * FRAME_RATE_HZ + 0.5), first + 1), count))


def _melody(heard: Rhythm) -> np.ndarray:
    """Semitones above the median, bridged where unvoiced; float64 (T,)."""
    voiced = heard.pitch_hz > 0
    if not voiced.any():
        return np.zeros(len(heard))
    semitones = 12.0 * np.log2(heard.pitch_hz[voiced] / np.median(heard.pitch_hz[voiced]))
    return smooth(np.interp(np.arange(len(heard)), np.flatnonzero(voiced), semitones), 0.02)


# fmt: off
FEATURES = ("loudness", "sonority", "brightness", "rise", "length", "reach", "pitch", "pitch_range", "pitch_rise", "voicing", "weight",
            "first", "last", "loudness_next", "length_next", "pitch_next", "loudness_before", "length_before", "pitch_before")
# fmt: on
VOWEL_FEATURES = ("schwa", "open", "tense", "diphthong", "length_of_kind", "onset_length", "schwa_next", "schwa_before")


def features(heard: Rhythm, nuclei: Nuclei, phones: Sequence[Phone], usual_length: Mapping[str, float]) -> np.ndarray:
    """What prominence is judged by: float64 (n, 19), and 8 more columns where the nuclei come from phones.

    usual_length: logarithm of the seconds that a vowel usually lasts, by symbol; "" for those without an entry.

    Levels, lengths (logarithms) and pitches are against the mean of the surroundings (1.5 s on both sides); the differences to
    the next and the previous syllable stand beside them.
    """
    melody, level = _melody(heard), smooth(heard.loudness_db, 0.01)
    voicing = heard.voicing
    frames = [_frames(start, end, len(heard)) for start, end in zip(nuclei.start_s, nuclei.end_s)]
    loudness = np.array([level[part].max() for part in frames])
    sonority = np.array([heard.sonority_db[part].max() for part in frames])
    brightness = np.array([np.median(heard.brightness_db[part]) for part in frames])
    # how strongly the sound sets in, from just before the vowel
    rise = np.array([heard.onset[max(part.start - 5, 0) : part.start + 4].max() for part in frames])
    length = np.log(np.maximum(nuclei.end_s - nuclei.start_s, SHORTEST_VOWEL_S))
    # from vowel to vowel, but not across pauses
    phrase_of = phrases_at(heard.phrases, 0.5 * (nuclei.start_s + nuclei.end_s))
    ends = np.array([heard.phrases[index].end_s for index in phrase_of])
    begins = np.array([heard.phrases[index].start_s for index in phrase_of])
    following = np.minimum(np.append(nuclei.start_s[1:], ends[-1]), ends)
    reach = np.log(np.clip(following - nuclei.start_s, 0.05, 0.6))
    # accents peak late in the syllable
    late = [slice(part.start, min(part.stop + 5, len(heard))) for part in frames]
    high = np.array([melody[part].max() for part in late])
    low = np.array([melody[part].min() for part in late])
    climb = np.array([melody[part.stop - 1] - melody[part.start] for part in frames])
    voiced = np.array([voicing[part].mean() for part in frames])
    weight = np.array([np.log(np.sum(10.0 ** (heard.loudness_db[part] / 10.0)) + 1e-9) for part in frames])
    last = (np.append(np.diff(phrase_of) != 0, True)) | (ends - nuclei.end_s < AT_EDGE_S)
    first = (np.insert(np.diff(phrase_of) != 0, 0, True)) | (nuclei.start_s - begins < AT_EDGE_S)
    peaks = nuclei.start_s * FRAME_RATE_HZ

    def relative(values: np.ndarray) -> np.ndarray:
        return above_surroundings(values, peaks)

    def against_next(values: np.ndarray) -> np.ndarray:
        return np.where(last, 0.0, values - np.append(values[1:], values[-1]))

    def against_previous(values: np.ndarray) -> np.ndarray:
        return np.where(first, 0.0, values - np.insert(values[:-1], 0, values[0]))

    columns = [
        relative(loudness),
        relative(sonority),
        relative(brightness),
        relative(rise),
        relative(length),
        relative(reach),
        relative(high),
        high - low,
        climb,
        voiced,
        relative(weight),
        first,
        last,
        against_next(loudness),
        against_next(length),
        against_next(high),
        against_previous(loudness),
        against_previous(length),
        against_previous(high),
    ]
    if nuclei.from_phones:
        kinds = [PHONES[symbol] for symbol in nuclei.vowels]
        schwa = np.array([kind.symbol in ("ə", "ɐ", "ɨ") for kind in kinds], float)
        own = np.array([usual_length.get(kind.symbol, usual_length[""]) for kind in kinds])
        columns += [
            schwa,
            np.array([1.0 - kind.height for kind in kinds]),
            np.array([kind.symbol in ("i", "u", "e", "o", "ø", "y", "ɑ", "a", "ɔ", "ɝ") for kind in kinds], float),
            np.array([kind.kind == "diphthong" for kind in kinds], float),
            relative(length - own),
            _onset_lengths(nuclei, phones),
            against_next(schwa),
            against_previous(schwa),
        ]
    return np.stack([np.asarray(column, np.float64) for column in columns], -1)


def _onset_lengths(nuclei: Nuclei, phones: Sequence[Phone]) -> np.ndarray:
    """Seconds of consonants directly before each vowel, at most 0.3."""
    before = np.array([phone.start_s for phone in phones if PHONES[phone.symbol].kind == "consonant"])
    until = np.array([phone.end_s for phone in phones if PHONES[phone.symbol].kind == "consonant"])
    result = np.zeros(len(nuclei.start_s))
    for index, start in enumerate(nuclei.start_s):
        at, edge = int(np.searchsorted(before, start - 1e-6)) - 1, start
        while at >= 0 and until[at] > edge - 0.02 and start - before[at] < 0.3:
            edge = before[at]
            at -= 1
        result[index] = start - edge
    return result
