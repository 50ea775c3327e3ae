# SPDX-License-Identifier: GPL-3.0-or-later
"""Standard MIDI files: notes out of them, and notes into them, in quarters."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ....errors import UserError

DRUMS = 9  # the channel of General MIDI's drum kit
_TICKS = 480  # of a quarter, in files that we write
# Bytes that follow a status byte's upper half.
_LENGTHS = {0x8: 2, 0x9: 2, 0xA: 2, 0xB: 2, 0xC: 1, 0xD: 1, 0xE: 2}


@dataclass(frozen=True)
class Note:
    """start and duration in quarters; pitch and velocity 0 to 127; channel 0 to 15."""

    start: float
    duration: float
    pitch: int
    velocity: int = 90
    channel: int = 0


def _number(value: int) -> bytes:
    """A variable-length quantity."""
    parts = [value & 0x7F]
    while value := value >> 7:
        parts.append(value & 0x7F | 0x80)
    return bytes(reversed(parts))


def midi_file(notes: Sequence[Note], bpm: float, programs: dict[int, int]) -> bytes:
    """A file of format 0.

    Args:
        notes: in any order.
        bpm: quarters a minute.
        programs: channel → General MIDI program, 0 to 127.
    """
    events: list[tuple[int, int, bytes]] = []
    for note in notes:
        start, end = round(note.start * _TICKS), round((note.start + note.duration) * _TICKS)
        events.append((start, 1, bytes((0x90 | note.channel, note.pitch, note.velocity))))
        events.append((max(end, start + 1), 0, bytes((0x80 | note.channel, note.pitch, 0))))
    track = b"\x00\xff\x51\x03" + round(6e7 / bpm).to_bytes(3, "big")
    track += b"".join(b"\x00" + bytes((0xC0 | channel, program)) for channel, program in programs.items())
    now = 0
    for tick, _, data in sorted(events):
        track += _number(tick - now) + data
        now = tick
    track += b"\x00\xff\x2f\x00"
    return b"MThd" + struct.pack(">IHHH", 6, 0, 1, _TICKS) + b"MTrk" + struct.pack(">I", len(track)) + track


def read_notes(path: Path) -> list[Note]:
    """All notes of a file of format 0 or 1, in the order of their starts. Raises UserError for what is no such file."""
    data = path.read_bytes()
    if data[:4] != b"MThd" or len(data) < 14:
        raise UserError(f"{path.name} is no MIDI file.", "Check the path.")
    ticks = struct.unpack(">H", data[12:14])[0]
    notes: list[Note] = []
    try:
        at = 8 + struct.unpack(">I", data[4:8])[0]
        while at + 8 <= len(data):
            length = struct.unpack(">I", data[at + 4 : at + 8])[0]
            if data[at : at + 4] == b"MTrk":
                notes += _track(data[at + 8 : at + 8 + length], float(ticks))
            at += 8 + length
    except (IndexError, struct.error, KeyError) as error:
        raise UserError(f"{path.name} is damaged: {error}.", "Take another copy of it.") from error
    return sorted(notes, key=lambda note: (note.start, note.pitch))


def _track(data: bytes, ticks: float) -> Iterator[Note]:
    sounding: dict[tuple[int, int], tuple[int, int]] = {}
    for tick, status, values in _events(data):
        kind, channel = status >> 4, status & 0xF
        if kind not in (0x8, 0x9):
            continue
        key = (channel, values[0])
        if key in sounding:
            start, velocity = sounding.pop(key)
            yield Note(start / ticks, max(tick - start, 1) / ticks, key[1], velocity, channel)
        if kind == 0x9 and values[1]:
            sounding[key] = (tick, values[1])


def _events(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Tick, status, data bytes of a track's channel events."""
    at, tick, status = 0, 0, 0

    def quantity() -> int:
        nonlocal at
        value = 0
        while True:
            byte = data[at]
            at += 1
            value = value << 7 | byte & 0x7F
            if byte < 0x80:
                return value

    while at < len(data):
        tick += quantity()
        if data[at] >= 0x80:
            status = data[at]
            at += 1
        if status == 0xFF:
            at += 1
        if status in (0xF0, 0xF7, 0xFF):
            length = quantity()
            at += length
            continue
        length = _LENGTHS[status >> 4]
        yield tick, status, data[at : at + length]
        at += length
