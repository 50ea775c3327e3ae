# SPDX-License-Identifier: GPL-3.0-or-later
"""Single notes of a soundfont, rendered once, from which pieces are mixed a hundred times faster than they are rendered."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from ....audio.clip import RATE_HZ
from ..array_store import ArrayStore
from ..dance.midi import DRUMS, Note
from ..dance.pieces import Piece
from ..dance.rendering import rendered

KITS = (0, 8, 16, 24, 25, 32, 40)  # General MIDI (GS) programs of the drum channel
PROGRAMS = (
    0,
    4,
    7,
    11,
    16,
    18,
    21,
    24,
    25,
    27,
    29,
    30,
    32,
    33,
    34,
    36,
    38,
    40,
    48,
    50,
    52,
    54,
    56,
    61,
    62,
    65,
    71,
    73,
    80,
    81,
    89,
)
DRUM_PITCHES = tuple(range(35, 60)) + (62, 63, 64, 70, 75, 76)
PITCHES = tuple(range(28, 97, 4))
NOTE_S, DRUM_S = 2.4, 1.0


@dataclass(frozen=True, eq=False)
class OneShots(ArrayStore):
    """notes: float16 (programs, pitches, N). drums: float16 (kits, drum pitches, M)."""

    compressed: ClassVar[bool] = True
    notes: np.ndarray
    drums: np.ndarray

    def note(self, program: int, pitch: int) -> np.ndarray:
        """float32 (n,): the nearest program's nearest note, drawn to the pitch."""
        row = int(np.argmin(np.abs(np.array(PROGRAMS) - program)))
        nearest = int(np.argmin(np.abs(np.array(PITCHES) - pitch)))
        sound, ratio = self.notes[row, nearest].astype(np.float32), 2.0 ** ((pitch - PITCHES[nearest]) / 12.0)
        return sound if ratio == 1.0 else drawn(sound, ratio)

    def drum(self, kit: int, pitch: int) -> np.ndarray:
        """float32 (m,): of the index of a kit."""
        nearest = int(np.argmin(np.abs(np.array(DRUM_PITCHES) - pitch)))
        return self.drums[kit, nearest].astype(np.float32)


def drawn(sound: np.ndarray, ratio: float) -> np.ndarray:
    """A sound played so much faster."""
    return np.interp(np.arange(0.0, len(sound) - 1.0, ratio), np.arange(len(sound)), sound).astype(np.float32)


def prepared(path: Path) -> OneShots:
    """The notes at a path, rendered by FluidSynth if they are not there: some minutes."""
    if path.is_file():
        return OneShots.read(path)
    notes = np.stack([_row(program, PITCHES, 0, NOTE_S) for program in PROGRAMS])
    drums = np.stack([_row(kit, DRUM_PITCHES, DRUMS, DRUM_S) for kit in KITS])
    shots = OneShots(notes, drums)
    shots.write(path)
    return shots


def _row(program: int, pitches: tuple[int, ...], channel: int, seconds: float) -> np.ndarray:
    """float16 (pitches, N)."""
    quarters = tuple(Note(seconds * index, seconds - 0.4, pitch, 100, channel) for index, pitch in enumerate(pitches))
    samples = rendered(Piece("", quarters, {channel: program}, "4/4", 1.0), 60.0)
    size = int(seconds * RATE_HZ)
    padded = np.pad(samples, (0, max(size * len(pitches) - len(samples), 0)))[: size * len(pitches)]
    fade = np.minimum(np.arange(size)[::-1] / (0.05 * RATE_HZ), 1.0)
    return (padded.reshape(len(pitches), size) * fade).astype(np.float16)
