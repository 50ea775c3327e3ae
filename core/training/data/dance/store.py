# SPDX-License-Identifier: GPL-3.0-or-later
"""All recorded dances in one file of the cache: what the choreographic memory learns from."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from ....motion.clip import Clip
from ....motion.joints import BODY_JOINTS
from ....motion.rotations import normalised
from ..array_store import ArrayStore
from .recordings import RATE_HZ, DanceClip, dances

log = logging.getLogger(__name__)

_UNIT = 32767.0  # quaternions are kept as int16 of this


@dataclass(frozen=True, eq=False)
class DanceStore(ArrayStore):
    """Everything, as arrays: F frames of all clips one after another, n clips.

    turns: int16 (F, 22, 4), unit quaternions wxyz × 32767 of BODY_JOINTS. root_m: float32 (F, 3). contacts: uint8 (F, 4).
    begins, lengths: (n,) frames. known: bool (n, 22). names, sources, dancers, styles, splits: (n,). bpm (n,), 0 unknown;
    first_beats_s (n,); exact: bool (n,). legs: (n,), weight of the lower half.
    """

    compressed: ClassVar[bool] = True
    turns: np.ndarray
    root_m: np.ndarray
    contacts: np.ndarray
    begins: np.ndarray
    lengths: np.ndarray
    known: np.ndarray
    names: np.ndarray
    sources: np.ndarray
    dancers: np.ndarray
    styles: np.ndarray
    splits: np.ndarray
    bpm: np.ndarray
    first_beats_s: np.ndarray
    exact: np.ndarray
    legs: np.ndarray

    @classmethod
    def of(cls, clips: list[DanceClip]) -> DanceStore:
        """The arrays of some clips."""
        joints = len(BODY_JOINTS)
        lengths = np.array([len(dance.clip) for dance in clips])
        turns = np.concatenate([normalised(dance.clip.rotations[:, :joints].astype(np.float64)) for dance in clips])
        return cls(
            turns=np.round(turns * _UNIT).astype(np.int16),
            root_m=np.concatenate([dance.clip.root_translation_m for dance in clips]).astype(np.float32),
            contacts=np.concatenate([dance.clip.contacts for dance in clips]).round().astype(np.uint8),
            begins=np.cumsum(lengths) - lengths,
            lengths=lengths,
            known=np.stack([dance.known for dance in clips]),
            names=np.array([dance.name for dance in clips]),
            sources=np.array([dance.source for dance in clips]),
            dancers=np.array([dance.dancer for dance in clips]),
            styles=np.array([dance.style for dance in clips]),
            splits=np.array([dance.split for dance in clips]),
            bpm=np.array([dance.bpm for dance in clips], np.float32),
            first_beats_s=np.array([dance.first_beat_s for dance in clips], np.float32),
            exact=np.array([dance.exact for dance in clips]),
            legs=np.array([dance.legs for dance in clips], np.float32),
        )

    def __len__(self) -> int:
        return len(self.lengths)

    def clip(self, index: int) -> Clip:
        """One dance; hands are in the rest pose."""
        span = slice(self.begins[index], self.begins[index] + self.lengths[index])
        still = Clip.still(int(self.lengths[index]), RATE_HZ)
        still.rotations[:, : len(BODY_JOINTS)] = normalised(self.turns[span].astype(np.float32) / _UNIT)
        still.root_translation_m[:] = self.root_m[span]
        still.contacts[:] = self.contacts[span]
        driven = frozenset(joint for joint, known in zip(BODY_JOINTS, self.known[index], strict=True) if known)
        return Clip(still.rotations, still.root_translation_m, still.contacts, RATE_HZ, driven)


def prepared(path: Path, folder: Path) -> DanceStore:
    """The store at a path, made from the data pack if it is not there: some minutes."""
    if not path.is_file():
        store = DanceStore.of(list(dances(folder)))
        for split in ("train", "validation"):
            chosen = store.splits == split
            log.info("%s: %d dances, %.1f min", split, chosen.sum(), store.lengths[chosen].sum() / RATE_HZ / 60.0)
        store.write(path)
    return DanceStore.read(path)
