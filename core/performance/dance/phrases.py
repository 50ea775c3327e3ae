# SPDX-License-Identifier: GPL-3.0-or-later
"""The music's phrases of four bars, and which of them sound alike: there a dancer does what he did before, or its mirror image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...audio.music.analysis import MusicAnalysis
from ...audio.music.heard import CURVE_RATE_HZ
from .occasions import Occasion

BARS = {2: 8, 3: 8, 4: 4, 6: 4}  # a phrase, by beats a bar
_SLOTS = 16  # in which the curves of a phrase are compared
ALIKE = 0.6  # correlation from which two phrases sound alike; by ear
_PICKUP = 0.4  # of a phrase: a shorter beginning belongs to the first one
_SAME_LENGTH = 0.03  # share by which their lengths may differ


@dataclass(frozen=True)
class Phrase:
    """From start_s to end_s. source: number of the phrase that is danced again, or −1. mirrored: left and right exchanged.
    varied: its last bar is danced anew."""

    start_s: float
    end_s: float
    source: int = -1
    mirrored: bool = False
    varied: bool = False


def phrases_of(music: MusicAnalysis, occasion: Occasion, until_s: float) -> tuple[Phrase, ...]:
    """The phrases of an occasion in order, without a gap, the last of them to `until_s`.

    What sounds alike is danced: anew, as the mirror image of that, anew, like the first but for its last bar; and so on.
    """
    edges = _edges(music, occasion, until_s)
    sound = [sound_of(music, start, end) for start, end in zip(edges[:-1], edges[1:])]
    found: list[Phrase] = []
    families: list[list[int]] = []
    for number, (start, end) in enumerate(zip(edges[:-1], edges[1:])):
        family = _family(families, number, edges, sound)
        turn = len(family) % 4
        source, mirrored, varied = -1, turn == 1, turn == 3
        if turn in (1, 3):
            source = family[-1] if turn == 1 else family[0]  # both are danced anew
        found.append(Phrase(start, end, source, mirrored, varied))
        family.append(number)
    return tuple(found)


def _family(families: list[list[int]], number: int, edges: list[float], sound: list[np.ndarray]) -> list[int]:
    """The earlier phrases that sound like this one; a new list where there is none."""
    length = edges[number + 1] - edges[number]
    for family in families:
        first = family[0]
        same = abs(edges[first + 1] - edges[first] - length) < _SAME_LENGTH * length
        if same and np.corrcoef(sound[first], sound[number])[0, 1] > ALIKE:
            return family
    families.append([])
    return families[-1]


def _edges(music: MusicAnalysis, occasion: Occasion, until_s: float) -> list[float]:
    """Where phrases begin and the last one ends: at the beginnings of bars."""
    downbeats = music.downbeats_s
    inside = downbeats[(downbeats >= occasion.first_s - 1e-3) & (downbeats < occasion.last_s)]
    step = BARS.get(music.bars.beats_a_bar, 4)
    edges = [float(time) for time in inside[::step]]
    if not edges or edges[0] > occasion.first_s + 1e-3:
        edges.insert(0, occasion.first_s)
    if len(edges) > 2 and edges[1] - edges[0] < _PICKUP * (edges[2] - edges[1]):
        del edges[1]  # an upbeat is no phrase of its own
    return [*edges, max(until_s, edges[-1] + 0.1)]


def sound_of(music: MusicAnalysis, start_s: float, end_s: float) -> np.ndarray:
    """A phrase's sound: onsets and bass against their middle, pitch classes and timbre, in slots; all kinds of equal weight."""
    frames = np.linspace(start_s, end_s, _SLOTS * 4 + 1) * CURVE_RATE_HZ
    frames = np.round(frames).astype(int).clip(0, len(music.heard) - 1)
    heard, rows = music.heard, []
    for curve in (heard.onset[:, None], heard.bass_onset[:, None], heard.chroma, heard.cepstrum[:, 1:]):
        means = np.stack([curve[a : max(b, a + 1)].mean(0) for a, b in zip(frames[:-1], frames[1:])])
        spread = float(means.std()) or 1.0
        rows.append(((means - means.mean()) / spread / np.sqrt(means.size)).ravel())
    return np.concatenate(rows)
