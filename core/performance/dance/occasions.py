# SPDX-License-Identifier: GPL-3.0-or-later
"""When there is something to dance to: music that is loud enough and has a beat. Everything else is waited out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import grey_closing, maximum_filter1d

from ...audio.music.analysis import MusicAnalysis
from ...audio.music.heard import CURVE_RATE_HZ
from ...audio.sound_kind import SoundKind
from ...motion.easing import minimum_jerk
from ...motion.spans import spans

# By eye.
_SILENT_DB = -36.0  # under the loudest moment nothing is heard that one would dance to
_APART_S = 1.2  # from one beat of a drum to the next it is not silent
_BRIDGED_S = 2.2  # a shorter silence is a break of the music: one dances through it
SHORTEST_S = 2.0  # what is shorter is not worth to begin
# On the beats onsets rise by so much, and so much more than elsewhere; noise and drones have less.
_BEAT_DB, _BEAT_RATIO = 2.0, 1.3
SPEECH_HEARD, _MUSIC_HEARD = 0.9, 0.5  # shares from which speech is surely heard, and below which music is not; by ear
_REACH = 3  # hundredths of a second
_NEAR_S = 0.15  # a beat so near to the beginning or the end of the sound belongs to it
SETTING_OFF_S, SETTLING_S = 0.8, 1.1  # from rest into the dance, and from it to rest


@dataclass(frozen=True)
class Occasion:
    """Music from its first beat to its last, in seconds of the sound."""

    first_s: float
    last_s: float


def is_speech_alone(kind: SoundKind) -> bool:
    """Whether a sound is speech without music, as surely as that can be told: who chose Dance mostly has something to dance to."""
    return kind.speech > SPEECH_HEARD and kind.music < _MUSIC_HEARD


def occasions_of(music: MusicAnalysis) -> tuple[Occasion, ...]:
    """What is danced to, in order; none where nothing is loud for long enough, or there are no beats."""
    loud = grey_closing(music.heard.level_db, int(_APART_S * CURVE_RATE_HZ), mode="nearest") > _SILENT_DB
    for start, end in spans(~loud):
        if start > 0 and end < len(loud) and end - start < _BRIDGED_S * CURVE_RATE_HZ:
            loud[start:end] = True
    found = []
    for start, end in spans(loud):
        beats = music.beats_s
        inside = beats[(beats > start / CURVE_RATE_HZ - _NEAR_S) & (beats < end / CURVE_RATE_HZ + _NEAR_S)]
        if len(inside) > 3 and inside[-1] - inside[0] > SHORTEST_S and _are_heard(music, inside):
            found.append(Occasion(float(inside[0]), float(inside[-1])))
    return tuple(found)


def _are_heard(music: MusicAnalysis, beats_s: np.ndarray) -> bool:
    """Whether something begins on these beats rather than anywhere."""
    onset = music.heard.onset
    highest = maximum_filter1d(onset, 2 * _REACH + 1)
    frames = np.round(beats_s * CURVE_RATE_HZ).astype(int).clip(0, len(onset) - 1)
    on_beats, everywhere = float(highest[frames].mean()), float(highest[frames[0] : frames[-1] + 1].mean())
    return on_beats > _BEAT_DB and on_beats > _BEAT_RATIO * everywhere


def span_s(occasion: Occasion, duration_s: float) -> tuple[float, float]:
    """From when to when the figure is not at rest: it sets off before the first beat and settles after the last, both within the
    sound."""
    return max(occasion.first_s - SETTING_OFF_S, 0.0), min(occasion.last_s + SETTLING_S, duration_s)


def dancing_share(occasions: tuple[Occasion, ...], times_s: np.ndarray, duration_s: float) -> np.ndarray:
    """How far the figure dances at times (T,): 0 at rest, 1 in the dance; float64 (T,)."""
    share = np.zeros(len(times_s))
    for occasion in occasions:
        start_s, end_s = span_s(occasion, duration_s)
        into = minimum_jerk((times_s - start_s) / SETTING_OFF_S)
        share = np.maximum(share, into * minimum_jerk((end_s - times_s) / SETTLING_S))
    return share
