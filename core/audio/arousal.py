# SPDX-License-Identifier: GPL-3.0-or-later
"""How aroused a voice is: effort, pitch and pace against those of usual readings.

Arousal raises vocal effort, pitch, its range and the rate of speech, and does so in anger as in joy (Scherer 2003; Banse and Scherer
1996). Whether what is felt is pleasant is hardly in these cues, so it is not guessed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .contours import FRAME_RATE_HZ, semitones_of, smooth
from .prosody import MOST_SEMITONES, Prosody


@dataclass(frozen=True)
class ArousalParameters:
    """What counts as usual: means and standard deviations over the windows of 205 recorded readings by 93 talkers (English, German,
    Dutch; training part). The shares are by eye."""

    window_s: float = 1.2  # standard deviation; a phrase
    loud_db: float = 15.0  # under the loud parts: where the tilt is heard
    tilt_db: tuple[float, float] = (-7.0, 4.3)  # level from 1 to 4 kHz over that below
    range_semitones: tuple[float, float] = (2.3, 0.9)  # spread of the pitch
    rate_per_s: tuple[float, float] = (3.7, 0.8)  # syllables in speech
    height_semitones: float = 3.0  # above the clip's median, as one standard deviation
    level_db: float = 5.0  # above the clip's mean, likewise
    tilt_share: float = 0.6
    range_share: float = 0.35
    rate_share: float = 0.15
    height_share: float = 0.3
    level_share: float = 0.25
    most: float = 2.5  # standard deviations of one cue; farther is an error of measurement
    # a talker lies about so far from the others without being aroused; from there on it counts, up to the full effect
    usual: float = 0.65
    full: float = 1.7


PARAMETERS = ArousalParameters()


def arousal_at(prosody: Prosody, rate_hz: float, frames: int) -> np.ndarray:
    """The arousal of a voice.

    Args:
        prosody: of the voice.
        rate_hz, frames: of the result.

    Returns:
        float64 (frames,): 0 as usual readings, 1 shouting or rejoicing, -1 subdued.
    """
    times_s, source_s = np.arange(frames) / rate_hz, np.arange(len(prosody.contours)) / FRAME_RATE_HZ
    if not prosody.phrases:
        return np.zeros(frames)
    how, score = PARAMETERS, arousal_score(prosody)
    beyond = np.clip((np.abs(score) - how.usual) / (how.full - how.usual), 0.0, 1.0)
    return np.interp(times_s, source_s, smooth(np.sign(score) * beyond, 0.25))


def arousal_score(prosody: Prosody) -> np.ndarray:
    """The cues' sum in standard deviations of usual readings, float64 (T,) at 100 Hz, before what is usual is taken off."""
    how = PARAMETERS
    cues = arousal_cues(prosody)
    shares = {name: getattr(how, f"{name}_share") for name in cues}
    return sum((shares[name] * np.clip(cue, -how.most, how.most) for name, cue in cues.items()), np.zeros(1))


def arousal_cues(prosody: Prosody) -> dict[str, np.ndarray]:
    """tilt, range, rate, height and level in a window about every frame, in standard deviations from what is usual, (T,) each."""
    how, contours = PARAMETERS, prosody.contours
    loud = (contours.loudness_db > np.percentile(contours.loudness_db, 95) - how.loud_db).astype(np.float64)
    voiced = loud * (contours.pitch_hz > 0)
    semitones = semitones_of(contours.pitch_hz, MOST_SEMITONES)
    height = _around(semitones, voiced)
    spread = np.sqrt(np.maximum(_around((semitones - height) ** 2, voiced), 0.0))
    level_db = contours.loudness_db.astype(np.float64)
    return {
        "tilt": _usual(_around(contours.effort_db, loud), how.tilt_db),
        "range": _usual(spread, how.range_semitones),
        "rate": _usual(_syllable_rate(prosody), how.rate_per_s),
        "height": height / how.height_semitones,
        "level": (_around(level_db, loud) - np.average(level_db, weights=loud + 1e-9)) / how.level_db,
    }


def _usual(values: np.ndarray, mean_and_sd: tuple[float, float]) -> np.ndarray:
    mean, sd = mean_and_sd
    return (values - mean) / sd


def _around(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The weighted mean (T,) in a window about every frame; where nothing has weight, that of the whole."""
    window_s, little = PARAMETERS.window_s, 0.02
    whole = float((weights * values).sum() / max(weights.sum(), 1.0))
    return (smooth(weights * values, window_s) + little * whole) / (smooth(weights, window_s) + little)


def _syllable_rate(prosody: Prosody) -> np.ndarray:
    """Syllables a second of speech in a window about every frame, (T,)."""
    count = len(prosody.contours)
    onsets, speaking = np.zeros(count), np.zeros(count)
    for syllable in prosody.syllables:
        onsets[min(int(syllable.time_s * FRAME_RATE_HZ), count - 1)] += FRAME_RATE_HZ
    for phrase in prosody.phrases:
        speaking[int(phrase.start_s * FRAME_RATE_HZ) : int(phrase.end_s * FRAME_RATE_HZ) + 1] = 1.0
    return _around(onsets, speaking)
