# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that people name: there, an ordinary file, and not too long to be read at once."""

from __future__ import annotations

import os
from pathlib import Path

from .errors import UserError
from .private_paths import without_home
from .text_files import decoded

MOST_FILES = 500_000  # in a folder: OpenPose writes one a frame
MOST_TEXT_BYTES = 64_000_000  # a jobs file, a mapping, a transcript: more than any that was written for this


def shown(path: Path | str) -> str:
    """A path as it can be printed and logged anywhere: bytes of a name that are no UTF-8 show as a sign of their own, home as ~."""
    try:
        content = os.fsencode(path)
    except UnicodeEncodeError:  # half of a character, which no file's name has
        content = os.fspath(path).encode("utf-8", "replace")
    return without_home(content.decode("utf-8", "replace"))


def is_folder(path: Path) -> bool:
    """Whether a folder is there; no for a name that none can have."""
    return os.path.isdir(path)  # a path's own `is_dir` raises for some


def listed_folder(folder: Path, hint: str, most: int = MOST_FILES) -> list[Path]:
    """What lies in a folder. Raises UserError.

    Args:
        folder: there, as far as is known.
        hint: what to do where it cannot be used.
        most: how much may lie in it.
    """
    found: list[Path] = []
    try:
        for path in folder.iterdir():
            found.append(path)
            if len(found) > most:
                raise UserError(f"{shown(folder)} holds more than {most} files.", hint)
    except OSError as error:
        raise UserError(f"{shown(folder)} cannot be looked into: {error.strerror or error}.", hint) from error
    return found


def require_file(path: Path, what: str = "file", hint: str = "Check the path.") -> None:
    """Raise UserError unless `path` is an ordinary file that can be read: opening a pipe would wait for ever, a device never ends.

    Args:
        path: what was named.
        what: what it should be, in words.
        hint: what to do where there is none.
    """
    name = shown(path.name)
    try:
        if not path.exists():
            raise UserError(f"There is no {what} at {shown(path)}.", hint)
        if path.is_dir():
            raise UserError(f"{shown(path)} is a folder.", f"Choose one {what} inside it.")
        if not path.is_file():
            raise UserError(f"{name} is no ordinary file but a pipe or a device.", f"Choose a {what} on a disk.")
        with path.open("rb"):
            pass
    except (OSError, ValueError) as error:  # ValueError: a name with a zero in it
        reason = getattr(error, "strerror", None) or error
        raise UserError(
            f"{name[:100]} cannot be opened: {reason}.",
            "Check that you may read the file and that no other program holds it.",
        ) from error


def read_text(path: Path, what: str, hint: str, most_bytes: int = MOST_TEXT_BYTES) -> str:
    """The text of a file, as people's programs save it (see `text_files.decoded`). Raises UserError.

    Args:
        path: the file.
        what: what it should be, in words.
        hint: what to do where it is not that.
        most_bytes: how long it may be.
    """
    require_file(path, what, hint)
    name = shown(path.name)
    try:
        with path.open("rb") as file:
            content = file.read(most_bytes + 1)  # not what the file system says: that may be anything, as in /proc
        if len(content) > most_bytes:
            raise UserError(f"{name} has more than {most_bytes / 1e6:.0f} MB, too much for a {what}.", hint)
        return decoded(content)
    except OSError as error:
        raise UserError(f"{name} cannot be read: {error.strerror or error}.", hint) from error
    except UnicodeDecodeError as error:
        raise UserError(f"{name} is no text.", hint) from error
