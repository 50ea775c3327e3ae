# SPDX-License-Identifier: GPL-3.0-or-later
"""Made pieces fill their bars, and a pace says when what comes."""

from __future__ import annotations

import numpy as np
import pytest

from core.training.data.beats.mixing import Pace, mixed, paced
from core.training.data.beats.one_shots import DRUM_PITCHES, KITS, PITCHES, PROGRAMS, OneShots
from core.training.data.beats.patterns import PATTERNS, QUARTERS_A_BAR, made_piece
from core.training.data.dance.midi import DRUMS, Note
from core.training.data.dance.pieces import Piece


@pytest.mark.parametrize("metre", ["4/4", "3/4", "6/8"])
def test_made_pieces_fill_their_bars(metre: str) -> None:
    for seed in range(5):
        piece = made_piece(metre, 8, np.random.default_rng(seed))
        starts = np.array([note.start for note in piece.notes])
        assert piece.metre == metre and len(starts) > 8
        assert starts.min() >= 0.0 and 6.0 * QUARTERS_A_BAR[metre] < starts.max() < 8.0 * QUARTERS_A_BAR[metre]


def test_patterns_are_whole() -> None:
    for pattern in PATTERNS:
        assert len({len(hits) for _, hits in pattern.rows}) == 1, pattern


def test_notes_sound_when_the_pace_says() -> None:
    notes = np.zeros((len(PROGRAMS), len(PITCHES), 100), np.float16)
    drums = np.ones((len(KITS), len(DRUM_PITCHES), 200), np.float16)
    piece = Piece("", (Note(2.0, 0.1, 36, 100, DRUMS),), {}, "4/4", 1.0)
    pace = Pace(np.array([0.0, 8.0]), np.array([0.0, 4.0]))
    sound = mixed(piece, pace, 3.0, OneShots(notes, drums), np.random.default_rng(2))
    assert len(sound) == 48000 and np.flatnonzero(sound)[0] == pytest.approx(16000, abs=800)
    drifting = paced(120.0, 40.0, np.random.default_rng(0))
    assert (np.diff(drifting.seconds) > 0.0).all()
