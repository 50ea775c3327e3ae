# SPDX-License-Identifier: GPL-3.0-or-later
"""What kind of file a sound comes in, by its first bytes; and how many tracks of sound and of pictures a video has, by its headers
(MP4 and MOV, Matroska and WebM, AVI)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_LARGEST_HEADER = 1 << 26  # bytes; more than any that a camera writes
_MATROSKA_SEGMENT, _MATROSKA_TRACKS, _MATROSKA_CLUSTER = 0x18538067, 0x1654AE6B, 0x1F43B675
_MATROSKA_ENTRY, _MATROSKA_TYPE = 0xAE, 0x83


@dataclass(frozen=True)
class Tracks:
    """How many there are of each kind."""

    sound: int
    pictures: int


def kind_of(path: Path) -> str:
    """What the first bytes say: wav, flac, ogg, mp3, aiff, mp4, aac, webm, avi, wma, caf, au, rf64, or "" for others."""
    with path.open("rb") as file:
        head = file.read(16)
    for start, kind in (
        (b"fLaC", "flac"),
        (b"OggS", "ogg"),
        (b"ID3", "mp3"),
        (b"RF64", "rf64"),
        (b"caff", "caf"),
        (b".snd", "au"),
        (b"\x1aE\xdf\xa3", "webm"),
        (b"0&\xb2u\x8ef\xcf\x11", "wma"),
    ):
        if head.startswith(start):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "wav"
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return "avi"
    if head[:4] == b"FORM" and head[8:11] == b"AIF":
        return "aiff"
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide"):  # the last three: QuickTime of old
        return "mp4"
    if len(head) > 2 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        return "aac" if head[1] & 0x06 == 0 else "mp3"
    return ""


def count_tracks(path: Path, kind: str) -> Tracks | None:
    """What the headers of a file promise; None where they cannot be read. kind: as `kind_of` says."""
    counters = {"mp4": _in_mp4, "webm": _in_matroska, "avi": _in_avi}
    if kind not in counters:
        return None
    try:
        with path.open("rb") as file:
            found = counters[kind](file)
    except (OSError, struct.error, IndexError):
        return None
    return found if found is not None and (found.sound or found.pictures) else None


def _counted(kinds: Iterator[bytes | int], sound: bytes | int, pictures: bytes | int) -> Tracks:
    found = list(kinds)
    return Tracks(found.count(sound), found.count(pictures))


# ------------------------------------------------------------------------------------------------------------ MP4, MOV


def mp4_length_s(path: Path) -> float | None:
    """How long a film lasts by its index; None where that is missing, as of one whose writing was broken off, or the pictures are."""
    size = path.stat().st_size
    with path.open("rb") as file:
        try:
            movie, is_whole = _mp4_movie(file, size)
            header = next((body for name, body in _mp4_boxes(movie or b"") if name == b"mvhd"), None)
            if header is None or not is_whole:
                return None
            scale, lasts = struct.unpack_from(">IQ" if header[0] == 1 else ">II", header, 20 if header[0] == 1 else 12)
        except (struct.error, IndexError):
            return None
    return lasts / scale if scale else None


def _mp4_movie(file: BinaryIO, size: int) -> tuple[bytes | None, bool]:
    """The movie box of a file of so many bytes, and whether every box ends within it."""
    movie, at = None, 0
    while at + 8 <= size:
        file.seek(at)
        length, name = struct.unpack(">I4s", file.read(8))
        if length == 1:
            length = struct.unpack(">Q", file.read(8))[0]
        if length < 8:
            return movie, False
        if name == b"moov":
            movie = file.read(min(length - 8, _LARGEST_HEADER))
        at += length
    return movie, at == size


def _in_mp4(file: BinaryIO) -> Tracks | None:
    while len(head := file.read(8)) == 8:
        length, name = struct.unpack(">I4s", head)
        rest = length - 8
        if length == 1:
            rest = struct.unpack(">Q", file.read(8))[0] - 16
        if name == b"moov":
            return _counted(_mp4_handlers(file.read(min(rest, _LARGEST_HEADER))), b"soun", b"vide")
        if length == 0 or rest < 0:  # the box goes on to the end of the file
            return None
        file.seek(rest, 1)
    return None


def _mp4_handlers(movie: bytes) -> Iterator[bytes]:
    """What handles each track of a movie box."""
    for name, body in _mp4_boxes(movie):
        if name == b"trak":
            for _, media in (box for box in _mp4_boxes(body) if box[0] == b"mdia"):
                yield from (handler[8:12] for name, handler in _mp4_boxes(media) if name == b"hdlr")


def _mp4_boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        if length < 8:
            return
        yield name, data[at + 8 : at + length]
        at += length


# ------------------------------------------------------------------------------------------------------ Matroska, WebM


def _in_matroska(file: BinaryIO) -> Tracks | None:
    while (element := _matroska_head(file)) is not None:
        name, length = element
        if name == _MATROSKA_SEGMENT:  # go into it
            continue
        if name == _MATROSKA_CLUSTER or length is None:
            return None
        if name == _MATROSKA_TRACKS:
            return _counted(_matroska_types(file, file.tell() + min(length, _LARGEST_HEADER)), 2, 1)
        file.seek(length, 1)
    return None


def _matroska_types(file: BinaryIO, end: int) -> Iterator[int]:
    while file.tell() < end and (element := _matroska_head(file)) is not None:
        name, length = element
        if name == _MATROSKA_ENTRY:  # go into it
            continue
        body = file.read(min(length or 0, _LARGEST_HEADER))
        if name == _MATROSKA_TYPE:
            yield int.from_bytes(body, "big")


def _matroska_head(file: BinaryIO) -> tuple[int, int | None] | None:
    """Name and length of the next element; the length is None where it is left open. None at the end."""
    name = _matroska_number(file, keep_marker=True)
    length = _matroska_number(file, keep_marker=False)
    if name is None or length is None:
        return None
    number, bits = length
    return name[0], (None if number == (1 << bits) - 1 else number)


def _matroska_number(file: BinaryIO, keep_marker: bool) -> tuple[int, int] | None:
    """A number of variable size and how many bits it has; the leading zeros of its first byte tell how many bytes follow."""
    first = file.read(1)
    if not first or first[0] == 0:
        return None
    more = 8 - first[0].bit_length()
    bits = 7 * (more + 1)
    number = int.from_bytes(first + file.read(more), "big")
    return (number if keep_marker else number & ((1 << bits) - 1)), bits


# ----------------------------------------------------------------------------------------------------------------- AVI


def _in_avi(file: BinaryIO) -> Tracks | None:
    file.seek(12)
    name, length, form = struct.unpack("<4sI4s", file.read(12))
    if name != b"LIST" or form != b"hdrl":
        return None
    return _counted(_avi_streams(file.read(min(length - 4, _LARGEST_HEADER))), b"auds", b"vids")


def _avi_streams(headers: bytes) -> Iterator[bytes]:
    """What each stream list of the headers says that it holds."""
    at = 0
    while at + 8 <= len(headers):
        name, length = struct.unpack_from("<4sI", headers, at)
        if name == b"LIST" and headers[at + 8 : at + 16] == b"strlstrh":
            yield headers[at + 20 : at + 24]
        at += 8 + length + (length & 1)
