# SPDX-License-Identifier: GPL-3.0-or-later
"""Plain WAV files (PCM of 8 to 32 bits, float) in NumPy alone, and what the header of one promises."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE
_OPEN_ENDED = {0, 0x7FFFFFFF, 0x7FFFF000, 0x80000000, 0xFFFFFFFF}  # written by programs that stream to a pipe


@dataclass(frozen=True)
class WavHeader:
    """format_tag: PCM or FLOAT (already looked up for EXTENSIBLE) or another number. frames: that are in the file;
    promised_frames: that the header speaks of (equal to frames where it leaves that open)."""

    format_tag: int
    channels: int
    rate_hz: int
    bits: int
    frame_bytes: int
    data_offset: int
    frames: int
    promised_frames: int

    @property
    def plain(self) -> bool:
        """Whether `read_blocks` can read it."""
        sizes = {PCM: (8, 16, 24, 32), FLOAT: (32, 64)}.get(self.format_tag, ())
        return (
            self.bits in sizes
            and self.channels > 0
            and self.rate_hz > 0
            and self.frame_bytes == self.channels * self.bits // 8
        )


def read_header(path: Path) -> WavHeader | None:
    """The header, or None where the file is no RIFF WAVE or breaks off before its data."""
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(12)
        if len(start) < 12 or start[:4] != b"RIFF" or start[8:] != b"WAVE":
            return None
        form = None
        while len(head := file.read(8)) == 8:
            name, length = head[:4], struct.unpack("<I", head[4:])[0]
            if name == b"fmt ":
                body = file.read(length + (length & 1))
                if len(body) < 16:
                    return None
                tag, channels, rate_hz, _, frame_bytes, bits = struct.unpack("<HHIIHH", body[:16])
                if tag == EXTENSIBLE and len(body) >= 26:
                    tag = struct.unpack("<H", body[24:26])[0]
                form = (tag, channels, rate_hz, bits, frame_bytes)
            elif name == b"data":
                if form is None or form[4] == 0:
                    return None
                tag, channels, rate_hz, bits, frame_bytes = form
                there = max(0, size - file.tell())
                # a length of 0 is open-ended only where something follows that is no further chunk
                open_ended = length in _OPEN_ENDED and (length > 0 or there > 64)
                promised = there if open_ended else length
                return WavHeader(
                    tag,
                    channels,
                    rate_hz,
                    bits,
                    frame_bytes,
                    file.tell(),
                    min(there, promised) // frame_bytes,
                    promised // frame_bytes,
                )
            else:
                file.seek(length + (length & 1), 1)
    return None


def read_blocks(path: Path, header: WavHeader, frames: int = 1 << 18) -> Iterator[np.ndarray]:
    """float32 (up to `frames`, channels), one after another; full scale is 1."""
    with path.open("rb") as file:
        file.seek(header.data_offset)
        left = header.frames
        while left > 0:
            raw = file.read(min(left, frames) * header.frame_bytes)
            count = len(raw) // header.frame_bytes
            if count == 0:
                return
            left -= count
            yield _to_float(raw[: count * header.frame_bytes], header).reshape(count, header.channels)


def _to_float(raw: bytes, header: WavHeader) -> np.ndarray:
    if header.format_tag == FLOAT:
        with np.errstate(over="ignore"):
            return np.frombuffer(raw, "<f4" if header.bits == 32 else "<f8").astype(np.float32)
    if header.bits == 8:
        return (np.frombuffer(raw, np.uint8).astype(np.float32) - 128.0) / 128.0
    if header.bits == 24:
        wide = np.zeros((len(raw) // 3, 4), np.uint8)
        wide[:, 1:] = np.frombuffer(raw, np.uint8).reshape(-1, 3)
        return wide.view("<i4")[:, 0].astype(np.float32) / 2147483648.0
    return np.frombuffer(raw, f"<i{header.bits // 8}").astype(np.float32) / float(1 << (header.bits - 1))
