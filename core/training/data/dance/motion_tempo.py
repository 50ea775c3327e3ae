# SPDX-License-Identifier: GPL-3.0-or-later
"""The beat of a dance whose music is unknown: a tempo at which its moments of rest come back, and where they lie.

The way through the tempi of windows is found by dynamic programming, and so are the beats (Ellis 2007).
"""

from __future__ import annotations

import numpy as np

from ....audio.music.heard import CURVE_RATE_HZ
from ....audio.music.peaks import peak_between
from ....audio.music.tempo import PREFERRED_BPM, smoothed_onsets, tempo_grid, tempo_strengths
from ....motion.clip import Clip
from .joints import joints_m

PREFERENCE_OCTAVES = 0.45
TIGHTNESS = 300.0  # how much a beat that comes early or late costs
CHANGE_COST = 5.0  # of an octave's change of tempo from window to window
STEADY = 0.03  # an autocorrelation below this share of the strongest possible is no pulse
SMOOTHED_FRAMES = 5.0  # at 60 a second, as dance beats are found


def rest_curve(clip: Clip) -> np.ndarray:
    """A hundred times a second, (T,): how much slower the body moves than around that moment."""
    from scipy.ndimage import gaussian_filter1d

    speed = np.linalg.norm(np.diff(joints_m(clip), axis=0), axis=-1).mean(1) * clip.rate_hz
    smooth = gaussian_filter1d(speed, SMOOTHED_FRAMES)
    slower = np.maximum(gaussian_filter1d(speed, 5.0 * SMOOTHED_FRAMES) - smooth, 0.0)
    seconds = np.arange(len(slower)) / clip.rate_hz
    return np.interp(np.arange(0.0, seconds[-1], 1.0 / CURVE_RATE_HZ), seconds, slower)


def motion_tempo(clip: Clip) -> tuple[float, float]:
    """Beats a minute and the time of the first beat, seconds."""
    curve = rest_curve(clip)
    bpm = float(np.median(tempo_path(tempo_strengths(curve))))
    beats = track_beats(curve, bpm)
    offset = np.angle(np.exp(2j * np.pi * beats * bpm / 60.0).mean()) / (2.0 * np.pi)
    return bpm, float(offset % 1.0) * 60.0 / bpm


def tempo_path(strengths: np.ndarray) -> np.ndarray:
    """(windows, tempi) → (windows,) beats a minute: the likeliest way."""
    grid = np.log2(tempo_grid())
    preference = -0.5 * ((grid - np.log2(PREFERRED_BPM)) / PREFERENCE_OCTAVES) ** 2
    score = np.log(strengths + STEADY) * 2.0 + preference
    cost = CHANGE_COST * np.abs(grid[:, None] - grid[None])
    total, back = score[0], []
    for row in score[1:]:
        reached = total[None] - cost
        best = reached.argmax(1)
        back.append(best)
        total = row + reached[np.arange(len(grid)), best]
    at = [int(total.argmax())]
    for best in reversed(back):
        at.append(int(best[at[-1]]))
    return 2.0 ** grid[at[::-1]]


def track_beats(onset: np.ndarray, bpm: float) -> np.ndarray:
    """Where the beats are.

    Args:
        onset: (T,) a hundred a second.
        bpm: the tempo throughout.

    Returns:
        float64 (n,), seconds; through silence they go on at the tempo.
    """
    curve = smoothed_onsets(onset)
    strength = curve / max(curve.std(), 1e-9)
    frames, period = len(curve), 60.0 * CURVE_RATE_HZ / bpm
    total, before = np.zeros(frames), np.full(frames, -1)
    shortest, longest = int(period * 0.6), int(period * 1.6)
    penalty = TIGHTNESS * (np.log(np.arange(longest, shortest - 1, -1)) - np.log(period)) ** 2
    for frame in range(frames):
        first = max(frame - longest, 0)
        last = frame - shortest
        total[frame] = strength[frame]
        if last <= first:
            continue
        reached = total[first : last + 1] - penalty[first - last - 1 :]
        best = int(reached.argmax())
        if reached[best] > 0.0:
            total[frame] += reached[best]
            before[frame] = first + best
    tail = max(0, frames - int(1.2 * period))
    at = tail + int(total[tail:].argmax())
    beats = [at]
    while before[at] >= 0:
        at = int(before[at])
        beats.append(at)
    times = np.array([peak_between(curve, beat) for beat in reversed(beats)]) / CURVE_RATE_HZ
    return _led_on(times, 60.0 / bpm, (frames - 1) / CURVE_RATE_HZ)


def _led_on(beats: np.ndarray, beat_s: float, end_s: float) -> np.ndarray:
    """Beats also before the first and after the last that were found, to the ends of the dance."""
    head = np.arange(beats[0] - beat_s, -0.02, -beat_s)[::-1]
    tail = np.arange(beats[-1] + beat_s, end_s, beat_s)
    return np.concatenate((np.maximum(head, 0.0), beats, tail))
