# SPDX-License-Identifier: GPL-3.0-or-later
"""Notes to MIDI files and back."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import UserError
from core.training.data.dance.midi import DRUMS, Note, midi_file, read_notes


def test_notes_come_back(tmp_path: Path) -> None:
    notes = [
        Note(0.0, 1.0, 60, 90, 0),
        Note(0.0, 0.25, 36, 120, DRUMS),
        Note(0.5, 200.0, 64, 1, 1),
        Note(1.0, 0.5, 60, 80, 0),
    ]
    path = tmp_path / "piece.mid"
    path.write_bytes(midi_file(notes, 96.0, {0: 40, 1: 0}))
    assert sorted(read_notes(path), key=str) == sorted(notes, key=str)


def test_running_status_and_meta_events_are_read(tmp_path: Path) -> None:
    track = b"\x00\xff\x03\x04name\x00\x99\x24\x40\x81\x70\x26\x40\x00\x24\x00\x00\x26\x00\x00\xff\x2f\x00"
    path = tmp_path / "drums.mid"
    path.write_bytes(b"MThd\x00\x00\x00\x06\x00\x00\x00\x01\x00\xf0MTrk" + len(track).to_bytes(4, "big") + track)
    assert read_notes(path) == [Note(0.0, 1.0, 36, 64, DRUMS), Note(1.0, 1.0 / 240.0, 38, 64, DRUMS)]


@pytest.mark.parametrize(
    "data", [b"", b"RIFF....WAVE", b"MThd\x00\x00\x00\x06\x00\x00\x00\x01\x00\xf0MTrk\x00\x00\x00\x09\x00\x99\x24"]
)
def test_what_is_no_midi_file_is_said(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "other.mid"
    path.write_bytes(data)
    with pytest.raises(UserError):
        read_notes(path)
