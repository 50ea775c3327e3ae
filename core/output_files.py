# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that are written where people say: nothing that is there is lost, whatever happens meanwhile.

Checked before an hour's work goes into a file: is there a place for it, is it none of what is read, is what lies there of the same kind.
Then it is written beside its place and takes that only when it is whole: links are followed, permissions kept. What runs left that were
killed meanwhile is swept by the next one that writes into the same folder.
"""

from __future__ import annotations

import logging
import os
import platform
import re
import shutil
import stat
import tempfile
import time
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from .errors import UserError
from .input_files import shown

logger = logging.getLogger(__name__)
MOST_NAME_BYTES = 255  # of every file system that we know
MOST_PATH_BYTES = 1000  # Blender holds 1,023, of which the name meanwhile needs some more
_HEAD_BYTES = 4096  # of a file that is there, by which its kind is known
_STEM = 24  # characters of a name that the file written beside it keeps
_OLD_S = 7 * 24 * 3600.0  # after which a leftover of another machine is nobody's
_UNFINISHED = re.compile(r"\..*\.audio2rig-(?P<machine>[0-9a-f]{8})-(?P<process>\d+)\.\w+@?")  # @: as Blender writes
_ELSEWHERE = "Choose another place."

_unfinished: set[Path] = set()  # what this process is writing


@dataclass(frozen=True)
class Kind:
    """A kind of file. suffixes: how its names end, first as a new one's. begins: where and how a file begins that is one; () for text.
    marks: words of which one stands near the beginning of such a file, in small letters; () where that is not asked."""

    name: str
    suffixes: tuple[str, ...]
    begins: tuple[tuple[int, bytes], ...] = ()
    marks: tuple[bytes, ...] = ()

    def is_another(self, head: bytes) -> bool:
        """Whether a file that begins so is of another kind. What a full disk leaves, nothing or zeros, may be replaced."""
        if not head.strip(b"\0 \t\r\n"):
            return False
        if self.marks:
            written = head.replace(b"\0", b"").lower()  # UTF-16, too
            return not any(mark in written for mark in self.marks)
        if self.begins:
            return not any(head.startswith(begin, at) for at, begin in self.begins)
        if b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):  # but for UTF-16
            return True
        return any(head.startswith(begin, at) for at, begin in _KNOWN)


_BLEND = ((0, b"BLENDER"), (0, b"\x1f\x8b"), (0, b"\x28\xb5\x2f\xfd"))  # as it is, or packed by gzip or Zstandard
_VIDEO = (
    *((4, atom) for atom in (b"ftyp", b"moov", b"mdat", b"free", b"wide", b"skip", b"pnot", b"uuid")),
    (0, b"\x1aE\xdf\xa3"),
    (8, b"AVI "),
)
_SOUND = (
    (8, b"WAVE"),
    (0, b"RF64"),
    (0, b"fLaC"),
    (0, b"OggS"),
    (0, b"ID3"),
    (0, b"\xff\xfb"),
    (0, b"FORM"),
    (0, b"caff"),
)
_OTHERS = (
    (0, b"\x89PNG"),
    (0, b"\xff\xd8\xff"),
    (0, b"%PDF"),
    (0, b"PK\x03\x04"),
    (0, b"Kaydara FBX"),
    (0, b"glTF"),
    (0, b"\x7fELF"),
)
_KNOWN = (*_BLEND, *_VIDEO, *_SOUND, *_OTHERS)
BLEND = Kind("a .blend file", (".blend",), _BLEND)
VIDEO = Kind("a video", (".mp4", ".m4v", ".mov", ".mkv", ".avi", ".webm"), _VIDEO)
MAPPING = Kind("a mapping", (".json",), marks=(b'"keys"', b'"bones"'))
FACE_JSON = Kind("a face as JSON", (".json",), marks=(b"audio2rig-face", b'"names"', b"facsnames", b"blendshape"))
FACE_TABLE = Kind("a face as CSV", (".csv",), marks=(b"timecode", b"eyeblink", b"jawopen"))


def require_writable(path: Path, kind: Kind, inputs: Iterable[Path] = ()) -> None:
    """Raises UserError if nothing can be written at `path`, or something would be lost.

    Args:
        path: where a file is to be written.
        kind: of the file.
        inputs: files that are read, and must stay as they are.
    """
    _require_name(path)
    try:
        if path.is_dir():
            raise UserError(f"{shown(path)} is a folder.", "Name a file in it.")
        target = _target(path)
        if not target.parent.is_dir():
            raise UserError(f"There is no folder {shown(target.parent)}.", "Make it, or choose another place.")
        if target.exists() and not target.is_file():  # a device: it would be replaced
            raise UserError(f"{shown(path)} is no ordinary file.", _ELSEWHERE)
        if path.suffix.lower() not in kind.suffixes:
            raise UserError(
                f"{shown(path.name)} is no name of {kind.name}.", f"End the name with {' or '.join(kind.suffixes)}."
            )
        if any(is_same(target, other) for other in inputs):
            raise UserError(f"{shown(path)} is read for this: it would be lost.", _ELSEWHERE)
        if not os.access(target.parent, os.W_OK) or (target.exists() and not os.access(target, os.W_OK)):
            raise UserError(f"{shown(path)} cannot be written: the place is read-only.", _ELSEWHERE)
        if target.exists() and target.stat().st_size:
            with target.open("rb") as file:
                head = file.read(_HEAD_BYTES)
            if kind.is_another(head):
                raise UserError(f"{shown(path)} is there already, and is not {kind.name}.", _ELSEWHERE)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UserError(f"{shown(path)} cannot be written: {reason}.", _ELSEWHERE) from error


def is_same(one: Path, other: Path) -> bool:
    """Whether two paths lead to the same file, which need not be there: by links, by another spelling."""
    with suppress(OSError, ValueError):
        if one.exists() and other.exists():
            return os.path.samefile(one, other)
    return os.path.normcase(os.path.realpath(one)) == os.path.normcase(os.path.realpath(other))


@contextmanager
def replacing(path: Path, kind: Kind) -> Iterator[Path]:
    """Gives a place beside `path` to write to; what is there in the end takes the place of `path`.

    If the block raises, what was there stays as it was, and nothing is left beside it. Raises OSError.
    """
    target = _target(path)
    sweep(target.parent)
    beside = target.with_name(f".{target.stem[:_STEM]}.audio2rig-{_machine()}-{os.getpid()}{kind.suffixes[0]}")
    if len(os.fsencode(beside.name)) > MOST_NAME_BYTES:  # letters of several bytes
        beside = target.with_name(f".o.audio2rig-{_machine()}-{os.getpid()}{kind.suffixes[0]}")
    _unfinished.add(beside)
    try:
        yield beside
        if not beside.is_file():
            raise OSError("nothing was written")
        with suppress(FileNotFoundError):
            beside.chmod(stat.S_IMODE(target.stat().st_mode))
        os.replace(beside, target)
    finally:
        _remove(beside)
        _unfinished.discard(beside)


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder of this process's own for a while. What killed runs left of theirs goes, too: it may hold somebody's sound."""
    sweep(Path(tempfile.gettempdir()))
    folder = Path(tempfile.mkdtemp(prefix=f".temporary.audio2rig-{_machine()}-{os.getpid()}."))
    _unfinished.add(folder)
    try:
        yield folder
    finally:
        _remove(folder)
        _unfinished.discard(folder)


def write_text(path: Path, kind: Kind, text: str, inputs: Iterable[Path] = ()) -> None:
    """Write a text in UTF-8; an older file there stays until it is whole. Raises UserError."""
    require_writable(path, kind, inputs)
    try:
        with replacing(path, kind) as beside:
            beside.write_text(text, encoding="utf-8", newline="")
    except (OSError, UnicodeEncodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UserError(
            f"{shown(path)} could not be written: {reason}.", "Is the disk full, or the place read-only?"
        ) from error


def remove_unfinished() -> None:
    """Take away what this process was writing: it is about to be ended."""
    for path in tuple(_unfinished):
        _remove(path)


def sweep(folder: Path) -> None:
    """Take away what runs left in a folder that were killed while they wrote."""
    try:
        left = [path for path in folder.iterdir() if path.name.startswith(".") and _UNFINISHED.fullmatch(path.name)]
    except OSError:
        return
    for path in left:
        if path not in _unfinished and _is_left(path):
            logger.info("removed %s, left by a run that was killed", shown(path.name))
            _remove(path)


def _remove(path: Path) -> None:
    for one in (path, path.with_name(f"{path.name}@")):
        with suppress(OSError):
            if one.is_dir() and not one.is_symlink():
                shutil.rmtree(one, ignore_errors=True)
            else:
                one.unlink()


def _is_left(path: Path) -> bool:
    found = _UNFINISHED.fullmatch(path.name)
    if found is None:
        return False
    if found["machine"] == _machine() and os.name != "nt":  # on Windows asking for a process may end it
        return not _runs(int(found["process"]))
    with suppress(OSError):
        return time.time() - path.stat().st_mtime > _OLD_S
    return False


def _runs(process: int) -> bool:
    if process == os.getpid():
        return False  # not among what it writes
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def _machine() -> str:
    """Which machine this is, for folders that several share; not by its name, which may be a person's."""
    return f"{zlib.crc32(platform.node().encode()):08x}"


def _target(path: Path) -> Path:
    """Where a path leads: links are followed, also those to nothing."""
    return Path(os.path.realpath(path))


def _require_name(path: Path) -> None:
    if len(os.fsencode(path.name)) > MOST_NAME_BYTES or len(os.fsencode(path.absolute())) > MOST_PATH_BYTES:
        raise UserError(
            f"The path {shown(path)[:60]}… is too long: a name has at most {MOST_NAME_BYTES} bytes, a path {MOST_PATH_BYTES}.",
            "Choose a shorter one.",
        )
