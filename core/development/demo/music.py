# SPDX-License-Identifier: GPL-3.0-or-later
"""A small piece of our own to dance to, and the synthesizer that plays it: drums, bass, chords and a tune, by NumPy alone.

Its beats are known exactly, so that tests can listen to it, too.
"""

from __future__ import annotations

import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np

RATE_HZ = 32000
# Each bar: bass note, chord above it (MIDI numbers), and the tune's notes (beat, number, beats long).
_SONG = (
    (38, (57, 60, 65, 69), ((0.0, 74, 1.0), (1.5, 77, 0.5), (2.0, 76, 1.0), (3.5, 72, 0.5))),
    (43, (59, 62, 65, 69), ((0.0, 74, 1.5), (2.0, 71, 0.5), (2.5, 72, 0.5), (3.0, 74, 1.0))),
    (36, (55, 59, 64, 67), ((0.5, 76, 0.5), (1.0, 79, 1.0), (2.5, 76, 0.5), (3.0, 74, 1.0))),
    (45, (57, 60, 64, 67), ((0.0, 72, 1.0), (1.5, 69, 0.5), (2.0, 72, 2.0))),
)
_PIECE_SEED = 11  # of the noise in drums


@dataclass(frozen=True)
class Piece:
    """samples: float32 (N,), -1..1. beats_s, downbeats_s: seconds of its beats and of those that begin a bar."""

    samples: np.ndarray
    beats_s: np.ndarray
    downbeats_s: np.ndarray

    def write(self, path: Path) -> Path:
        """As a WAV file; returns its path."""
        return write_wav(path, self.samples)


def write_wav(path: Path, samples: np.ndarray) -> Path:
    """samples: float (N,), -1..1, at RATE_HZ."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes((np.clip(samples, -1.0, 1.0) * 32767).astype("<i2").tobytes())
    return path


def piece(bars: int = 10, bpm: float = 112.0, beats_a_bar: int = 4, lead_in_s: float = 0.0) -> Piece:
    """The piece, as long and as quick as it is wanted; it ends on the first beat of one more bar.

    Args:
        bars: how many.
        bpm: beats a minute.
        beats_a_bar: 4, or 3 for a waltz.
        lead_in_s: seconds of silence before it begins.
    """
    beat_s = 60.0 / bpm
    starts_s = lead_in_s + np.arange(bars * beats_a_bar + 1) * beat_s
    samples = np.zeros(round((starts_s[-1] + 2.0 * beat_s) * RATE_HZ), np.float32)
    noise = np.random.default_rng(_PIECE_SEED)
    for bar in range(bars):
        bass, chord, tune = _SONG[bar % len(_SONG)]
        at_s = starts_s[bar * beats_a_bar]
        _drums(samples, at_s, beat_s, beats_a_bar, noise)
        _bass(samples, at_s, beat_s, beats_a_bar, bass)
        for beat in range(beats_a_bar):  # on the offbeats, as a guitar would
            _add(samples, at_s + (beat + 0.5) * beat_s, 0.07 * _chord(chord, 0.35 * beat_s))
        for beat, note, beats in tune if bar >= 2 else ():
            if beat < beats_a_bar:
                _add(samples, at_s + beat * beat_s, 0.16 * _pluck(note, beats * beat_s))
    _add(samples, starts_s[-1], 0.9 * _kick())
    _add(samples, starts_s[-1], 0.1 * _chord((50, 57, 60, 65, 69), 1.6 * beat_s))
    loudest = float(np.abs(samples).max())
    return Piece(samples * np.float32(0.85 / loudest), starts_s, starts_s[::beats_a_bar])


def _drums(samples: np.ndarray, at_s: float, beat_s: float, beats: int, noise: np.random.Generator) -> None:
    """A bar of kick, snare and hi-hat."""
    for beat in range(beats):
        is_kick = beat % 2 == 0 if beats % 2 == 0 else beat == 0
        _add(samples, at_s + beat * beat_s, 0.9 * _kick() if is_kick else 0.5 * _snare(noise))
        for half, level in ((0.0, 0.12), (0.5, 0.2)):
            _add(samples, at_s + (beat + half) * beat_s, level * _hat(noise))
    if beats == 4:
        _add(samples, at_s + 2.5 * beat_s, 0.6 * _kick())


def _bass(samples: np.ndarray, at_s: float, beat_s: float, beats: int, note: int) -> None:
    for beat, step, length in ((0.0, 0, 0.9), (1.5, 0, 0.4), (2.0, 7, 0.6), (3.0, 12, 0.4), (3.5, 10, 0.4)):
        if beat < beats:
            tone = _saw(note + step, length * beat_s, (1.0, 0.5, 0.22, 0.1))
            _add(samples, at_s + beat * beat_s, 0.34 * tone)


def _add(samples: np.ndarray, at_s: float, sound: np.ndarray) -> None:
    first = round(at_s * RATE_HZ)
    room = samples[first : first + len(sound)]
    room += sound[: len(room)].astype(np.float32)


def _times(length_s: float) -> np.ndarray:
    return np.arange(round(length_s * RATE_HZ)) / RATE_HZ


def _hertz(note: float) -> float:
    return 440.0 * 2.0 ** ((note - 69) / 12)


def _kick() -> np.ndarray:
    t = _times(0.28)
    return np.sin(2.0 * np.pi * (46.0 * t - 9.0 * np.exp(-t * 38.0) / 2.4)) * np.exp(-t * 14.0)


def _snare(noise: np.random.Generator) -> np.ndarray:
    t = _times(0.2)
    return (
        0.8 * noise.normal(size=len(t)) * np.exp(-t * 26.0) + np.sin(2.0 * np.pi * 190.0 * t) * np.exp(-t * 30.0)
    ) * 0.7


def _hat(noise: np.random.Generator) -> np.ndarray:
    t = _times(0.07)
    return np.diff(noise.normal(size=len(t) + 1)) * np.exp(-t * 70.0)  # the difference takes the low ones out


def _saw(note: float, length_s: float, overtones: tuple[float, ...]) -> np.ndarray:
    t = _times(length_s)
    tone = np.zeros(len(t))
    for number, level in enumerate(overtones, 1):
        tone += level * np.sin(2.0 * np.pi * number * _hertz(note) * t)
    return tone * np.minimum(np.minimum(t / 0.006, (length_s - t) / 0.03).clip(0.0, None), 1.0)


def _chord(notes: tuple[int, ...], length_s: float) -> np.ndarray:
    tone = np.zeros(len(_times(length_s)))
    for note in notes:
        tone += _saw(note, length_s, (1.0, 0.5, 0.34, 0.2, 0.12)) + _saw(note + 0.07, length_s, (1.0, 0.4, 0.2))
    return tone / len(notes) * 2.0


def _pluck(note: float, length_s: float) -> np.ndarray:
    return _saw(note, length_s, (1.0, 0.35, 0.2, 0.08)) * np.exp(-_times(length_s) * 3.5)
