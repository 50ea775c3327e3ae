# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes of the file whose sounds are like a sound: gathered with bpy, compared without it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import bpy
import numpy as np

from ...audio.decoding import load
from ...errors import UserError
from ...performance.sound_likeness import kept_vector, likeness, similarity
from ...progress import Progress
from ...wording import count, first_few
from .. import properties
from ..remembered import memories
from ..sounds.source import SoundSource, read
from ..sounds.start import chosen_sound
from . import take_memory


@dataclass(frozen=True)
class KeptTake:
    """A take of a character. heard: what it remembers of its sound, "" of an older version. sound: the file of its newest line."""

    name: str
    character: str
    heard: str
    sound: str


@dataclass(frozen=True)
class Like:
    """A take and how alike its sound is, 1 the same."""

    take: str
    character: str
    similarity: float

    @property
    def text(self) -> str:
        return f"{100.0 * max(self.similarity, 0.0):.0f} %  {self.take} ({self.character})"


@dataclass(frozen=True)
class Likes:
    """called: the sound. takes: the most alike first. notes: what was left out, and why."""

    called: str
    takes: tuple[Like, ...]
    notes: tuple[str, ...]

    @property
    def headline(self) -> str:
        nearest = self.takes[0]
        return f"{count(len(self.takes), 'take')} compared with {self.called}; most alike: {nearest.text}"

    @property
    def text(self) -> str:
        return "\n".join((f"Takes like {self.called}:", *(one.text for one in self.takes), *self.notes))


def gather(context: bpy.types.Context) -> tuple[SoundSource, tuple[KeptTake, ...]]:
    """The chosen sound, and every take in the file. Raises UserError."""
    source = chosen_sound(context, properties.read(context.scene), True, ())
    takes = tuple(_takes())
    if not takes:
        raise UserError("There is no take in this file yet.", "Generate one first.")
    return source, takes


def _takes() -> Iterator[KeptTake]:
    for memory in memories():
        for take in memory.takes:
            if not take.is_original and (take.heard or take.lines):
                sound = take.lines[-1].sound if take.lines else ""
                yield KeptTake(take.name, take_memory.root_of(memory).name, take.heard, sound)


def compare(source: SoundSource, takes: tuple[KeptTake, ...], progress: Progress) -> Likes:
    """The takes by how alike their sounds are. Any thread. Raises UserError, Cancelled."""
    progress.report(0.0, "Reading the sound")
    wanted = likeness(read(source, progress.part(0.0, 0.3)))
    if wanted is None:
        raise UserError(
            f"What {source.name} is like cannot be said.",
            "It is silent or shorter than a second, or weights/sound_likeness is missing: install the full zip again.",
        )
    heard: dict[str, np.ndarray | None] = {}
    found, unknown = [], []
    for number, take in enumerate(takes):
        progress.report(0.3 + 0.7 * number / len(takes), f"Comparing {take.name}")
        vector = kept_vector(take.heard)
        if vector is None:
            if take.sound not in heard:
                heard[take.sound] = _heard_again(take.sound)
            vector = heard[take.sound]
        if vector is None:
            unknown.append(take.name)
        else:
            found.append(Like(take.name, take.character, similarity(wanted.vector, vector)))
    if not found:
        raise UserError(
            "The sounds of the takes are not known any more.", "Put their sound files back in their places."
        )
    found.sort(key=lambda one: (-one.similarity, one.take, one.character))
    notes = [f"Left out, for their sounds are gone, silent or very short: {first_few(unknown)}."] if unknown else []
    if wanted.unfamiliar:
        notes.append(wanted.unfamiliar)
    return Likes(source.name, tuple(found), tuple(notes))


def _heard_again(sound: str) -> np.ndarray | None:
    """What the sound of a take is like that does not remember it; None if its file cannot be read."""
    if not os.path.isfile(sound):  # which answers no to a path that none can have
        return None
    try:
        again = likeness(load(Path(sound)))
    except UserError:
        return None
    return again.vector if again is not None else None
