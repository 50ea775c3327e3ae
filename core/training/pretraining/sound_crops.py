# SPDX-License-Identifier: GPL-3.0-or-later
"""Crops of sounds with their units and with what a teacher makes of them.

Shapes: B crops, T mel columns of 10 ms, D numbers of an embedding.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ...models.pretraining.encoders import COLUMNS
from ..data.pretraining.store import PretrainingStore
from .sound_units import UNIT_COLUMNS, SoundUnits

MUSIC_SHARE = 0.08  # of the crops


@dataclass(frozen=True, eq=False)
class SoundCrops:
    """mel (B, T, 80), levelled; units int (B, T / 2), -1 unknown; embedded (B, T / 4, D), the teacher's."""

    mel: Tensor
    units: Tensor
    embedded: Tensor


class SoundDrawer:
    """Crops of the sounds of a split: recordings one after another until a crop is full.

    Who says little is heard more often than their share of the time.
    """

    def __init__(
        self, store: PretrainingStore, units: SoundUnits, embedded: np.ndarray, split: str, crop_s: float, seed: int
    ):
        self.store, self.units, self.embedded = store, units, embedded
        self.columns = round(crop_s * 100.0 / COLUMNS) * COLUMNS
        self.random = np.random.default_rng(seed)
        rows = np.flatnonzero((store.begins[:, 0] >= 0) & (store.splits == split))
        lengths, music = store.frames[rows].astype(float), store.corpora[rows] == "music"
        voices = np.array([f"{store.corpora[row]} {store.column('speaker')[row]}" for row in rows])
        weights = np.zeros(len(rows))
        for voice in np.unique(voices):
            mine = (voices == voice) & ~music
            weights[mine] = lengths[mine] / np.sqrt(max(lengths[mine].sum(), 1.0))
        if music.any():
            share = MUSIC_SHARE if weights.any() else 1.0
            weights *= (1.0 - share) / max(weights.sum(), 1e-9)
            weights[music] = share * lengths[music] / lengths[music].sum()
        self.rows, self.cumulative = rows, np.cumsum(weights / weights.sum())

    def draw(self, count: int) -> SoundCrops:
        parts = zip(*(self._crop() for _ in range(count)), strict=True)
        mel, units, embedded = (torch.from_numpy(np.stack(part)) for part in parts)
        return SoundCrops(mel.float(), units.long(), embedded.float())

    def _crop(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        found: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        lacking = self.columns
        while lacking > 0:
            place = min(int(np.searchsorted(self.cumulative, self.random.random())), len(self.rows) - 1)
            row = self.rows[place]
            begin, frames = int(self.store.begins[row, 0]), int(self.store.frames[row])
            most = max(frames - lacking // COLUMNS, 0)
            begin += COLUMNS * (int(self.random.integers(most + 1)) if not found else 0)
            take = min(COLUMNS * frames, lacking)
            found.append(
                (
                    self.store.mel[begin : begin + take],
                    self.units.units[begin // UNIT_COLUMNS :][: take // UNIT_COLUMNS],
                    self.embedded[begin // COLUMNS :][: take // COLUMNS],
                )
            )
            lacking -= take
        mel, units, embedded = (np.concatenate(part) for part in zip(*found, strict=True))
        return mel, units, embedded
