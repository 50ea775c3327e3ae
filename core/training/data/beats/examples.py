# SPDX-License-Identifier: GPL-3.0-or-later
"""What the beat network learns from: log-mel bands of pieces, and where their beats and bars are."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ....audio.clip import RATE_HZ
from ....audio.music.beat_network import METRES
from ....audio.music.heard import mel_db
from ....audio.music.metre import BEATS_A_BAR
from ....audio.temporal_network import RATE_HZ as RATE
from ....audio.temporal_network import grouped_bands
from ..array_store import ArrayStore
from ..channels import through_a_channel
from ..dance.pieces import Piece, Tune, drummed, grooves, tuned, tunes
from . import one_shots
from .mixing import mixed, paced
from .patterns import QUARTERS_A_BAR, accompaniment, made_piece, programs, with_drums

log = logging.getLogger(__name__)

SECONDS = 24.0
_BARS = 40
# Of the pieces: drummers alone, tunes, tunes with drums, made ones.
_KINDS, _SHARES = ("drums", "tune", "both", "made"), (0.4, 0.15, 0.2, 0.25)


@dataclass(frozen=True, eq=False)
class BeatExamples(ArrayStore):
    """bands: float16 (n, T, BANDS), 100 a second. beats, downbeats: uint8 (n, T / 2), 50 a second. metres: (n,) of METRES."""

    bands: np.ndarray
    beats: np.ndarray
    downbeats: np.ndarray
    metres: np.ndarray


@dataclass(frozen=True)
class Sources:
    """tunes: by metre. drums: names and files of performances."""

    tunes: dict[str, list[Tune]]
    drums: list[tuple[str, Path]]


def sources_of(folder: Path, split: str) -> Sources:
    """The data pack's tunes and drummers of a split."""
    own = {metre: [tune for tune in tunes(folder, metre) if tune.split == split] for metre in METRES}
    return Sources(own, grooves(folder, split))


def prepared(path: Path, folder: Path, split: str, count: int, seed: int = 3) -> BeatExamples:
    """Examples at a path, mixed if they are not there: a quarter of a second each."""
    if path.is_file():
        return BeatExamples.read(path)
    random = np.random.default_rng([seed, split == "train"])
    shots = one_shots.prepared(path.parent / "one_shots.npz")
    sources, rows = sources_of(folder, split), []
    for index in range(count):
        rows.append(_example(sources, shots, random))
        if index % 100 == 99:
            log.info("%s: %d of %d pieces", split, index + 1, count)
    bands, beats, downbeats, metres = zip(*rows, strict=True)
    examples = BeatExamples(np.stack(bands), np.stack(beats), np.stack(downbeats), np.array(metres))
    examples.write(path)
    return examples


def _example(
    sources: Sources, shots: one_shots.OneShots, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    piece, bpm = drawn_piece(sources, random)
    bar = BEATS_A_BAR[piece.metre]
    pace = paced(bpm, _BARS * QUARTERS_A_BAR[piece.metre] / piece.quarters_a_beat + 8.0, random)
    begin_s = float(random.uniform(0.0, pace.at(np.array(2.0 * bar))))  # a sound begins anywhere in a bar
    samples = mixed(piece, pace, begin_s + SECONDS, shots, random)[int(begin_s * RATE_HZ) :]
    bands = grouped_bands(mel_db(_worn(samples, random)))[: int(100 * SECONDS)]
    counted = np.arange(0.0, pace.beats[-1] - 1.0)
    frames = np.round((pace.at(counted) - begin_s) * RATE).astype(int)
    inside = (frames >= 0) & (frames < int(RATE * SECONDS))
    beats, downbeats = np.zeros((2, int(RATE * SECONDS)), np.uint8)
    beats[frames[inside]] = 1
    downbeats[frames[inside & (counted % bar == 0)]] = 1
    return bands.astype(np.float16), beats, downbeats, METRES.index(piece.metre)


def drawn_piece(sources: Sources, random: np.random.Generator) -> tuple[Piece, float]:
    """A piece and its beats a minute."""
    kind = str(random.choice(_KINDS, p=_SHARES))
    metre = "4/4" if kind == "drums" else str(random.choice(METRES, p=(0.5, 0.25, 0.25)))
    bpm = float(2.0 ** random.uniform(np.log2(55.0), np.log2(190.0 if metre != "6/8" else 140.0)))
    if kind == "made":
        return made_piece(metre, _BARS, random), bpm
    if kind == "drums":
        name, path = sources.drums[int(random.integers(len(sources.drums)))]
        if random.random() < 0.6:
            own_bpm = float(name.rsplit("_", 3)[1])
            bpm = float(np.clip(own_bpm * random.uniform(0.85, 1.18), 55.0, 200.0))
        else:
            bpm = float(random.uniform(75.0, 145.0))
        return Piece(name, tuple(drummed(path, random, _BARS)), {}, "4/4", 1.0), bpm
    of_metre = sources.tunes[metre]
    tune = _repeated(of_metre[int(random.integers(len(of_metre)))], random)
    if random.random() < 0.5:
        tune = _accompanied(tune, random)
    if kind == "tune":
        return tune, bpm
    if metre == "4/4" and random.random() < 0.6:
        _, path = sources.drums[int(random.integers(len(sources.drums)))]
        return replace(tune, notes=(*tune.notes, *drummed(path, random, _BARS))), bpm
    return with_drums(tune, random), bpm


def _repeated(tune: Tune, random: np.random.Generator) -> Piece:
    """A tune with random instruments, played again and again."""
    bar = QUARTERS_A_BAR[tune.metre]
    notes, chosen = tuned(tune, random, bar * _BARS)
    length = bar * np.ceil(max(note.start + note.duration for note in notes) / bar - 0.01)
    again = (
        replace(note, start=note.start + turn * length)
        for turn in range(int(_BARS * bar / length) + 1)
        for note in notes
    )
    return Piece(tune.name, tuple(again), chosen, tune.metre, tune.quarters_a_beat)


def _accompanied(piece: Piece, random: np.random.Generator) -> Piece:
    """Its chords and bass played another way, or left out."""
    melody = tuple(note for note in piece.notes if note.channel == 0)
    if random.random() < 0.2:
        return replace(piece, notes=melody)
    struck: dict[float, list[int]] = {}
    for note in piece.notes:
        if note.channel == 1:
            struck.setdefault(note.start, []).append(note.pitch)
    starts = sorted(struck)
    chords = [
        (start, min(following - start, 4.0), struck[start])
        for start, following in zip(starts, [*starts[1:], (starts[-1] if starts else 0.0) + 2.0], strict=True)
    ]
    notes = melody + tuple(accompaniment(piece.metre, chords, random))
    return replace(piece, notes=notes, programs=programs(random))


def _worn(samples: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Through a microphone, clipped or softly limited in some cases."""
    sound = through_a_channel(samples, random)
    chance = random.random()
    if chance < 0.2:
        loud = np.percentile(np.abs(sound), 99.0) + 1e-6
        sound = sound * random.uniform(0.5, 4.0) / loud
        sound = np.tanh(sound) if chance < 0.1 else sound.clip(-1.0, 1.0)
    return sound.astype(np.float32)
