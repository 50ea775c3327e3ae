# SPDX-License-Identifier: GPL-3.0-or-later
"""Bars: how many beats they have, which beats begin one, and whether a beat divides into two or three.

A bar is where bass, loud onsets and changes of harmony come back. Two beats of three parts are 6/8.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .heard import CURVE_RATE_HZ, HeardMusic

BEATS_A_BAR = {"4/4": 4, "3/4": 3, "6/8": 2}
_REACH = 5  # frames around a beat in which its onset counts
# By trial on training tunes and drummers: how much onsets over the whole spectrum speak against a bar's beginning, how much
# a bar of four is expected, and how much thirds must outweigh halves.
_BROAD = 0.7
_FOUR_EXPECTED = 0.06
_TERNARY = 1.25


@dataclass(frozen=True)
class Bars:
    """metre: of BEATS_A_BAR. beats_a_bar: 4, 3 or 2. first: index of the first beat that begins a bar."""

    metre: str
    beats_a_bar: int
    first: int


def beat_accents(music: HeardMusic, beats_s: np.ndarray) -> np.ndarray:
    """(n,): how much each beat sounds like the beginning of something, mean 0 and deviation about 1."""
    frames = np.round(beats_s * CURVE_RATE_HZ).astype(int).clip(0, len(music) - 1)

    def near(curve: np.ndarray) -> np.ndarray:
        return np.array([curve[max(at - _REACH, 0) : at + _REACH + 1].max() for at in frames])

    ends = np.append(frames, len(music) - 1)
    harmony = np.stack([music.chroma[a : max(b, a + 1)].mean(0) for a, b in zip(ends[:-1], ends[1:], strict=True)])
    length = np.linalg.norm(harmony, axis=1) + 1e-9
    alike = (harmony[1:] * harmony[:-1]).sum(1) / (length[1:] * length[:-1])
    change = np.concatenate(([0.0], 1.0 - alike))
    # a kick begins bars; a snare on the off beats is as loud, but all over the spectrum
    return _scored(_scored(near(music.bass_onset)) - _BROAD * _scored(near(music.onset)) + _scored(change))


def _scored(values: np.ndarray) -> np.ndarray:
    return (values - values.mean()) / max(float(values.std()), 1e-9)


def thirds_over_halves(music: HeardMusic, beats_s: np.ndarray) -> float:
    """How strong onsets are a third and two thirds through the beats, against halfway."""
    if len(beats_s) < 4:
        return 0.0
    places = []
    for share in (1.0 / 3.0, 0.5, 2.0 / 3.0):
        at = beats_s[:-1] + share * np.diff(beats_s)
        frames = np.round(at * CURVE_RATE_HZ).astype(int).clip(2, len(music) - 3)
        places.append(float(np.mean([music.onset[frame - 2 : frame + 3].max() for frame in frames])))
    return 0.5 * (places[0] + places[2]) / max(places[1], 1e-6)


def find_bars(music: HeardMusic, beats_s: np.ndarray) -> Bars:
    """The bars of beats (n,) in seconds; four beats a bar where there are too few to tell."""
    if len(beats_s) < 8:
        return Bars("4/4", 4, 0)
    accents = beat_accents(music, beats_s)

    def best(length: int) -> tuple[float, int]:
        means = [float(accents[first::length].mean()) for first in range(length)]
        first = int(np.argmax(means))
        return means[first] - float(np.mean(means)), first

    ternary = thirds_over_halves(music, beats_s) > _TERNARY
    four, three, two = best(4), best(3), best(2)
    if ternary and max(two[0], four[0]) * 1.2 >= three[0]:
        return Bars("6/8", 2, two[1])
    # a bar of more beats has more ways to be best by chance
    if three[0] > four[0] + _FOUR_EXPECTED:
        return Bars("3/4", 3, three[1])
    return Bars("4/4", 4, four[1])
