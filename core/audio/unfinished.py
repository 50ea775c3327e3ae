# SPDX-License-Identifier: GPL-3.0-or-later
"""WAV files that nobody finished: a recorder that was stopped hard, or that wrote to a stream, leaves a header that says 0 bytes."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_MOST_CHUNKS = 64  # before the sound; those that recorders write are a handful
_TO_THE_END = b"\xff\xff\xff\xff"  # the length that libsndfile takes for "whatever there is"


class _ToItsEnd(io.FileIO):
    """A WAV file that reads as if its header left the length of its sound open. at: of the four bytes that say it."""

    def __init__(self, path: Path, at: int):
        super().__init__(path)
        self._at = at

    def readinto(self, buffer, /) -> int:
        begin = self.tell()
        count = super().readinto(buffer) or 0
        for place, byte in enumerate(_TO_THE_END, self._at - begin):
            if 0 <= place < count:
                memoryview(buffer).cast("B")[place] = byte
        return count


@contextmanager
def readable(path: Path) -> Iterator[str | io.FileIO]:
    """What soundfile is given to read a file: its path, or that of an unfinished WAV file as it should have been finished."""
    at = place_of_missing_length(path)
    if at is None:
        yield str(path)
        return
    with _ToItsEnd(path, at) as file:
        yield file


def place_of_missing_length(path: Path) -> int | None:
    """Where a WAV file says that its sound is 0 bytes long, although some follow; None for all others. One that is really empty
    has a header that knows how long the file is."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(12)
        if (
            len(head) < 12
            or head[:4] != b"RIFF"
            or head[8:] != b"WAVE"
            or struct.unpack("<I", head[4:8])[0] == size - 8
        ):
            return None
        for _ in range(_MOST_CHUNKS):
            chunk = file.read(8)
            if len(chunk) < 8:
                return None
            name, length = struct.unpack("<4sI", chunk)
            if name == b"data":
                return file.tell() - 4 if length == 0 and file.tell() < size else None
            file.seek(length + length % 2, 1)
    return None
