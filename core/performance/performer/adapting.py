# SPDX-License-Identifier: GPL-3.0-or-later
"""From a folder of recordings to a performer's file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ...errors import UserError
from ...input_files import shown
from ...output_files import require_writable
from ...progress import Progress
from .. import loaded_models
from ..device import ONE, threads
from .fitting import Fit, adapt
from .performer import KIND, LONGEST_NAME, save
from .recordings import read_folder, require_folder

_NOT_IN_NAMES = '/\\:*?"<>|'  # of files on one of the systems


@dataclass(frozen=True)
class Adapted:
    """fit: what was learned. path: where it lies. notes: about the recordings."""

    fit: Fit
    path: Path
    notes: tuple[str, ...]

    @property
    def headline(self) -> str:
        fit = self.fit
        return (
            f"{fit.performer.name}: learned from {fit.seconds / 60:.1f} minutes; on parts that were left out in turn the speaking shapes "
            f"are {fit.after:.3f} off in the mean, {fit.before:.3f} before"
        )

    @property
    def text(self) -> str:
        return "\n".join((f"{self.headline}.", *self.fit.notes, *self.notes, f"Wrote {shown(self.path)}"))


def adapt_folder(folder: Path, name: str, path: Path | None, progress: Progress) -> Adapted:
    """Learn a performer and write the file.

    Args:
        folder: sounds and captured faces, in pairs of one name.
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
    recordings, notes = read_folder(folder, progress.part(0.0, 0.15))
    with threads(ONE):
        fit = adapt(recordings, name, loaded_models.speech_model(), progress.part(0.15, 0.99))
    save(fit.performer, path)
    progress.report(1.0)
    return Adapted(fit, path, tuple(notes))


def _name(given: str, folder: Path) -> str:
    """What the performer is called, which is the file's name, too. Raises UserError for what cannot be one."""
    name = given.strip() or shown(folder.resolve().name)[:LONGEST_NAME] or "performer"
    if len(name) > LONGEST_NAME or any(letter in _NOT_IN_NAMES or not letter.isprintable() for letter in name):
        raise UserError(
            f"“{shown(name)[:40]}” cannot be a performer's name.",
            f"Give up to {LONGEST_NAME} letters, without {' '.join(_NOT_IN_NAMES)}",
        )
    return name
