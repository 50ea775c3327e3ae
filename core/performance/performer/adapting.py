# SPDX-License-Identifier: GPL-3.0-or-later
"""From a folder of recordings to a performer's file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from ...errors import UserError
from ...input_files import shown
from ...output_files import require_writable
from ...progress import Progress
from .. import loaded_models
from ..device import ONE, threads
from .body_fitting import BodyFit, adapt_body
from .fitting import Fit, adapt
from .performer import KIND, LONGEST_NAME, Performer, save
from .recordings import Takes, read_folder, require_folder

_NOT_IN_NAMES = '/\\:*?"<>|'  # of files on one of the systems


@dataclass(frozen=True)
class Adapted:
    """performer: what was learned. face, body: how, None where there was none. path: where it lies. notes: about the recordings."""

    performer: Performer
    face: Fit | None
    body: BodyFit | None
    path: Path
    notes: tuple[str, ...]

    @property
    def headline(self) -> str:
        said = []
        if self.face is not None:
            said.append(
                f"face from {self.face.seconds / 60:.1f} minutes; on parts that were left out in turn the speaking shapes "
                f"are {self.face.after:.3f} off in the mean, {self.face.before:.3f} before"
            )
        if self.body is not None:
            said.append(f"body from {self.body.ways.minutes:.1f} minutes")
        return f"{self.performer.name}: learned {'; '.join(said)}"

    @property
    def said(self) -> tuple[str, ...]:
        """Sentences about what was learned and about the recordings."""
        return (*(note for one in (self.face, self.body) if one is not None for note in one.notes), *self.notes)

    @property
    def text(self) -> str:
        return "\n".join((f"{self.headline}.", *self.said, f"Wrote {shown(self.path)}"))


def adapt_folder(folder: Path, name: str, path: Path | None, progress: Progress) -> Adapted:
    """Learn a performer and write the file.

    Args:
        folder: sounds with captured faces and bodies of one name.
        name: of the performer; "": the folder's.
        path: of the file; None: in the folder, called as the performer.
        progress: is told how far it is.

    Raises:
        UserError: nothing can be used, there is too little, or the file cannot be written.
        Cancelled: when progress says so; nothing is written then.
    """
    require_folder(folder)
    name = _name(name, folder)
    path = path or folder / f"{name}{KIND.suffixes[0]}"
    require_writable(path, KIND)
    takes = read_folder(folder, progress.part(0.0, 0.15))
    face, body, notes = _learned(takes, name, progress.part(0.15, 0.99))
    ways = body.ways if body is not None else None
    performer = Performer.of_body(name, ways) if face is None and ways is not None else None
    if face is not None:
        performer = replace(face.performer, body=ways)
    assert performer is not None  # else there was an error
    save(performer, path)
    progress.report(1.0)
    return Adapted(performer, face, body, path, notes)


def _learned(takes: Takes, name: str, progress: Progress) -> tuple[Fit | None, BodyFit | None, tuple[str, ...]]:
    """Face and body, as far as there are any, and sentences. Raises UserError where there is neither."""
    face, body, notes, failed = None, None, list(takes.notes), []
    shared = 0.5 if takes.faces and takes.bodies else 1.0
    with threads(ONE):
        if takes.faces:
            try:
                face = adapt(takes.faces, name, loaded_models.speech_model(), progress.part(0.0, shared))
            except UserError as error:
                failed.append(error)
        if takes.bodies:
            try:
                body = adapt_body(takes.bodies, name, progress.part(1.0 - shared, 1.0))
            except UserError as error:
                failed.append(error)
    if face is None and body is None:
        raise failed[0]
    notes += [f"{'The body' if body is None else 'The face'} was not learned: {error}" for error in failed]
    return face, body, tuple(notes)


def _name(given: str, folder: Path) -> str:
    """What the performer is called, which is the file's name, too. Raises UserError for what cannot be one."""
    name = given.strip() or shown(folder.resolve().name)[:LONGEST_NAME] or "performer"
    if len(name) > LONGEST_NAME or any(letter in _NOT_IN_NAMES or not letter.isprintable() for letter in name):
        raise UserError(
            f"“{shown(name)[:40]}” cannot be a performer's name.",
            f"Give up to {LONGEST_NAME} letters, without {' '.join(_NOT_IN_NAMES)}",
        )
    return name
