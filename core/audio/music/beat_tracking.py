# SPDX-License-Identifier: GPL-3.0-or-later
"""Beats and bars from the chances that each moment is one: the likeliest way through tempo and place in the bar at once.

A bar pointer (Whiteley, Cemgil and Godsill 2006; Krebs, Böck and Widmer 2015) that steps from beat to beat instead of from frame to
frame, so that its work does not grow with the length of a beat. A tempo holds, moves to its neighbours at a price, and jumps to any
other at a higher one; a bar has as many beats as its metre from beginning to end of a sound.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import maximum_filter1d

from ..temporal_network import RATE_HZ
from .beat_network import METRES, HeardBeats
from .metre import BEATS_A_BAR, Bars, thirds_over_halves
from .peaks import peak_between
from .tempo import PREFERRED_BPM, STEP_S, tempo_grid

SLOWEST_BPM, FASTEST_BPM = 48.0, 215.0
PREFERENCE_OCTAVES = 0.7
STEPS_AN_OCTAVE = 24
# By trial on training drummers and tunes.
LEAST = 0.004  # a beat is never less likely than that
# Where for so long nothing is like a beat, none is missed either: beats go on as they were.
NOTHING, NOTHING_S, LEAST_IN_NOTHING = 0.12, 2.4, 0.3
STEP_COST = 1.5  # nats: to the next tempo of the grid, 3 % away
JUMP_COST = 20.0  # to any tempo
EARLY_COST = 40.0  # of the squared share by which a beat is early or late
PREFERENCE = 2.0  # nats a second at one standard deviation's distance, times two
BONUS = 1.5  # of a beat, in nats: the network is careful, and would skip every other
METRE_WEIGHT = 2.0
EVIDENCE = 1.5  # nats a second for each of the logarithm of how strong a tempo is in the onsets
TERNARY_WEIGHT = 5.0  # of onsets at thirds of the beats against halves, for 6/8
STEADY = 0.03  # a tempo weaker than that is none
_NEIGHBOURS = 3
FIRST = 255  # in place of a step: nothing was before
_NEAR = 1  # frames around a beat that need not be without beat


@dataclass(frozen=True, eq=False)
class TrackedBeats:
    """beats_s: (n,), seconds, from the beginning of a sound to its end. bars: theirs."""

    beats_s: np.ndarray
    bars: Bars


def track(heard: HeardBeats, onset: np.ndarray, strengths: np.ndarray) -> TrackedBeats:
    """The beats of a sound and their bars; none in less than a second.

    Args:
        heard: by the network.
        onset: (T,), a hundred a second.
        strengths: their `tempo_strengths`.
    """
    if len(heard.beat) < int(RATE_HZ):
        return TrackedBeats(np.zeros(0), Bars("4/4", 4, 0))
    ways, likely = _Ways(heard, strengths), np.log(np.maximum(heard.metres, 1e-4))
    thirds = thirds_over_halves(onset, ways.best(likely).beats_s)
    likely[METRES.index("6/8")] += TERNARY_WEIGHT * np.log(np.clip(thirds, 0.3, 3.0))
    return ways.best(likely)


class _Ways:
    """The likeliest way to every beat: at every frame, for every period and place in a bar."""

    def __init__(self, heard: HeardBeats, strengths: np.ndarray):
        bpm = tempo_grid(SLOWEST_BPM, FASTEST_BPM, STEPS_AN_OCTAVE)
        self.periods = 60.0 * RATE_HZ / bpm
        self.steps = np.round(self.periods).astype(int)[:, None] + np.array((-1, 0, 1))
        away = (np.log2(bpm / PREFERRED_BPM) / PREFERENCE_OCTAVES) ** 2
        cost = EARLY_COST * (self.steps / self.periods[:, None] - 1.0) ** 2
        self.cost = (cost + PREFERENCE * self.steps / RATE_HZ * 0.5 * away[:, None]).astype(np.float32)
        places, downbeats = [], []
        for metre in METRES:
            length, first = BEATS_A_BAR[metre], len(places)
            places += [first + (at - 1) % length for at in range(length)]
            downbeats += [at == 0 for at in range(length)]
        self.before, self.downbeats = np.array(places), np.array(downbeats)
        self._observe(heard)
        self.strong = EVIDENCE * _tempo_evidence(strengths, bpm, len(heard.beat))
        self._walk()

    def _observe(self, heard: HeardBeats) -> None:
        """Logarithms: of each frame being a beat at each place of the bars, and, summed up, of being none."""
        beat, downbeat = heard.beat.astype(np.float64), heard.downbeat.astype(np.float64)
        self.beat, downbeat = beat, np.minimum(downbeat, beat)
        around = maximum_filter1d(beat, int(NOTHING_S * RATE_HZ) | 1)
        least = np.where(around < NOTHING, LEAST_IN_NOTHING, LEAST)
        is_first = np.log(np.maximum(downbeat, least))
        is_other = np.log(np.maximum(beat - downbeat, least))
        logarithms = np.where(self.downbeats, is_first[:, None], is_other[:, None])
        self.heard = (logarithms + BONUS).astype(np.float32)
        none = np.log(np.maximum(1.0 - beat, LEAST))
        self.none = np.concatenate((np.zeros(1), np.cumsum(none)))

    def _walk(self) -> None:
        frames, tempi, places = len(self.heard), len(self.periods), len(self.before)
        together = int(self.steps.min())  # frames of which none can follow another
        room = int(self.steps.max()) + together
        left = np.full((room, tempi, places), -np.inf, np.float32)  # of the last frames, with the tempo that follows
        self.last = left.copy()
        self.came_by = np.full((frames, tempi, places), FIRST, np.uint8)  # which of the steps
        self.came_from = np.zeros((frames, tempi, places), np.uint8)  # before which tempo a beat's own was chosen
        rows = np.arange(tempi)[:, None]
        for begin in range(0, frames, together):
            block = np.arange(begin, min(begin + together, frames))
            since = block[:, None, None] - self.steps
            quiet = self.none[np.maximum(block - _NEAR, 0)][:, None, None]
            quiet = quiet - self.none[(since + 1 + _NEAR).clip(0, frames)]
            evidence = self.strong[block][:, :, None] * (self.steps / RATE_HZ)
            price = np.where(since >= 0, quiet - self.cost + evidence, -np.inf).astype(np.float32)
            before = left[since % room, rows]
            options = [before[:, :, way][:, :, self.before] + price[:, :, way, None] for way in range(price.shape[2])]
            reached, by = options[0], np.zeros(options[0].shape, np.uint8)
            for way, option in enumerate(options[1:], 1):
                better = option > reached
                reached = np.where(better, option, reached)
                by[better] = way
            if begin < self.periods.max():
                first = self.none[np.maximum(block - _NEAR, 0)].astype(np.float32)[:, None, None]
                better = (block[:, None] < self.periods)[:, :, None] & (first > reached)
                reached = np.where(better, first, reached)
                by[better] = FIRST
            reached = reached + self.heard[block][:, None]
            self.came_by[block], self.last[block % room] = by, reached
            left[block % room], self.came_from[block] = _onward(reached)

    def best(self, likely: np.ndarray) -> TrackedBeats:
        """The likeliest way of all. likely: (3,), logarithms of the metres' chances."""
        frames, longest = len(self.heard), len(self.last)
        ends = np.arange(max(frames - longest, 0), frames)
        total = (
            self.last[ends % longest] + (self.none[-1] - self.none[np.minimum(ends + 1 + _NEAR, frames)])[:, None, None]
        )
        # the next beat must lie beyond the end
        total = np.where(ends[:, None, None] + self.periods[:, None] >= frames - 1, total, -np.inf)
        counts = [BEATS_A_BAR[metre] for metre in METRES]
        total = total + np.repeat(METRE_WEIGHT * likely, counts)
        at, tempo, place = np.unravel_index(int(total.argmax()), total.shape)
        frame, found = int(ends[at]), []
        while True:
            found.append((frame, place))
            by = int(self.came_by[frame, tempo, place])
            if by == FIRST:
                break
            frame = frame - int(self.steps[tempo, by])
            place = int(self.before[place])
            tempo = int(self.came_from[frame, tempo, place])
        found.reverse()
        metre = METRES[int(np.searchsorted(np.cumsum(counts), place, side="right"))]
        first = next((index for index, (_, at) in enumerate(found) if self.downbeats[at]), 0)
        times = np.array([_peak(self.beat, frame) for frame, _ in found]) / RATE_HZ
        return TrackedBeats(times, Bars(metre, BEATS_A_BAR[metre], first))


def _tempo_evidence(strengths: np.ndarray, bpm: np.ndarray, frames: int) -> np.ndarray:
    """float32 (frames, tempi): the logarithm of how strong each tempo is around each frame, at most 0."""
    nearest = np.abs(np.log2(bpm[:, None] / tempo_grid())).argmin(1)
    logarithm = np.log(np.minimum(strengths[:, nearest] + STEADY, 1.0))
    window = np.minimum(np.round(np.arange(frames) / (RATE_HZ * STEP_S)).astype(int), len(logarithm) - 1)
    return logarithm[window].astype(np.float32)


def _onward(reached: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(frames, tempi, places): the likeliest with the tempo that follows, and which tempo it was before."""
    tempi = reached.shape[1]
    tempo = np.arange(tempi, dtype=np.uint8)[:, None]
    best, source = reached.copy(), np.broadcast_to(tempo, reached.shape).copy()
    for away in range(1, _NEIGHBOURS + 1):
        for to, of in ((slice(away, None), slice(None, -away)), (slice(None, -away), slice(away, None))):
            there = reached[:, of] - np.float32(STEP_COST * away)
            better = there > best[:, to]
            best[:, to] = np.where(better, there, best[:, to])
            source[:, to] = np.where(better, tempo[of], source[:, to])
    top = reached.argmax(1)[:, None].astype(np.uint8)
    jump = reached.max(1, keepdims=True) - np.float32(JUMP_COST)
    better = jump > best
    return np.where(better, jump, best), np.where(better, top, source)


def _peak(curve: np.ndarray, frame: int) -> float:
    """The top of the parabola through a frame, or a neighbour that is higher, where there is one."""
    around = range(max(frame - 1, 1), min(frame + 2, len(curve) - 1))
    return peak_between(curve, max(around, key=lambda at: curve[at], default=frame))
