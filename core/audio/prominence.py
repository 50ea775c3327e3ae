# SPDX-License-Identifier: GPL-3.0-or-later
"""How much each syllable stands out.

It follows from what listeners hear prominence by, each against the surroundings: length, level, spectral balance
(Sluijter and van Heuven 1996), pitch (Terken 1991), the quality of the vowel. The weights of these were fitted
(core.training.recipes.gestures) to speech with known stress in several languages; there is one set for nuclei from
phones and one for nuclei from the sound.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

import numpy as np

from ..motion.face_track import Phone
from ..statistics import GESTURES, statistics_of
from .contours import FRAME_RATE_HZ, Contours, above_surroundings, frames_between, semitones_of, smooth
from .nuclei import SHORTEST_VOWEL_S, Nuclei, nuclei_of_sound
from .phones import PHONES
from .phrases import Phrase, phrase_indices

# fmt: off
FEATURES = ("loudness", "sonority", "brightness", "rise", "length", "reach", "pitch", "pitch_range", "pitch_rise", "voicing", "weight",
            "first", "last", "loudness_next", "length_next", "pitch_next", "loudness_before", "length_before", "pitch_before")
# fmt: on
VOWEL_FEATURES = ("schwa", "open", "tense", "diphthong", "length_of_kind", "onset_length", "schwa_next", "schwa_before")
_RELATIVE = frozenset({"loudness", "sonority", "brightness", "rise", "length", "reach", "pitch", "weight"})
UNHEARD_SCORE = -2.0  # log odds for a vowel that is no rise of the sound; by eye
AT_EDGE_S = 0.12  # a vowel so near to the end of its phrase is the last one
_SCHWAS = ("ə", "ɐ", "ɨ")
_TENSE = ("i", "u", "e", "o", "ø", "y", "ɑ", "a", "ɔ", "ɝ")


def prominence_of(
    contours: Contours, phrases: Sequence[Phrase], nuclei: Nuclei, phones: Sequence[Phone] = ()
) -> np.ndarray:
    """The chance that each syllable is the stressed one of a content word.

    Args:
        contours, phrases: of the sound.
        nuclei: its n vowels.
        phones: that the nuclei come from, if they do.

    Returns:
        float64 (n,) 0..1.
    """
    score = _log_odds(contours, phrases, nuclei, phones)
    if nuclei.from_phones:  # what the sound alone says is a second opinion
        heard = nuclei_of_sound(contours, phrases)
        score = 0.5 * (score + _best_overlapping(heard, _log_odds(contours, phrases, heard, ()), nuclei))
    return 1.0 / (1.0 + np.exp(-score))


def _log_odds(contours: Contours, phrases: Sequence[Phrase], nuclei: Nuclei, phones: Sequence[Phone]) -> np.ndarray:
    """float64 (n,): log odds of being the stressed syllable of a content word."""
    if not len(nuclei):
        return np.zeros(0)
    fitted = statistics_of(GESTURES)["prominence"]
    table = fitted["phones" if nuclei.from_phones else "sound"]
    measured = features(contours, phrases, nuclei, phones, fitted["usual_length_log_s"])
    return (measured - table["mean"]) / table["deviation"] @ np.asarray(table["weights"]) + table["bias"]


def _best_overlapping(other: Nuclei, score: np.ndarray, nuclei: Nuclei) -> np.ndarray:
    """(n,): the greatest score among the other nuclei that overlap each nucleus; where none does, that of a weak
    syllable."""
    first = np.searchsorted(other.end_s, nuclei.start_s, side="right")
    last = np.searchsorted(other.start_s, nuclei.end_s, side="left")
    return np.array([score[begin:end].max() if end > begin else UNHEARD_SCORE for begin, end in zip(first, last)])


def features(
    contours: Contours,
    phrases: Sequence[Phrase],
    nuclei: Nuclei,
    phones: Sequence[Phone],
    usual_length_log_s: Mapping[str, float],
) -> np.ndarray:
    """What prominence is judged by.

    Levels, lengths (logarithms) and pitches are against the mean of the surroundings (1.5 s on both sides); the
    differences to the next and the previous syllable stand beside them.

    Args:
        contours, phrases: of the sound.
        nuclei: its n vowels.
        phones: that the nuclei come from, or ().
        usual_length_log_s: logarithm of the seconds that a vowel usually lasts, by symbol; "" for those without an
            entry.

    Returns:
        float64 (n, 19) in the order of FEATURES, and VOWEL_FEATURES as 8 more columns where the nuclei come from
        phones.
    """
    phrase_of = phrase_indices(phrases, 0.5 * (nuclei.start_s + nuclei.end_s))
    begins = np.array([phrases[index].start_s for index in phrase_of])
    ends = np.array([phrases[index].end_s for index in phrase_of])
    last = np.append(np.diff(phrase_of) != 0, True) | (ends - nuclei.end_s < AT_EDGE_S)
    first = np.insert(np.diff(phrase_of) != 0, 0, True) | (nuclei.start_s - begins < AT_EDGE_S)
    frames = nuclei.start_s * FRAME_RATE_HZ
    measured = _measured(contours, nuclei, ends)
    columns = {
        name: above_surroundings(values, frames) if name in _RELATIVE else values for name, values in measured.items()
    }
    if nuclei.from_phones:
        length_of_kind = measured["length"] - _usual_lengths(nuclei, usual_length_log_s)
        columns |= _articulation(nuclei)
        columns["length_of_kind"] = above_surroundings(length_of_kind, frames)
        columns["onset_length"] = _onset_lengths(nuclei, phones)
        measured["schwa"] = columns["schwa"]
    for name in ("loudness", "length", "pitch", "schwa"):
        if name in measured:
            values = measured[name]
            columns[f"{name}_next"] = np.where(last, 0.0, values - np.append(values[1:], values[-1]))
            columns[f"{name}_before"] = np.where(first, 0.0, values - np.insert(values[:-1], 0, values[0]))
    columns |= {"first": first, "last": last}
    names = (*FEATURES, *(VOWEL_FEATURES if nuclei.from_phones else ()))
    return np.stack([np.asarray(columns[name], np.float64) for name in names], -1)


def _measured(contours: Contours, nuclei: Nuclei, phrase_ends_s: np.ndarray) -> dict[str, np.ndarray]:
    """What the sound says of each vowel, by name: (n,) each, not yet against the surroundings."""
    melody, level = smooth(semitones_of(contours.pitch_hz), 0.02), smooth(contours.loudness_db, 0.01)
    parts = [frames_between(start, end, len(contours)) for start, end in zip(nuclei.start_s, nuclei.end_s)]
    first, stop = (np.array([getattr(part, end) for part in parts]) for end in ("start", "stop"))
    # accents peak late in the syllable
    late = np.minimum(stop + 5, len(contours))
    high = _within(melody, first, late, np.maximum)
    # from vowel to vowel, but not across pauses
    following_s = np.minimum(np.append(nuclei.start_s[1:], phrase_ends_s[-1]), phrase_ends_s)
    power = _within(10.0 ** (contours.loudness_db / 10.0), first, stop, np.add)
    return {
        "loudness": _within(level, first, stop, np.maximum),
        "sonority": _within(contours.sonority_db, first, stop, np.maximum),
        "brightness": np.array([statistics.median(contours.effort_db[part].tolist()) for part in parts]),
        # how strongly the sound sets in, from just before the vowel
        "rise": _within(contours.onset_db, np.maximum(first - 5, 0), np.minimum(first + 4, len(contours)), np.maximum),
        "length": np.log(np.maximum(nuclei.end_s - nuclei.start_s, SHORTEST_VOWEL_S)),
        "reach": np.log(np.clip(following_s - nuclei.start_s, 0.05, 0.6)),
        "pitch": high,
        "pitch_range": high - _within(melody, first, late, np.minimum),
        "pitch_rise": melody[stop - 1] - melody[first],
        "voicing": _within(contours.voicing, first, stop, np.add) / (stop - first),
        "weight": np.log(power + 1e-9),
    }


def _within(curve: np.ndarray, first: np.ndarray, stop: np.ndarray, reduce: np.ufunc) -> np.ndarray:
    """The sum or an extreme of a curve (T,) in each stretch of frames from `first` (n,) to before `stop` (n,), none of them empty: (n,)."""
    return reduce.reduceat(np.append(curve, curve[-1:]), np.stack([first, stop], -1).ravel())[::2]


def _usual_lengths(nuclei: Nuclei, usual_length_log_s: Mapping[str, float]) -> np.ndarray:
    """float64 (n,): logarithm of the seconds that such a vowel usually lasts."""
    return np.array([usual_length_log_s.get(vowel, usual_length_log_s[""]) for vowel in nuclei.vowels])


def _articulation(nuclei: Nuclei) -> dict[str, np.ndarray]:
    """What the vowels' symbols say, by name: float64 (n,) each."""
    kinds = [PHONES[symbol] for symbol in nuclei.vowels]
    return {
        "schwa": np.array([kind.symbol in _SCHWAS for kind in kinds], float),
        "open": np.array([1.0 - kind.height for kind in kinds]),
        "tense": np.array([kind.symbol in _TENSE for kind in kinds], float),
        "diphthong": np.array([kind.kind == "diphthong" for kind in kinds], float),
    }


def _onset_lengths(nuclei: Nuclei, phones: Sequence[Phone]) -> np.ndarray:
    """float64 (n,): seconds of consonants directly before each vowel, at most 0.3."""
    before = np.array([phone.start_s for phone in phones if PHONES[phone.symbol].kind == "consonant"])
    until = np.array([phone.end_s for phone in phones if PHONES[phone.symbol].kind == "consonant"])
    result = np.zeros(len(nuclei))
    for index, start in enumerate(nuclei.start_s):
        at, edge = int(np.searchsorted(before, start - 1e-6)) - 1, start
        while at >= 0 and until[at] > edge - 0.02 and start - before[at] < 0.3:
            edge = before[at]
            at -= 1
        result[index] = start - edge
    return result
