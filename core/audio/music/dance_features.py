# SPDX-License-Identifier: GPL-3.0-or-later
"""Music as our motion GPT hears it: 52 numbers for each token, from any moment on.

0:13 mel cepstrum, 13:25 pitch classes, 25 onset, 26 bass onset, 27 level, 28:32 onsets in the token's quarters, 32 a beat in
the token, 33 the beginning of a bar, 34:36 where in the beat (sine, cosine), 36:38 in two beats, 38:40 in the bar, 40 tempo,
41 clearness of the pulse, 42:52 strength of the tempi around. All about −2 to 2.
"""

from __future__ import annotations

import numpy as np

from .analysis import MusicAnalysis
from .heard import CURVE_RATE_HZ
from .tempo import tempo_grid

MUSIC_NUMBERS = 52
_TEMPI = 10
_CEPSTRUM_MEAN_DB, _CEPSTRUM_SCALE_DB = -25.0, 10.0  # the first coefficient is a mean level; by eye
_ONSET_DB = 4.0
_QUARTERS = 4


def dance_features(music: MusicAnalysis, tokens: int, start_s: float = 0.0, token_rate_hz: float = 7.5) -> np.ndarray:
    """The numbers of tokens from a moment on.

    Args:
        music: analysed.
        tokens: how many; beyond the end of the sound its last frame is held, and beats go on.
        start_s: where the first begins.
        token_rate_hz: of them a second.

    Returns:
        float32 (tokens, 52).
    """
    heard = music.heard
    starts = start_s + np.arange(tokens) / token_rate_hz
    edges = np.round((starts[:, None] + np.arange(_QUARTERS + 1) / (_QUARTERS * token_rate_hz)) * CURVE_RATE_HZ)
    edges = edges.astype(int).clip(0, len(heard) - 1)
    onsets = _loudest(heard.onset, edges) / _ONSET_DB
    bass = _loudest(heard.bass_onset, edges).max(1, keepdims=True) / (2.0 * _ONSET_DB)
    middle = edges[:, _QUARTERS // 2]
    cepstrum = _means(heard.cepstrum, edges[:, 0], edges[:, -1]) / _CEPSTRUM_SCALE_DB
    cepstrum[:, 0] -= _CEPSTRUM_MEAN_DB / _CEPSTRUM_SCALE_DB
    chroma = _means(heard.chroma, edges[:, 0], edges[:, -1]) * 6.0
    centres = starts + 0.5 / token_rate_hz
    beat, bar, inside = _phases(music, centres), _bar_phase(music, centres), starts + 1.0 / token_rate_hz
    columns = (
        cepstrum,
        chroma,
        onsets.max(1, keepdims=True),
        bass,
        heard.level_db[middle, None] / 20.0 + 1.0,
        onsets,
        _within(music.beats_s, starts, inside),
        _within(music.downbeats_s, starts, inside),
        _circle(beat),
        _circle(0.5 * beat),
        _circle(bar),
        np.log2(music.bpm[middle, None] / 108.0) * 2.0,
        music.pulse[middle, None],
        _tempi(music, middle),
    )
    return np.concatenate(columns, axis=1).astype(np.float32)


def _loudest(curve: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """(tokens, 4): the highest in each quarter."""
    return np.array([[curve[a : max(b, a + 1)].max() for a, b in zip(row[:-1], row[1:], strict=True)] for row in edges])


def _means(rows: np.ndarray, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    return np.stack([rows[a : max(b, a + 1)].mean(0) for a, b in zip(first, last, strict=True)])


def _circle(phase: np.ndarray) -> np.ndarray:
    return np.stack((np.sin(2.0 * np.pi * phase), np.cos(2.0 * np.pi * phase)), axis=1)


def _phases(music: MusicAnalysis, times: np.ndarray) -> np.ndarray:
    """Beats counted from the first that begins a bar, with their fraction."""
    beats = music.beats_s
    if len(beats) < 2:
        return times * music.bpm[0] / 60.0
    steps = np.diff(beats)
    number = np.interp(times, beats, np.arange(len(beats)))
    number = np.where(times < beats[0], (times - beats[0]) / steps[0], number)
    number = np.where(times > beats[-1], len(beats) - 1 + (times - beats[-1]) / steps[-1], number)
    return number - music.bars.first


def _bar_phase(music: MusicAnalysis, times: np.ndarray) -> np.ndarray:
    return _phases(music, times) / music.bars.beats_a_bar


def _within(moments: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """(tokens, 1): 1 where a moment lies in the token."""
    first, last = np.searchsorted(moments, start), np.searchsorted(moments, end)
    return (last > first)[:, None].astype(np.float32)


def _tempi(music: MusicAnalysis, frames: np.ndarray) -> np.ndarray:
    """(tokens, 10): the strongest of each fifth of an octave and so, in the windows around."""
    window = np.round(frames / CURVE_RATE_HZ).astype(int).clip(0, len(music.strengths) - 1)
    groups = np.array_split(np.arange(len(tempo_grid())), _TEMPI)
    return np.stack([music.strengths[window][:, group].max(1) for group in groups], axis=1)
