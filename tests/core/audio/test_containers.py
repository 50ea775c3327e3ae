# SPDX-License-Identifier: GPL-3.0-or-later
"""Videos with no sound track, one or several: counted by their headers, and read by the host's decoder."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from core.audio.containers import Tracks, count_tracks, kind_of
from core.audio.decoding import load
from core.errors import UserError


def box(name: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return struct.pack(">I4s", 8 + len(body), name) + body


def mp4(*kinds: bytes, movie_last: bool = False) -> bytes:
    tracks = (
        box(
            b"trak",
            box(b"tkhd", bytes(84)),
            box(b"mdia", box(b"mdhd", bytes(24)), box(b"hdlr", bytes(8), kind, bytes(13))),
        )
        for kind in kinds
    )
    movie, data = box(b"moov", box(b"mvhd", bytes(100)), *tracks), box(b"mdat", bytes(999))
    start = box(b"ftyp", b"isom", bytes(12))
    return start + data + movie if movie_last else start + movie + data


def element(name: int, content: bytes, length: bytes | None = None) -> bytes:
    size = length or (0x10000000 | len(content)).to_bytes(4, "big")
    return name.to_bytes((name.bit_length() + 7) // 8, "big") + size + content


def matroska(*kinds: int, open_ended: bool = False) -> bytes:
    entries = b"".join(element(0xAE, element(0xD7, b"\x01") + element(0x83, bytes([kind]))) for kind in kinds)
    body = element(0x1549A966, bytes(30)) + element(0x1654AE6B, entries) + element(0x1F43B675, bytes(500))
    length = b"\x01" + b"\xff" * 7 if open_ended else None
    return element(0x1A45DFA3, bytes(20)) + element(0x18538067, body, length)


def chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + bytes(len(body) & 1)


def avi(*kinds: bytes) -> bytes:
    streams = (chunk(b"LIST", b"strl" + chunk(b"strh", kind + bytes(52)) + chunk(b"strf", bytes(41))) for kind in kinds)
    headers = chunk(b"LIST", b"hdrl" + chunk(b"avih", bytes(56)) + b"".join(streams))
    return chunk(b"RIFF", b"AVI " + headers + chunk(b"LIST", b"movi" + bytes(400)))


PICTURES_AND_TWO_SOUNDS = {
    "mp4": mp4(b"vide", b"soun", b"soun"),
    "mp4 for the web": mp4(b"soun", b"vide", b"soun", movie_last=True),
    "mkv": matroska(1, 2, 17, 2),
    "webm": matroska(2, 2, 1, open_ended=True),
    "avi": avi(b"vids", b"auds", b"auds"),
}
PICTURES_ALONE = {"mp4": mp4(b"vide", movie_last=True), "mkv": matroska(1), "avi": avi(b"vids")}


def written(tmp_path, content: bytes):
    path = tmp_path / "film.bin"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("content", PICTURES_AND_TWO_SOUNDS.values(), ids=PICTURES_AND_TWO_SOUNDS)
def test_tracks_are_counted(tmp_path, content):
    path = written(tmp_path, content)
    assert count_tracks(path, kind_of(path)) == Tracks(sound=2, pictures=1)


@pytest.mark.parametrize("content", PICTURES_AND_TWO_SOUNDS.values(), ids=PICTURES_AND_TWO_SOUNDS)
@pytest.mark.parametrize("share", [0.03, 0.2, 0.5, 0.9])
def test_headers_that_break_off_are_no_reason_to_fail(tmp_path, content, share):
    path = written(tmp_path, content[: int(share * len(content))])
    found = count_tracks(path, kind_of(path))
    assert found is None or found.sound <= 2


@pytest.mark.parametrize("content", PICTURES_ALONE.values(), ids=PICTURES_ALONE)
@pytest.mark.parametrize("decoder", [None, lambda path, track: (np.zeros((0, 1)), 48000.0)])
def test_a_video_without_sound_is_called_so(tmp_path, content, decoder):
    with pytest.raises(UserError, match="video without sound"):
        load(written(tmp_path, content), host_decoder=decoder)


def decoder_of(*tracks: float):
    """A host's decoder of a file whose tracks have these levels, NaN for one that cannot be read."""

    def decode(path, track):
        if np.isnan(tracks[track]):
            raise RuntimeError("no codec")
        time_s = np.arange(48000) / 48000.0
        return (tracks[track] * np.sin(2.0 * np.pi * 300.0 * time_s)).astype(np.float32)[:, None], 48000.0

    return decode


@pytest.mark.parametrize(
    ("levels", "used", "said"),
    [((0.5, 0.2), 0.5, "the first is used"), ((0.0, 0.2), 0.2, "track 2 is used"), ((np.nan, 0.3), 0.3, "track 2")],
)
def test_of_several_tracks_the_first_that_sounds(tmp_path, levels, used, said):
    clip = load(written(tmp_path, PICTURES_AND_TWO_SOUNDS["mp4"]), host_decoder=decoder_of(*levels))
    assert np.abs(clip.samples).max() == pytest.approx(used, rel=0.05)
    assert any(said in warning and "2 sound tracks" in warning for warning in clip.warnings)


def test_the_sequencer_plays_the_first_alone(tmp_path):
    path = written(tmp_path, PICTURES_AND_TWO_SOUNDS["mkv"])
    with pytest.raises(UserError, match="is silent.*first of 2 sound tracks") as caught:
        load(path, host_decoder=decoder_of(0.0, 0.5), as_played=True)
    assert "Choose the file itself" in caught.value.hint


def test_one_track_needs_no_words(tmp_path):
    clip = load(written(tmp_path, mp4(b"vide", b"soun")), host_decoder=decoder_of(0.5))
    assert not clip.warnings
