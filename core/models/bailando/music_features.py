# SPDX-License-Identifier: GPL-3.0-or-later
"""Music as Bailando hears it (paper section 4.1): 438 numbers for each token, 7.5 times a second.

Columns: mel cepstrum 0:20, its slope 20:40, chroma of the harmonic part 40:52, onset strength of the percussive part
52, 1 at a beat 53, tempogram 54:438. The sound is taken at 3840 Hz with a hop of 512 samples; rewards and metrics use
the same at 30720 Hz, 60 rows a second, of which only 0:55 count.
"""

from __future__ import annotations

import enum

import numpy as np

from ...audio.music import signal
from ...audio.music.chroma import chroma
from ...audio.resampling import resample

HOP = 512
TOKEN_RATE_HZ = 3840  # sampling rate for one row a token
FRAME_RATE_HZ = 30720  # sampling rate for one row a motion frame
BEAT = 53
_OCTAVES = {TOKEN_RATE_HZ: 5, FRAME_RATE_HZ: 7}


class Behaviour(enum.Enum):
    """Whose numbers.

    PUBLISHED: librosa 0.8.1's, which the published weights were trained on. Its mel bands for onsets reach to 11025 Hz
    at any rate, so that at 3840 Hz half of them are empty and the onset column is almost silent.
    OURS: the same with those bands up to half the sampling rate; needs no librosa. The default.
    LIBRARY: whatever the installed librosa (0.10 and later) gives.
    """

    PUBLISHED = "published"
    OURS = "ours"
    LIBRARY = "library"


def features(samples: np.ndarray, rate_hz: int, behaviour: Behaviour = Behaviour.OURS) -> np.ndarray:
    """The features of a sound that has one of the two rates.

    Args:
        samples: (N,).
        rate_hz: 3840 or 30720.
        behaviour: whose numbers.

    Returns:
        float32 (N // 512 + 1, 438): one row more than there are whole hops.

    Raises:
        ValueError: it has another rate.
    """
    if rate_hz not in _OCTAVES:
        raise ValueError(f"the rate must be {TOKEN_RATE_HZ} or {FRAME_RATE_HZ} Hz, not {rate_hz}")
    samples = np.asarray(samples, np.float32)
    rows = len(samples) // HOP + 1
    samples = np.pad(samples, (0, max(0, 3 * signal.FFT_SIZE - len(samples))))
    columns = _library(samples, rate_hz) if behaviour is Behaviour.LIBRARY else _own(samples, rate_hz, behaviour)
    return np.concatenate(columns, axis=1)[:rows].astype(np.float32)


def resampled_features(
    samples: np.ndarray, rate_hz: int, behaviour: Behaviour = Behaviour.OURS, at_hz: int = TOKEN_RATE_HZ
) -> np.ndarray:
    """The features of a sound at any rate.

    Args:
        samples: (N,).
        rate_hz: of the samples.
        behaviour: whose numbers.
        at_hz: to which it is resampled.

    Returns:
        float32 (rows, 438); rows: seconds · at_hz / 512 rounded up.
    """
    resampled = resample(np.asarray(samples, np.float32), rate_hz, at_hz)
    rows = -(-len(resampled) // HOP)
    return features(resampled, at_hz, behaviour)[: max(rows, 1)]


def _columns(
    cepstrum: np.ndarray,
    pitches: np.ndarray,
    onsets: np.ndarray,
    beats: np.ndarray,
    tempogram: np.ndarray,
    slope: np.ndarray,
) -> list[np.ndarray]:
    at_beat = np.zeros(len(onsets))
    at_beat[beats] = 1.0
    return [cepstrum, slope, pitches, onsets[:, None], at_beat[:, None], tempogram]


def _own(samples: np.ndarray, rate_hz: int, behaviour: Behaviour) -> list[np.ndarray]:
    power = signal.mel_power(samples, rate_hz)
    cepstrum = signal.cepstrum(signal.decibels(power, float(power.max())))
    harmonic, percussive = signal.harmonic_percussive(samples)
    highest_hz = 11025.0 if behaviour is Behaviour.PUBLISHED else None
    onsets = signal.onset_strength(percussive, rate_hz, highest_hz=highest_hz)
    return _columns(
        cepstrum,
        chroma(harmonic, rate_hz, _OCTAVES[rate_hz]),
        onsets,
        signal.beats(onsets, rate_hz / HOP),
        signal.tempogram(onsets),
        signal.slope(cepstrum),
    )


def _library(samples: np.ndarray, rate_hz: int) -> list[np.ndarray]:
    import librosa

    power = librosa.feature.melspectrogram(y=samples, sr=rate_hz, hop_length=HOP)
    cepstrum = librosa.feature.mfcc(S=librosa.power_to_db(power, ref=np.max), n_mfcc=20)
    harmonic, percussive = librosa.effects.hpss(samples)
    pitches = librosa.feature.chroma_cqt(y=harmonic, sr=rate_hz, hop_length=HOP, n_octaves=_OCTAVES[rate_hz])
    onsets = librosa.onset.onset_strength(y=percussive, sr=rate_hz, hop_length=HOP, aggregate=np.median)
    beats = librosa.beat.beat_track(onset_envelope=onsets, sr=rate_hz, hop_length=HOP)[1]
    tempogram = librosa.feature.tempogram(onset_envelope=onsets, sr=rate_hz, hop_length=HOP)
    return _columns(cepstrum.T, pitches.T, onsets, beats, tempogram.T, librosa.feature.delta(cepstrum, width=3).T)
