# SPDX-License-Identifier: GPL-3.0-or-later
"""Music to dance to, as notes: the data pack's tunes with their chords and its drummers, alone and together.

Every piece begins with a bar. Kept out of training: a tenth of the tunes by their names' hash, and two drummers.
"""

from __future__ import annotations

import csv
import json
import zlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from .midi import DRUMS, Note, read_notes

VALIDATION_DRUMMERS = frozenset({"drummer5", "drummer9"})
VALIDATION_TUNES = 0.1
BARS = 15  # of a piece
_MELODIES = (0, 4, 11, 16, 21, 24, 40, 56, 61, 65, 71, 73, 80, 81)  # General MIDI programs
_CHORDS = (0, 4, 18, 24, 25, 27, 48, 50, 62, 89)
_BASSES = (32, 33, 34, 36, 38)
# The Groove dataset's kit strikes hi-hats at their edge by numbers that General MIDI has not: they would be silent.
_EDGES = {22: 42, 26: 46}


@dataclass(frozen=True)
class Piece:
    """notes from quarter 0 on, where a bar begins. programs: by channel. metre as in the manifests."""

    name: str
    notes: tuple[Note, ...]
    programs: dict[int, int]
    metre: str
    quarters_a_beat: float


@dataclass(frozen=True)
class Tune:
    """melody and chords from quarter 0 on."""

    name: str
    melody: tuple[Note, ...]
    chords: tuple[Note, ...]
    metre: str
    quarters_a_beat: float
    split: str


def tune_split(name: str) -> str:
    """ "train" or "validation"."""
    return "validation" if zlib.crc32(name.encode()) % 1000 < 1000 * VALIDATION_TUNES else "train"


def tunes(folder: Path, metre: str = "4/4") -> list[Tune]:
    """The data pack's tunes of a metre that have chords."""
    home = folder / "music" / "nottingham"
    with np.load(home / "notes.npz") as data:
        arrays = {name: data[name] for name in data.files}
    ends = arrays["lengths"].cumsum()
    spans = {str(name): (end - count, end) for name, end, count in zip(arrays["ids"], ends, arrays["lengths"])}
    found = []
    for entry in json.loads((home / "manifest.json").read_text(encoding="utf-8")):
        if entry["metre"] != metre or not entry["has_chords"]:
            continue
        span = slice(*spans[entry["id"]])
        tracks: tuple[list[Note], list[Note]] = ([], [])
        shift = entry["bar_offset_quarters"] % entry["quarters_per_bar"]
        columns = (arrays[name][span] for name in ("track", "start_quarters", "duration_quarters", "pitch"))
        for track, start, duration, pitch in zip(*columns, strict=True):
            if start >= shift:
                tracks[track].append(Note(float(start - shift), float(duration), int(pitch)))
        melody, chords = map(tuple, tracks)
        name = entry["id"]
        found.append(Tune(name, melody, chords, metre, entry["quarters_per_beat"], tune_split(name)))
    return found


def grooves(folder: Path, split: str) -> list[tuple[str, Path]]:
    """Drum performances in 4/4 of at least 16 s: names and files."""
    home, found = folder / "music" / "midi" / "groove", []
    with (home / "info.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            held = row["drummer"] in VALIDATION_DRUMMERS
            wanted = held if split == "validation" else not held and row["split"] == "train"
            path = home / row["midi_filename"]
            long = row["beat_type"] == "beat" and row["time_signature"] == "4-4" and float(row["duration"]) > 16.0
            if wanted and long and path.is_file():
                found.append((row["midi_filename"], path))
    return found


def drummed(path: Path, random: np.random.Generator, bars: int = BARS) -> list[Note]:
    """Some bars of a drummer, repeated where he plays fewer."""
    notes = [note for note in read_notes(path) if note.channel == DRUMS]
    length = 4.0 * max(int(max(note.start for note in notes) // 4), 1)
    first = 4.0 * int(random.integers(max(int(length / 4.0) - bars, 0) + 1))
    found = []
    for note in notes:
        start = (note.start - first) % length
        while start < 4.0 * bars:
            pitch = _EDGES.get(note.pitch, note.pitch)
            found.append(replace(note, start=start, duration=min(note.duration, 1.0), pitch=pitch))
            start += length
    return found


def tuned(tune: Tune, random: np.random.Generator, quarters: float) -> tuple[list[Note], dict[int, int]]:
    """A tune with random instruments, key and accompaniment: notes and programs."""
    shift = int(random.integers(-5, 7))
    programs = {0: int(random.choice(_MELODIES)), 1: int(random.choice(_CHORDS)), 2: int(random.choice(_BASSES))}
    pulsed = bool(random.random() < 0.5)  # chords are struck at every beat, or held
    found = [
        replace(note, pitch=int(np.clip(note.pitch + shift, 0, 127)), velocity=96)
        for note in tune.melody
        if note.start < quarters
    ]
    for chord in tune.chords:
        if chord.start >= quarters:
            continue
        step = tune.quarters_a_beat if pulsed else chord.duration
        for start in np.arange(chord.start, chord.start + chord.duration - 1e-6, step):
            length = min(step, chord.start + chord.duration - start)
            found.append(Note(float(start), 0.9 * length, int(np.clip(chord.pitch + shift, 0, 127)), 70, 1))
            if start == chord.start:
                found.append(Note(float(start), 0.9 * length, (chord.pitch + shift) % 12 + 36, 92, 2))
    return found, programs


def random_piece(kind: str, all_tunes: list[Tune], drums: list[tuple[str, Path]], random: np.random.Generator) -> Piece:
    """A piece of a kind: "drums", "tune" or "both", all in 4/4 unless the tunes are not."""
    notes: list[Note] = []
    programs: dict[int, int] = {}
    names, metre, beat = [], "4/4", 1.0
    if kind != "drums":
        tune = all_tunes[int(random.integers(len(all_tunes)))]
        notes, programs = tuned(tune, random, 4.0 * BARS)
        metre, beat = tune.metre, tune.quarters_a_beat
        names.append(tune.name)
    if kind != "tune":
        name, path = drums[int(random.integers(len(drums)))]
        notes = notes + drummed(path, random)
        names.append(name)
    return Piece("+".join(names), tuple(notes), programs, metre, beat)
