# SPDX-License-Identifier: GPL-3.0-or-later
"""Beats, tempo and bars of held-out tunes and drummers, rendered by FluidSynth, against their notes; then what sounds are taken for.

With --kinds N: speech, music, both and singing of held-out voices, tunes and drummers, so many of each of speech, 10 s and 3 s long.
beats, downbeats: F-measure within 70 ms. tempo: within 4 %; tempo_octave: also half, double, and a third or half more. metre: right.
seconds_a_minute: of processor time.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ...audio.clip import RATE_HZ
from ...audio.music.analysis import analyse
from ...audio.music.metre import BEATS_A_BAR
from ...paths import data_pack
from ...training.data.dance.pieces import grooves, random_piece, tunes
from ...training.data.dance.rendering import rendered
from ...training.data.kinds_of_sound import sounds, taken_for
from ..metrics.beats import f_measure

TEMPO_SHARE = 1.04
RELATED = (1.0, 0.5, 2.0, 1.5, 2.0 / 3.0, 3.0, 1.0 / 3.0)
SOUNDS = (("drums", "4/4"), ("both", "4/4"), ("tune", "4/4"), ("tune", "3/4"), ("tune", "6/8"))
_TEMPI_BPM = (80.0, 140.0)
_KIND_LENGTHS_S = (10.0, 3.0)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=data_pack(), help="the developers' data pack")
    parser.add_argument("--pieces", type=int, default=8, help="of each kind")
    parser.add_argument("--seconds", type=float, default=24.0, help="of each piece")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument(
        "--kinds", type=int, default=0, help="also so many sounds of speech, and music and both to go with them"
    )


def run(arguments: argparse.Namespace) -> dict:
    """Prints and returns the mean figures of each kind."""
    rows: dict[str, list[dict[str, float]]] = {}
    for kind, metre, bpm, samples in held_out(arguments.data, arguments.pieces, arguments.seconds, arguments.seed):
        rows.setdefault(f"{kind} {metre}", []).append(figures_of(samples, bpm, metre))
    figures = {kind: {key: float(np.mean([row[key] for row in of])) for key in of[0]} for kind, of in rows.items()}
    for kind, means in figures.items():
        print(f"{kind:10}", "  ".join(f"{key} {value:.2f}" for key, value in means.items()))
    if arguments.kinds:
        for length_s in _KIND_LENGTHS_S:
            figures[f"kinds, {length_s:g} s"] = kinds_heard(arguments.data, arguments.kinds, length_s)
    return figures


def kinds_heard(folder: Path, count: int, seconds: float) -> dict[str, float]:
    """How many sounds of each source were taken for what: "source: KIND" → count. Prints them, too."""
    counts: dict[str, float] = {}
    for source, kinds in taken_for(sounds(folder, "validation", count, seconds)).items():
        for kind, number in sorted(kinds.items()):
            counts[f"{source}: {kind}"] = float(number)
            print(f"{seconds:g} s {source}: {kind} {number}")
    return counts


def held_out(folder: Path, pieces: int, seconds: float, seed: int) -> Iterator[tuple[str, str, float, np.ndarray]]:
    """Kind, metre, beats a minute, samples; a bar begins at 0."""
    random, drums = np.random.default_rng(seed), grooves(folder, "validation")
    for kind, metre in SOUNDS:
        own = [tune for tune in tunes(folder, metre) if tune.split == "validation"]
        for _ in range(pieces):
            piece, bpm = random_piece(kind, own, drums, random), float(random.uniform(*_TEMPI_BPM))
            yield kind, metre, bpm, rendered(piece, bpm)[: int(seconds * RATE_HZ)]


def figures_of(samples: np.ndarray, bpm: float, metre: str) -> dict[str, float]:
    """What was heard of a piece against what is in it."""
    begin = time.process_time()
    music = analyse(samples)
    spent_s = time.process_time() - begin
    beats = np.arange(0.0, music.heard.seconds, 60.0 / bpm)
    ratio = music.tempo_bpm / bpm
    return {
        "beats": f_measure(music.beats_s, beats),
        "downbeats": f_measure(music.downbeats_s, beats[:: BEATS_A_BAR[metre]]),
        "tempo": float(_near(ratio, 1.0)),
        "tempo_octave": float(any(_near(ratio, other) for other in RELATED)),
        "metre": float(music.bars.metre == metre),
        "has_beat": float(music.has_beat),
        "seconds_a_minute": spent_s / music.heard.seconds * 60.0,
    }


def _near(ratio: float, wanted: float) -> bool:
    return abs(np.log(ratio / wanted)) < np.log(TEMPO_SHARE)
