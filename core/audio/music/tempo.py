# SPDX-License-Identifier: GPL-3.0-or-later
"""Tempo as it changes, and the beats.

The autocorrelation of the onsets in windows of 10 s says how strong every tempo is. A tempo counts as much as two and four
beats, or three and six, support it, and as people tap to it (Parncutt 1994: about a hundred a minute). The way through the
windows is found by dynamic programming, and so are the beats (Ellis 2007), now with the tempo of the moment.
"""

from __future__ import annotations

import numpy as np

from .heard import CURVE_RATE_HZ

SLOWEST_BPM, FASTEST_BPM = 50.0, 210.0
PREFERRED_BPM = 110.0
PREFERENCE_OCTAVES = (
    0.45  # standard deviation, by trial on training drummers and tunes; wider, drums are heard at half the tempo
)
WINDOW_S, STEP_S = 10.0, 1.0
STEPS_AN_OCTAVE = 96
TIGHTNESS = 300.0  # how much a beat that comes early or late costs
CHANGE_COST = 5.0  # of an octave's change of tempo from window to window
STEADY = 0.03  # an autocorrelation below this share of the strongest possible is no pulse


def tempo_grid() -> np.ndarray:
    """(n,) beats a minute."""
    octaves = np.log2(FASTEST_BPM / SLOWEST_BPM)
    return SLOWEST_BPM * 2.0 ** (np.arange(int(octaves * STEPS_AN_OCTAVE) + 1) / STEPS_AN_OCTAVE)


def smoothed_onsets(onset: np.ndarray) -> np.ndarray:
    """Onsets less their mean over a second, not below 0, over 30 ms."""
    onset = np.asarray(onset, np.float64)
    width = int(CURVE_RATE_HZ)
    mean = np.convolve(np.pad(onset, width // 2, mode="edge"), np.ones(width) / width, "same")
    mean = mean[width // 2 : width // 2 + len(onset)]
    return np.convolve(np.maximum(onset - mean, 0.0), [0.25, 0.5, 0.25], "same")


def tempo_strengths(onset: np.ndarray) -> np.ndarray:
    """onset (T,) → (windows, tempi of `tempo_grid`): normalised autocorrelation at the beat's period and its multiples."""
    size, step = int(WINDOW_S * CURVE_RATE_HZ), int(STEP_S * CURVE_RATE_HZ)
    curve = np.pad(smoothed_onsets(onset), size // 2)
    lags = 60.0 * CURVE_RATE_HZ / tempo_grid()
    rows = []
    for first in range(0, max(len(curve) - size, 0) + 1, step):
        part = curve[first : first + size]
        part = part - part.mean()
        spectrum = np.abs(np.fft.rfft(part, 2 * size)) ** 2
        correlation = np.fft.irfft(spectrum)[:size]
        correlation = correlation / max(correlation[0], 1e-9) * (size / np.maximum(size - np.arange(size), size // 4))

        def at(multiple: float, values: np.ndarray = correlation) -> np.ndarray:
            return np.interp(lags * multiple, np.arange(size), values, right=0.0)

        rows.append(at(1.0) + np.maximum(0.5 * at(2.0) + 0.25 * at(4.0), 0.5 * at(3.0) + 0.25 * at(6.0)))
    return np.maximum(np.array(rows), 0.0)


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


def track_beats(onset: np.ndarray, bpm: np.ndarray) -> np.ndarray:
    """Where the beats are.

    Args:
        onset: (T,) a hundred a second.
        bpm: (T,) the tempo at every frame.

    Returns:
        float64 (n,), seconds; through silence they go on at the tempo.
    """
    curve = smoothed_onsets(onset)
    strength = curve / max(curve.std(), 1e-9)
    frames, period = len(curve), 60.0 * CURVE_RATE_HZ / bpm
    total, before = np.zeros(frames), np.full(frames, -1)
    log = np.log(np.arange(1, int(2.0 * period.max()) + 2))
    for frame in range(frames):
        shortest, longest = int(period[frame] * 0.6), int(period[frame] * 1.6)
        first = max(frame - longest, 0)
        last = frame - shortest
        total[frame] = strength[frame]
        if last <= first:
            continue
        penalty = TIGHTNESS * (log[frame - last - 1 : frame - first][::-1] - np.log(period[frame])) ** 2
        reached = total[first : last + 1] - penalty[: last + 1 - first]
        best = int(reached.argmax())
        if reached[best] > 0.0:
            total[frame] += reached[best]
            before[frame] = first + best
    tail = max(0, frames - int(1.2 * period[-1]))
    at = tail + int(total[tail:].argmax())
    beats = [at]
    while before[at] >= 0:
        at = int(before[at])
        beats.append(at)
    return _led_on(np.array([_peak(curve, beat) for beat in reversed(beats)]) / CURVE_RATE_HZ, bpm)


def _peak(curve: np.ndarray, frame: int) -> float:
    """The top of the parabola through three frames, where there is one."""
    if 0 < frame < len(curve) - 1:
        left, middle, right = curve[frame - 1 : frame + 2]
        bend = left - 2.0 * middle + right
        if bend < 0.0 and middle >= max(left, right):
            return frame + 0.5 * (left - right) / bend
    return float(frame)


def _led_on(beats: np.ndarray, bpm: np.ndarray) -> np.ndarray:
    """Beats also before the first and after the last that were found, to the ends of the sound."""
    end = (len(bpm) - 1) / CURVE_RATE_HZ
    first, last = 60.0 / bpm[0], 60.0 / bpm[-1]
    head = np.arange(beats[0] - first, -0.02, -first)[::-1]
    tail = np.arange(beats[-1] + last, end, last)
    return np.concatenate((np.maximum(head, 0.0), beats, tail))
