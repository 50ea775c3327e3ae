# SPDX-License-Identifier: GPL-3.0-or-later
"""WAV files whose header was never completed are read to their end; finished ones are left as they are."""

import struct

import pytest

from core.audio.unfinished import place_of_missing_length, readable


def wav(size: int, data: int, sound: bytes, before: bytes = b"") -> bytes:
    """16-bit mono at 16 kHz. size, data: the two lengths in the header."""
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 16000, 32000, 2, 16)
    return struct.pack("<4sI4s", b"RIFF", size, b"WAVE") + form + before + struct.pack("<4sI", b"data", data) + sound


SOUND = b"\1\0" * 50
LIST = b"LIST\x05\0\0\0INFO!\0"  # of odd length, hence with a byte between


@pytest.mark.parametrize(
    "content, place",
    [
        (wav(0, 0, SOUND), 40),
        (wav(36, 0, SOUND), 40),
        (wav(0, 0, SOUND, LIST), 54),
        (wav(36 + len(SOUND), len(SOUND), SOUND), None),  # finished
        (wav(0, len(SOUND), SOUND), None),  # libsndfile reads it as it is
        (wav(36 + len(LIST), 0, LIST), None),  # empty, and it says so
        (wav(0, 0, b""), None),  # nothing follows
        (wav(0, 0, SOUND)[:30], None),
        (b"RIFF", None),
        (b"RIFF\0\0\0\0WAVE" + 100 * b"\0\0\0\0\0\0\0\0", None),
    ],
)
def test_only_a_length_that_is_missing_is_found(tmp_path, content, place):
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    assert place_of_missing_length(path) == place


@pytest.mark.parametrize("step", [1, 3, 41, 42, 1000])
def test_its_length_is_left_open_however_it_is_read(tmp_path, step):
    path = tmp_path / "a.wav"
    path.write_bytes(wav(0, 0, SOUND))
    read, buffer = b"", bytearray(step)
    with readable(path) as file:
        while count := file.readinto(buffer):
            read += buffer[:count]
    assert read == wav(0, 0xFFFFFFFF, SOUND)
