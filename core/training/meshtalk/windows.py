# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows of recorded faces with sounds, as MeshTalk learns from them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from ...models.meshtalk.objectives import TalkingFaces
from ...models.meshtalk.shapes import SHAPES
from ..data.augmentation import augment_lightly
from ..data.faces.sounds import spoken_shapes
from ..data.faces.store import COLUMNS, STRETCH, FaceStore

FRAMES = 64
BEFORE, AFTER = 48, 52  # mel columns that a frame hears before and after its first one: chunk_samples of the config
SILENT = math.log(1e-10)
# Shares of a batch of the first step: talkers with their own sound, silent talkers over the speech they are paired with, lids and
# upper faces that moved without speaking.
LATENT_SHARES = {"grid_s1": 0.3, "facegood": 0.15, "address": 0.35, "rom": 0.1, "headset": 0.1}
CONTEXT_SHARES = {"address": 1.0}


@dataclass(frozen=True)
class Place:
    """A window: a face, its first frame, and the frame of the stream that it goes with; between which frames that sound lies."""

    face: int
    start: int
    sound: int
    first: int
    last: int


class FaceWindows:
    """Draws windows of one split."""

    def __init__(self, store: FaceStore, split: str, shares: dict[str, float], seed: int):
        self.store, self.split, self.shares = store, split, shares
        self.random = np.random.default_rng(seed)
        self.generator = torch.Generator().manual_seed(seed)
        self.spoken = spoken_shapes()
        paired = store.splits[store.pairings[:, 0]] == split
        self.pairings = store.pairings[paired]
        self.faces = {name: np.flatnonzero((store.corpora == name) & (store.splits == split)) for name in shares}
        usable = np.flatnonzero(store.trains == (split == "train"))
        self.usable = (int(usable[0]), int(usable[-1]) - FRAMES)

    def mean_and_spread(self) -> tuple[torch.Tensor, torch.Tensor]:
        """(SHAPES, 1) each, over what is known."""
        places = [self._place(name) for name in self.shares for _ in range(300)]
        values, known = (np.stack(part) for part in zip(*(self._values(place) for place in places), strict=True))
        counted = np.broadcast_to(known[:, None], values.shape)
        mean = np.array(
            [values[..., k][counted[..., k]].mean() if counted[..., k].any() else 0.0 for k in range(len(SHAPES))]
        )
        spread = np.array(
            [values[..., k][counted[..., k]].std() if counted[..., k].any() else 1.0 for k in range(len(SHAPES))]
        )
        return torch.tensor(mean, dtype=torch.float32)[:, None], torch.tensor(spread.clip(0.03), dtype=torch.float32)[
            :, None
        ]

    def draw(self, batch: int, mean: torch.Tensor, augmented: bool = True) -> TalkingFaces:
        """A batch. mean: (SHAPES, 1), put where nothing is known."""
        names = self.random.choice(list(self.shares), batch, p=list(self.shares.values()))
        return self.at([self._place(str(name)) for name in names], mean, augmented)

    def at(self, places: Sequence[Place], mean: torch.Tensor, augmented: bool = False) -> TalkingFaces:
        """The windows at some places."""
        values, known = (np.stack(part) for part in zip(*(self._values(place) for place in places), strict=True))
        mel = torch.from_numpy(np.stack([self._mel(place) for place in places]).astype(np.float32))
        if augmented:
            mel = self._other_voice(mel)
        flags = torch.from_numpy(known.astype(np.float32))[:, None, :, None]
        geometry = torch.from_numpy(values.astype(np.float32))[..., None]
        geometry = flags * geometry + (1.0 - flags) * mean
        template = torch.zeros(len(places), len(SHAPES), 1)
        return TalkingFaces(template, geometry, mel.transpose(1, 2), COLUMNS, flags)

    def _place(self, corpus: str) -> Place:
        store, random = self.store, self.random
        if corpus == "address":
            face, start, sound = self.pairings[random.integers(len(self.pairings))]
            offset = int(random.integers(STRETCH - FRAMES + 1))
            return Place(int(face), int(start) + offset, int(sound) + offset, 0, len(store.lips))
        lengths = store.lengths[self.faces[corpus]]
        face = int(random.choice(self.faces[corpus], p=lengths / lengths.sum()))
        start = int(random.integers(max(int(store.lengths[face]) - FRAMES, 0) + 1))
        sound = int(store.sounds[face])
        if sound < 0:
            return Place(face, start, int(random.integers(*self.usable)), 0, len(store.lips))
        return Place(face, start, sound + start, sound, sound + int(store.lengths[face]))

    def _values(self, place: Place) -> tuple[np.ndarray, np.ndarray]:
        store = self.store
        begin = int(store.begins[place.face]) + place.start
        left = int(store.lengths[place.face]) - place.start
        values = store.values[begin : begin + min(FRAMES, left)].astype(np.float32)
        values = np.pad(values, ((0, FRAMES - len(values)), (0, 0)), mode="edge")
        known = store.known[place.face]
        if store.corpora[place.face] == "address":
            values = np.where(self.spoken, store.lips[place.sound : place.sound + FRAMES], values)
            known = known | self.spoken
        return np.where(known, values, 0.0), known

    def _mel(self, place: Place) -> np.ndarray:
        first = COLUMNS * place.sound - BEFORE
        last = COLUMNS * (place.sound + FRAMES - 1) + AFTER + 1
        low, high = max(first, COLUMNS * place.first), min(last, COLUMNS * place.last)
        return np.pad(self.store.mel[low:high], ((low - first, last - high), (0, 0)), constant_values=SILENT)

    def _other_voice(self, mel: torch.Tensor) -> torch.Tensor:
        """The same said by other voices, through other microphones, in other rooms' noise; mel (B, M, bands)."""
        return augment_lightly(mel, self.generator, noisy=0.4).clamp_min(SILENT)
