# SPDX-License-Identifier: GPL-3.0-or-later
"""A piece to sound, from single notes, along a tempo that may drift or change; its instruments altered so that none is heard twice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ....audio.clip import RATE_HZ
from ..dance.midi import DRUMS
from ..dance.pieces import Piece
from .one_shots import KITS, OneShots, drawn

_STEP_BEATS = 0.25
_LOUD = 1.6  # a note's amplitude goes with its velocity to this power; by ear, as the soundfont's do


@dataclass(frozen=True, eq=False)
class Pace:
    """beats, seconds: (n,), where in a piece what moment comes."""

    beats: np.ndarray
    seconds: np.ndarray

    def at(self, beats: np.ndarray) -> np.ndarray:
        """Seconds."""
        return np.interp(beats, self.beats, self.seconds)


def paced(bpm: float, beats: float, random: np.random.Generator) -> Pace:
    """Mostly steady, in some pieces drifting by up to 8 %, in some with another tempo from somewhere on."""
    grid = np.arange(0.0, beats + _STEP_BEATS, _STEP_BEATS)
    tempo = np.full(len(grid), bpm)
    chance = random.random()
    if chance < 0.25:
        wave = np.sin(2.0 * np.pi * (grid / random.uniform(16.0, 64.0) + random.random()))
        tempo = tempo * (1.0 + random.uniform(0.02, 0.08) * wave)
    elif chance < 0.32:
        tempo[int(random.uniform(0.3, 0.7) * len(grid)) :] *= float(random.choice((0.75, 0.85, 1.2, 1.33)))
    return Pace(grid, np.concatenate(([0.0], np.cumsum(_STEP_BEATS * 60.0 / tempo[:-1]))))


def mixed(piece: Piece, pace: Pace, seconds: float, shots: OneShots, random: np.random.Generator) -> np.ndarray:
    """float32 (N,): a piece from its beginning."""
    samples = np.zeros(int((seconds + 3.0) * RATE_HZ), np.float32)
    kit, pitched = int(random.integers(len(KITS))), float(2.0 ** random.uniform(-0.25, 0.25))
    gains = {channel: 10.0 ** (random.uniform(-12.0, 3.0) / 20.0) for channel in (0, 1, 2)}
    gains[DRUMS] = 10.0 ** (random.uniform(-6.0, 4.0) / 20.0)
    loose_s = random.uniform(0.0, 0.012) if random.random() < 0.5 else 0.0
    damped_s = random.uniform(0.05, 0.3) if random.random() < 0.25 else None
    drums: dict[int, np.ndarray] = {}
    tones: dict[tuple[int, int], np.ndarray] = {}
    for note in piece.notes:
        at, end = pace.at(np.array((note.start, note.start + note.duration)) / piece.quarters_a_beat)
        if at >= seconds:
            continue
        first = int(max(at + loose_s * random.standard_normal(), 0.0) * RATE_HZ)
        if note.channel == DRUMS:
            if note.pitch not in drums:
                drums[note.pitch] = _drum(shots.drum(kit, note.pitch), pitched, damped_s, random)
            sound = drums[note.pitch]
        else:
            key = (piece.programs.get(note.channel, 0), note.pitch)
            if key not in tones:
                tones[key] = shots.note(*key)
            sound = tones[key][: int((end - at + 0.05) * RATE_HZ)].copy()
            tail = min(len(sound), int(0.05 * RATE_HZ))
            sound[len(sound) - tail :] *= np.linspace(1.0, 0.0, tail, dtype=np.float32)
        gain = gains[note.channel] * (note.velocity / 100.0) ** _LOUD
        samples[first : first + len(sound)] += np.float32(gain) * sound[: max(len(samples) - first, 0)]
    return samples[: int(seconds * RATE_HZ)]


def _drum(sound: np.ndarray, pitched: float, damped_s: float | None, random: np.random.Generator) -> np.ndarray:
    """A drum of this kit: tuned, damped, louder or softer than the others."""
    sound = drawn(sound, pitched * 2.0 ** random.uniform(-0.1, 0.1))
    if damped_s is not None:
        sound = sound * np.exp(-np.arange(len(sound), dtype=np.float32) / (damped_s * RATE_HZ))
    return sound * np.float32(10.0 ** (random.uniform(-4.0, 4.0) / 20.0))
