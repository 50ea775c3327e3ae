# SPDX-License-Identifier: GPL-3.0-or-later
"""Rendered music at many tempi, kept as the numbers that the motion GPT hears.

Beats and bars are those of the notes, not heard: where an analysis of one piece is wrong, no dance should be learned with it.
The bar's beginning is moved by some beats in half of the pieces, since by ear it is often uncertain.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import numpy as np

from ....audio.clip import RATE_HZ
from ....audio.music.analysis import MusicAnalysis, analyse
from ....audio.music.dance_features import dance_features
from ....audio.music.metre import Bars
from ..array_store import ArrayStore
from .pieces import grooves, random_piece, tunes
from .rendering import rendered

log = logging.getLogger(__name__)

TEMPI_BPM = tuple(range(75, 145, 5))
KINDS = ("drums", "tune", "both")
TOKENS = 120  # 16 s
TOKEN_RATE_HZ = 7.5
FRAME_RATE_HZ = 60.0
# Where a dance begins in a piece: bars from its beginning, and frames after the beat, so that beats fall anywhere in a token.
BEGINNINGS = ((0, 0), (1, 2), (2, 4), (4, 6))
PIECES = {"train": 3, "validation": 1}  # of each kind at each tempo
_BEATS_A_BAR = 4


@dataclass(frozen=True, eq=False)
class MusicBank(ArrayStore):
    """features: float16 (m, BEGINNINGS, TOKENS, 52). bpm: (m,). kinds, names, splits: (m,)."""

    compressed: ClassVar[bool] = True
    features: np.ndarray
    bpm: np.ndarray
    kinds: np.ndarray
    names: np.ndarray
    splits: np.ndarray

    def at_tempo(self, bpm: float, split: str) -> np.ndarray:
        """Indices of the pieces at a tempo."""
        return np.flatnonzero((self.bpm == bpm) & (self.splits == split))


def beginning_s(index: int, bpm: float) -> float:
    """Where in a piece a dance of `BEGINNINGS[index]` begins."""
    bars, frames = BEGINNINGS[index]
    return bars * _BEATS_A_BAR * 60.0 / bpm + frames / FRAME_RATE_HZ


def exactly(music: MusicAnalysis, bpm: float, first: int) -> MusicAnalysis:
    """What was heard, with the beats that the notes have; bar lines moved by so many beats."""
    beats = np.arange(0.0, music.heard.seconds + 60.0, 60.0 / bpm)
    return replace(music, bpm=np.full_like(music.bpm, bpm), beats_s=beats, bars=Bars("4/4", _BEATS_A_BAR, first))


def piece_features(samples: np.ndarray, bpm: float, first: int) -> np.ndarray:
    """A rendered piece, (N,) at 16 kHz → float16 (BEGINNINGS, TOKENS, 52)."""
    longest = int(RATE_HZ * (beginning_s(len(BEGINNINGS) - 1, bpm) + TOKENS / TOKEN_RATE_HZ + 1.0))
    music = exactly(analyse(samples[:longest]), bpm, first)
    rows = [dance_features(music, TOKENS, beginning_s(index, bpm)) for index in range(len(BEGINNINGS))]
    return np.stack(rows).astype(np.float16)


def prepared(path: Path, folder: Path, seed: int = 50) -> MusicBank:
    """The bank at a path, rendered if it is not there: some ten minutes."""
    if path.is_file():
        return MusicBank.read(path)
    random = np.random.default_rng(seed)
    all_tunes = tunes(folder)
    rows = []
    for split, count in PIECES.items():
        own, drums = [tune for tune in all_tunes if tune.split == split], grooves(folder, split)
        for bpm in TEMPI_BPM:
            for kind in KINDS * count:
                piece = random_piece(kind, own, drums, random)
                first = int(random.integers(_BEATS_A_BAR)) if random.random() < 0.5 else 0
                rows.append((piece_features(rendered(piece, bpm), bpm, first), bpm, kind, piece.name, split))
            log.info("music: %s at %d beats a minute", split, bpm)
    features, bpms, kinds, names, splits = zip(*rows, strict=True)
    bank = MusicBank(np.stack(features), np.array(bpms, np.float32), np.array(kinds), np.array(names), np.array(splits))
    bank.write(path)
    return bank
