# SPDX-License-Identifier: GPL-3.0-or-later
"""Speech, music, both and neither, as sounds: the data pack's voices and synthesizers, rendered tunes and drums, rooms and
channels.

Speakers, prompts, synthetic voices, tunes and drummers of validation are not those of training.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ...audio.clip import RATE_HZ
from ...audio.sound_kind import sound_kind
from .channels import equalised, loudness, through_a_channel
from .dance.pieces import Piece, grooves, random_piece, tunes
from .dance.rendering import rendered
from .speech.corpora import manifest, read_sound
from .speech.flite import HELDOUT_VOICES, TRAIN_VOICES, speak

log = logging.getLogger(__name__)

METRES = ("4/4", "4/4", "3/4", "6/8")
PIECE_KINDS = ("drums", "tune", "both", "melody")
VOICES = (52, 53, 54, 85)  # General MIDI programs that imitate singing
SPEECH_OVER_MUSIC_DB = (-6.0, 0.0, 6.0, 12.0)
_LINES = (
    "Good morning, everyone, and thank you for coming. I would like to begin with a short story about the old bridge.",
    "The train leaves at nine, so we should have breakfast early. Did you remember to pack the tickets and the map?",
    "No, I never said that. What I said was that the door had been open all night, and nobody had noticed.",
)


@dataclass(frozen=True, eq=False)
class HeardSound:
    """samples: float32 (N,) at 16 kHz. speech, music: whether they are heard. source: what it is made of."""

    samples: np.ndarray
    speech: bool
    music: bool
    source: str


def sounds(folder: Path, split: str, count: int, seconds: float, seed: int = 11) -> Iterator[HeardSound]:
    """So many of speech, half as many of music and of each level of both together, and some of noise.

    Args:
        folder: the data pack.
        split: "train" or "validation".
        count: of sounds of speech.
        seconds: of each sound.
        seed: of what is drawn.
    """
    random = np.random.default_rng([seed, split == "train"])
    voices = list(_speeches(folder, split, count, seconds, random))
    pieces = list(_musics(folder, split, count // 2, seconds, random))
    for name, samples in voices:
        yield HeardSound(through_a_channel(samples, random), True, False, name)
    for name, samples in pieces:
        yield HeardSound(through_a_channel(samples, random), False, True, name)
    for level in SPEECH_OVER_MUSIC_DB:
        for _, music in pieces:
            voice = voices[int(random.integers(len(voices)))][1]
            gain = loudness(voice) / loudness(music) * 10.0 ** (-level / 20.0)
            yield HeardSound(through_a_channel(voice + gain * music, random), True, True, f"both at {level:+.0f} dB")
    for _ in range(count // 8):
        noise = random.standard_normal(int(seconds * RATE_HZ)).astype(np.float32) * 0.05
        yield HeardSound(through_a_channel(equalised(noise, 3.0, random), random), False, False, "noise")


def taken_for(heard: Iterable[HeardSound]) -> dict[str, Counter[str]]:
    """By source, what kind of sound (`sound_kind`) how many were taken for; sources in alphabetical order."""
    counts: dict[str, Counter[str]] = {}
    for sound in heard:
        counts.setdefault(sound.source, Counter())[sound_kind(sound.samples).kind] += 1
    return dict(sorted(counts.items()))


def _speeches(
    folder: Path, split: str, count: int, seconds: float, random: np.random.Generator
) -> Iterator[tuple[str, np.ndarray]]:
    rows: dict[str, list[dict]] = {}
    for row in manifest(folder):
        if row["split"] == split:
            rows.setdefault(row["corpus"], []).append(row)
    synthetic = [
        (voice, spoken[0].astype(np.float32) / 32768.0)
        for voice in (TRAIN_VOICES if split == "train" else HELDOUT_VOICES)
        for line in _LINES
        if (spoken := speak(line, voice)) is not None
    ]
    for index in range(count):
        if synthetic and index % 10 == 0:
            voice, samples = synthetic[int(random.integers(len(synthetic)))]
            first = int(random.integers(max(len(samples) - int(seconds * RATE_HZ), 1)))
            yield f"flite {voice}", _fitted(samples[first:], seconds)
            continue
        corpus = sorted(rows)[index % len(rows)]
        chosen = rows[corpus][int(random.integers(len(rows[corpus])))]
        same = [row for row in rows[corpus] if row["speaker"] == chosen["speaker"]]
        yield corpus, _said(folder, same, seconds, random)


def _said(folder: Path, rows: list[dict], seconds: float, random: np.random.Generator) -> np.ndarray:
    """One speaker's sentences with pauses between, from anywhere in the first on."""
    parts: list[np.ndarray] = []
    while sum(map(len, parts)) < seconds * RATE_HZ:
        said = read_sound(folder / rows[int(random.integers(len(rows)))]["path"]).astype(np.float32) / 32768.0
        if not parts and len(said) > 2 * RATE_HZ:
            said = said[int(random.integers(len(said) // 2)) :]
        parts += [said, np.zeros(int(random.exponential(0.3) * RATE_HZ), np.float32)]
    return _fitted(np.concatenate(parts), seconds)


def _musics(
    folder: Path, split: str, count: int, seconds: float, random: np.random.Generator
) -> Iterator[tuple[str, np.ndarray]]:
    """Two sounds of each piece."""
    own = {metre: [tune for tune in tunes(folder, metre) if tune.split == split] for metre in set(METRES)}
    drums = grooves(folder, split)
    for index in range(-(-count // 2)):
        kind = PIECE_KINDS[index % len(PIECE_KINDS)]
        metre = "4/4" if kind in ("drums", "both") else METRES[int(random.integers(len(METRES)))]
        piece = random_piece("tune" if kind == "melody" else kind, own[metre], drums, random)
        if kind == "melody":
            piece = _sung(piece, random)
        samples = rendered(piece, float(random.uniform(75.0, 150.0)))
        for _ in range(2):
            first = int(random.integers(max(len(samples) - int((seconds + 2.0) * RATE_HZ), 1)))
            yield kind, _fitted(samples[first:], seconds)
        if index % 20 == 0:
            log.info("%s: %d pieces", split, index)


def _sung(piece: Piece, random: np.random.Generator) -> Piece:
    """The melody alone, in half of the cases by a voice without words."""
    program = int(random.choice(VOICES)) if random.random() < 0.5 else piece.programs[0]
    notes = tuple(note for note in piece.notes if note.channel == 0)
    return replace(piece, notes=notes, programs={0: program})


def _fitted(samples: np.ndarray, seconds: float) -> np.ndarray:
    size = int(seconds * RATE_HZ)
    return np.pad(samples[:size], (0, max(size - len(samples), 0))).astype(np.float32)
