# SPDX-License-Identifier: GPL-3.0-or-later
"""Made pieces: drum patterns of many styles, basses, chords and riffs in 4/4, 3/4 and 6/8, and such an accompaniment for a tune.

Patterns are common property of their styles, written out by ear; every piece varies them by chance.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from ..dance.midi import DRUMS, Note
from ..dance.pieces import Piece

KICK, STICK, SNARE, CLAP, CLOSED, FOOT, OPEN, CRASH, RIDE, COWBELL, CONGA = 36, 37, 38, 39, 42, 44, 46, 49, 51, 56, 63
TOMS = (50, 48, 45, 43)
QUARTERS_A_BAR = {"4/4": 4.0, "3/4": 3.0, "6/8": 3.0}
QUARTERS_A_BEAT = {"4/4": 1.0, "3/4": 1.0, "6/8": 1.5}
_MELODIES, _CHORDS, _BASSES = (
    (0, 4, 11, 24, 40, 56, 65, 73, 80, 81),
    (0, 4, 16, 18, 24, 25, 27, 29, 48, 50, 62, 89),
    (32, 33, 34, 36, 38),
)
_SCALES = ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10), (0, 2, 3, 5, 7, 9, 10))


@dataclass(frozen=True)
class Pattern:
    """One bar: rows of drum pitch and hits ("x" loud, "o" soft, "." none), in equal steps."""

    metre: str
    rows: tuple[tuple[int, str], ...]


PATTERNS = (
    Pattern("4/4", ((KICK, "x.......x......."), (SNARE, "....x.......x..."), (CLOSED, "x.o.x.o.x.o.x.o."))),
    Pattern("4/4", ((KICK, "x.....x.x......."), (SNARE, "....x.......x..."), (CLOSED, "x.x.x.x.x.x.x.x."))),
    Pattern("4/4", ((KICK, "x..x..x...x....."), (SNARE, "....x..o.o..x..o"), (CLOSED, "xoxoxoxoxoxoxoxo"))),
    Pattern("4/4", ((KICK, "x...x...x...x..."), (CLAP, "....x.......x..."), (OPEN, "..x...x...x...x."))),
    Pattern("4/4", ((KICK, "x...x...x...x..."), (SNARE, "....x.......x..."), (CLOSED, "xoxoxoxoxoxoxoxo"))),
    Pattern("4/4", ((KICK, "x...x...x...x..."), (CLOSED, "..x...x...x...x."))),
    Pattern("4/4", ((KICK, "x..............."), (SNARE, "........x......."), (CLOSED, "x.x.x.x.x.x.x.x."))),
    Pattern("4/4", ((KICK, "x.....x....x...."), (SNARE, "........x......."), (CLOSED, "xoxoxoxoxoxoxoxo"))),
    Pattern("4/4", ((KICK, "........x......."), (STICK, "........x......."), (CLOSED, "x.o.x.o.x.o.x.o."))),
    Pattern("4/4", ((KICK, "x...x...x...x..."), (SNARE, "...x..x....x..x."), (CLOSED, "x.x.x.x.x.x.x.x."))),
    Pattern("4/4", ((KICK, "x..xx..xx..xx..x"), (STICK, "x..x..x...x..x.."), (CLOSED, "x.x.x.x.x.x.x.x."))),
    Pattern("4/4", ((KICK, "x.........x....."), (SNARE, "....x.......x..."), (CLOSED, "x.x.x.x.x.x.x.x."))),
    Pattern("4/4", ((KICK, "x...x...x...x..."), (SNARE, "..x...x...x...x."), (CLOSED, "x.x.x.x.x.x.x.x."))),
    Pattern("4/4", ((KICK, "x.....x.....x..."), (COWBELL, "x...x.x...x.x..."), (CONGA, "..xo..xo..xo..xo"))),
    Pattern("4/4", ((STICK, "x..x..x...x.x..."), (CONGA, "..x...xx..x...xx"), (KICK, "...x..x....x..x."))),
    Pattern("4/4", ((KICK, "x.......x......."), (SNARE, "xoxoxxooxoxoxxoo"))),
    Pattern("4/4", ((KICK, "x.....x....."), (SNARE, "...x.....x.."), (CLOSED, "x.ox.ox.ox.o"))),
    Pattern("4/4", ((KICK, "x..o..o..o.."), (RIDE, "x..x.ox..x.o"), (FOOT, "...x.....x.."))),
    Pattern("4/4", ((RIDE, "x..x.ox..x.o"), (FOOT, "...x.....x.."), (SNARE, "..o....o...."), (KICK, "x....o......"))),
    Pattern("4/4", ((CLOSED, "x...x...x...x..."),)),
    Pattern("4/4", ((CLOSED, "x.o.x.o.x.o.x.o."), (KICK, "x..............."))),
    Pattern("4/4", ((CLAP, "....x.......x..."), (KICK, "x.......x.x....."))),
    Pattern("3/4", ((KICK, "x..........."), (SNARE, "....o...o..."), (CLOSED, "x...x...x..."))),
    Pattern("3/4", ((KICK, "x..........."), (FOOT, "....x...x..."))),
    Pattern("3/4", ((KICK, "x.....x....."), (SNARE, "........x..."), (CLOSED, "x.x.x.x.x.x."))),
    Pattern("3/4", ((KICK, "x..........."), (SNARE, "....x......."), (CLOSED, "x.x.x.x.x.x."))),
    Pattern("3/4", ((RIDE, "x..x.ox.o"), (FOOT, "...x....."), (KICK, "x........"))),
    Pattern("6/8", ((KICK, "x....."), (SNARE, "...x.."), (CLOSED, "xxxxxx"))),
    Pattern("6/8", ((KICK, "x..o.x"), (SNARE, "...x.."), (CLOSED, "x.xx.x"))),
    Pattern("6/8", ((KICK, "x..x.."), (CLOSED, "xooxoo"))),
    Pattern("6/8", ((KICK, "x....."), (CONGA, "xoxxox"), (COWBELL, "x..x.."))),
    Pattern("6/8", ((SNARE, "xooxoo"), (KICK, "x....."))),
    Pattern("6/8", ((KICK, "x........o.."), (SNARE, "......x....."), (CLOSED, "xoxoxoxoxoxo"))),
)  # fmt: skip


def drum_track(pattern: Pattern, bars: int, random: np.random.Generator) -> Iterator[Note]:
    """A pattern over some bars, a little varied, with fills and crashes every few bars."""
    length = QUARTERS_A_BAR[pattern.metre]
    steps = len(pattern.rows[0][1])
    missing, added, every = random.uniform(0.0, 0.12), random.uniform(0.0, 0.08), int(random.choice((4, 8, 100)))
    swing = random.uniform(0.0, 0.33) if steps == 16 and random.random() < 0.25 else 0.0
    for bar in range(bars):
        filled = bar % every == every - 1
        if bar and bar % every == 0:
            yield Note(bar * length, 0.5, CRASH, 110, DRUMS)
        for pitch, hits in pattern.rows:
            for step, hit in enumerate(hits):
                if filled and step >= 0.75 * steps and pitch != KICK:
                    continue
                chance = random.random()
                if (hit == "." and chance > added) or (hit != "." and chance < missing):
                    continue
                late = 0.5 * swing if step % 2 else 0.0
                velocity = {"x": 105, "o": 60, ".": 45}[hit] + int(random.integers(-12, 13))
                yield Note((bar + (step + late) / steps) * length, 0.25, pitch, velocity, DRUMS)
        if filled:
            for step in range(int(0.75 * steps), steps):
                if random.random() < 0.8:
                    yield Note((bar + step / steps) * length, 0.25, int(random.choice(TOMS)), 100, DRUMS)


def accompaniment(
    metre: str, chords: list[tuple[float, float, list[int]]], random: np.random.Generator
) -> Iterator[Note]:
    """Chords (start, length in quarters, pitches) as an accompanist plays them, channel 1, with a bass, channel 2."""
    way = str(random.choice(("held", "beats", "after", "broken", "quavers")))
    bass_way = str(random.choice(("held", "beats", "fifths", "quavers", "none")))
    beat, quaver = QUARTERS_A_BEAT[metre], 0.5
    for start, length, pitches in chords:
        step = {"held": length, "beats": beat, "after": beat, "broken": quaver, "quavers": quaver}[way]
        for index, at in enumerate(np.arange(start, start + length - 1e-6, step)):
            if way == "after":
                at += 0.5 * beat if metre == "4/4" else beat
                if metre == "3/4" and index % 3 == 2 or at >= start + length:
                    continue
            for pitch in [pitches[index % len(pitches)]] if way == "broken" else pitches:
                yield Note(float(at), 0.9 * min(step, start + length - at), pitch, int(70 + random.integers(-8, 9)), 1)
        if bass_way == "none":
            continue
        bass = {"held": length, "beats": beat, "fifths": 2.0 if metre == "4/4" else length, "quavers": quaver}[bass_way]
        for index, at in enumerate(np.arange(start, start + length - 1e-6, bass)):
            root = pitches[0] % 12 + 36 + (7 if bass_way == "fifths" and index % 2 else 0)
            yield Note(float(at), 0.9 * min(bass, start + length - at), root, 92 + int(random.integers(-10, 11)), 2)


def progression(metre: str, bars: int, random: np.random.Generator) -> list[tuple[float, float, list[int]]]:
    """Triads of a scale that come back every four bars, one or two a bar or one in two bars."""
    scale, key, length = _SCALES[int(random.integers(len(_SCALES)))], int(random.integers(12)), QUARTERS_A_BAR[metre]
    parts = int(random.choice((1, 1, 1, 2))) if metre == "4/4" else 1
    degrees = [int(degree) for degree in random.choice((0, 0, 3, 4, 5, 1), 4 * parts)]
    hold = 2 if random.random() < 0.25 else 1
    found = []
    for index in range(0, bars * parts, hold):
        degree = degrees[index // hold % len(degrees)]
        pitches = [48 + key + scale[(degree + third) % 7] + 12 * ((degree + third) // 7) for third in (0, 2, 4)]
        found.append((index * length / parts, hold * length / parts, pitches))
    return found


def riff(metre: str, chords: list[tuple[float, float, list[int]]], random: np.random.Generator) -> Iterator[Note]:
    """A rhythm of a bar that comes back, on tones of the chords; channel 0."""
    length, bars = QUARTERS_A_BAR[metre], 1 + int(chords[-1][0] / QUARTERS_A_BAR[metre])
    step = float(random.choice((0.25, 0.5, 0.5)))
    count = int(length / step)
    weight = np.where(np.arange(count) * step % QUARTERS_A_BEAT[metre] < 1e-6, 0.75, 0.35)
    weight[0] = 0.9
    hits, up = random.random(count) < weight, random.integers(0, 3, count)
    for bar in range(bars):
        for index in np.flatnonzero(hits):
            at = bar * length + index * step
            pitches = next(pitches for start, held, pitches in reversed(chords) if start <= at + 1e-6)
            yield Note(float(at), 0.9 * step, pitches[int(up[index])] + 24, 90, 0)


def programs(random: np.random.Generator) -> dict[int, int]:
    """Of melody, chords, bass and drums."""
    chosen = enumerate((_MELODIES, _CHORDS, _BASSES))
    return {channel: int(random.choice(choice)) for channel, choice in chosen}


def pattern_of(metre: str, random: np.random.Generator) -> Pattern:
    """One that fits."""
    fitting = [pattern for pattern in PATTERNS if pattern.metre == metre]
    return fitting[int(random.integers(len(fitting)))]


def made_piece(metre: str, bars: int, random: np.random.Generator) -> Piece:
    """Drums, chords and a riff, or only some of them."""
    chords = progression(metre, bars, random)
    parts = [
        drum_track(pattern_of(metre, random), bars, random),
        accompaniment(metre, chords, random),
        riff(metre, chords, random),
    ]
    used = [(0,), (0, 1), (0, 1, 2), (0, 2), (1, 2)][int(random.choice(5, p=(0.3, 0.2, 0.25, 0.15, 0.1)))]
    notes = tuple(note for index in used for note in parts[index])
    return Piece("made", notes, programs(random), metre, QUARTERS_A_BEAT[metre])


def with_drums(piece: Piece, random: np.random.Generator) -> Piece:
    """A tune with a pattern of its metre."""
    bars = int(max(note.start for note in piece.notes) / QUARTERS_A_BAR[piece.metre]) + 1
    softer = random.uniform(0.5, 1.0)
    drums = (
        replace(note, velocity=int(softer * note.velocity))
        for note in drum_track(pattern_of(piece.metre, random), bars, random)
    )
    return replace(piece, notes=piece.notes + tuple(drums))
