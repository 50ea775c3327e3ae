# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows of faces as PD-FGC learns from them: what one recording lacks of a face comes from another, smiles from a third.

A recording's missing regions (swapped regions, in the paper's words) are filled from recordings that know them, most of the time; else they
stay unknown. Over the mouths of half the talkers a smile, a frown or a stretch is laid, recorded or posed: the sound knows nothing of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ...models.pdfgc.rig_channels import CHANNELS, CORNERS, SHAPES
from ...motion.face_track import FACE_INDEX
from ...performance.parts import CHANNELS_OF_CONTROL, EXPRESSION, EYES, LIPS
from ..data.augmentation import augment_lightly
from ..data.faces.store import COLUMNS, FaceStore
from ..data.faces.whole_motion import MotionStore

FRAMES = 24
MARGIN = 2  # frames of sound more at each end
SILENT = float(np.log(1e-10))
# Shares of a batch; the sound of the first three is known.
SHARES = {"grid_s1": 0.25, "spoken": 0.25, "facegood": 0.08, "address": 0.27, "rom": 0.15}
# Where what is missing comes from, in this order: each pair is a corpus and the share of items that may take from it.
FILLS = (("gaze", 0.7), ("headset", 0.3), ("address", 0.75), ("rom", 0.4))
OVERLAID = 0.5
_POSED = ("mouthSmile", "mouthFrown", "mouthDimple", "mouthStretch")
_POSED_WITH = {"mouthSmile": ("cheekSquint", 0.6), "mouthFrown": ("browInnerUp", 0.6), "mouthStretch": ("eyeWide", 0.5)}


@dataclass(frozen=True, eq=False)
class Faces:
    """plain: (B, T, C), shapes and degrees; overlaid: with a smile or the like over some mouths. known: (B, 1, C), 0 or 1. rest: (B,
    C), the performer's rest that is in both. mel: (B, M, bands). heard: bool (B,), whose sound it is; the others' mel is silence."""

    plain: Tensor
    overlaid: Tensor
    known: Tensor
    rest: Tensor
    mel: Tensor
    heard: Tensor


class MotionWindows:
    """Draws batches of one split.

    margin: frames of sound more at each end; beyond MARGIN there is silence where the recording's ends. shares: of a batch, by corpus.
    """

    def __init__(
        self,
        motions: MotionStore,
        sounds: FaceStore,
        split: str,
        seed: int,
        margin: int = MARGIN,
        shares: Mapping[str, float] = SHARES,
    ):
        self.motions, self.sounds, self.margin, self.shares = motions, sounds, margin, shares
        self.owners = _owners(motions, len(sounds.mel) // COLUMNS)
        self.random = np.random.default_rng(seed)
        self.generator = torch.Generator().manual_seed(seed)
        names = {*shares, "rom", *(name for name, _ in FILLS)}
        mine = (motions.splits == split) & (motions.lengths > FRAMES)
        self.faces = {name: np.flatnonzero((motions.corpora == name) & mine) for name in names}
        self.rests = {name: self._rest(name) for name in names}

    def _rest(self, corpus: str) -> np.ndarray:
        """(C,): the shapes of the performers' rest, their tenth percentiles."""
        store, found = self.motions, np.zeros(CHANNELS, np.float32)
        values = np.concatenate(
            [store.values[store.begins[k] : store.begins[k] + store.lengths[k]][::5] for k in self.faces[corpus]]
        )
        found[:SHAPES] = np.percentile(values[:, :SHAPES].astype(np.float32), 10, axis=0)
        found[CHANNELS_OF_CONTROL[EYES]] = 0.0
        return found

    def spread(self) -> np.ndarray:
        """float32 (C,): deviations of the channels over the windows that know them, no less than 0.05 and 2 degrees."""
        values, known = (np.concatenate(part) for part in zip(*(self._take(name, 400)[:2] for name in self.faces)))
        counted = np.broadcast_to(known[:, None], values.shape)
        least = np.where(np.arange(CHANNELS) < SHAPES, 0.05, 2.0)
        found = [values[..., c][counted[..., c]].std() if counted[..., c].any() else 0.0 for c in range(CHANNELS)]
        return np.maximum(found, least).astype(np.float32)

    def _take(self, corpus: str, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """values (n, T, C), known (n, C) and the frame of the stream of sounds at which each begins, -1 without."""
        store, faces = self.motions, self.faces[corpus]
        lengths = store.lengths[faces]
        chosen = self.random.choice(faces, count, p=lengths / lengths.sum())
        starts = (self.random.random(count) * (store.lengths[chosen] - FRAMES)).astype(int)
        rows = (store.begins[chosen] + starts)[:, None] + np.arange(FRAMES)
        sounds = np.where(store.sounds[chosen] >= 0, store.sounds[chosen] + starts, -1)
        return store.values[rows].astype(np.float32), store.known[chosen], sounds

    def draw(self, batch: int, augmented: bool = True) -> Faces:
        """A batch."""
        random = self.random
        counts = random.multinomial(batch, list(self.shares.values()))
        parts = [self._take(name, int(count)) for name, count in zip(self.shares, counts, strict=True) if count]
        values, known, sounds = (np.concatenate(part) for part in zip(*parts, strict=True))
        rest = np.concatenate(
            [np.tile(self.rests[name], (count, 1)) for name, count in zip(self.shares, counts, strict=True)]
        )
        rest *= known
        known = known.copy()
        for name, share in FILLS:
            self._fill(values, known, rest, name, share)
        if augmented:
            offset = np.abs(random.normal(0.0, 0.05, rest.shape)).astype(np.float32) * (random.random((batch, 1)) < 0.3)
            offset[:, SHAPES:] = 0.0
            offset[:, CHANNELS_OF_CONTROL[EYES]] = 0.0
            values = np.where(np.arange(CHANNELS) < SHAPES, (values + offset[:, None]).clip(0.0, 1.0), values)
            rest = rest + offset * known
        overlaid = self._overlaid(values, known)
        heard = sounds >= 0
        return Faces(
            *(
                torch.from_numpy(np.ascontiguousarray(part, np.float32))
                for part in (values, overlaid, known[:, None], rest)
            ),
            self._mel(sounds, augmented),
            torch.from_numpy(heard),
        )

    def _fill(self, values: np.ndarray, known: np.ndarray, rest: np.ndarray, corpus: str, share: float) -> None:
        """Fill regions of which nothing is known, in place; lids and looks are two."""
        more, knows, _ = self._take(corpus, len(values))
        look = np.zeros(CHANNELS, bool)
        look[[FACE_INDEX[name] for name in FACE_INDEX if name.startswith("eyeLook")]] = True
        may = self.random.random(len(values)) < share
        for control, region in CHANNELS_OF_CONTROL.items():
            for part in (region & look, region & ~look) if control == EYES else (region,):
                lacking = may & ~known[:, part].any(1)
                taken = lacking[:, None] & part & knows
                values[:] = np.where(taken[:, None], more, values)
                rest[:] = np.where(taken, self.rests[corpus], rest)
                known |= taken

    def _overlaid(self, values: np.ndarray, known: np.ndarray) -> np.ndarray:
        """The same faces, over some of whose mouths a smile or the like is laid, and what goes with it on cheeks and brows. What is laid
        over becomes known where the mouth is."""
        random, batch = self.random, len(values)
        laid = (random.random(batch) < OVERLAID) & known[:, CHANNELS_OF_CONTROL[LIPS]].any(1)
        overlay = np.where((random.random(batch) < 0.5)[:, None, None], self._recorded(batch), self._posed(batch))
        overlay *= laid[:, None, None]
        corner = np.zeros(CHANNELS, bool)
        corner[list(CORNERS)] = True
        corner_known = laid[:, None] & corner
        upper = known & CHANNELS_OF_CONTROL[EXPRESSION]
        known |= corner_known
        return (values + overlay * (corner_known | upper)[:, None]).clip(
            np.where(np.arange(CHANNELS) < SHAPES, 0.0, -np.inf), np.where(np.arange(CHANNELS) < SHAPES, 1.0, np.inf)
        )

    def _recorded(self, batch: int) -> np.ndarray:
        """Corners of the mouth and upper face of ranges of motion, less the rest, averaged over the window."""
        values, _, _ = self._take("rom", batch)
        moved = np.maximum(values - self.rests["rom"], 0.0).mean(1, keepdims=True)
        slope = 1.0 + 0.4 * self.random.uniform(-1, 1, (batch, 1, 1)) * np.linspace(-1, 1, FRAMES)[None, :, None]
        moved = moved * slope * self.random.uniform(0.5, 1.2, (batch, 1, 1))
        moved[:, :, SHAPES:] = 0.0
        return moved.astype(np.float32)

    def _posed(self, batch: int) -> np.ndarray:
        """One of four poses of the mouth on both sides, with what belongs to it."""
        random, result = self.random, np.zeros((batch, FRAMES, CHANNELS), np.float32)
        for row in range(batch):
            name = _POSED[random.integers(len(_POSED))]
            first, last = random.uniform(0.1, 0.8) * np.array([1.0, random.uniform(0.5, 1.5)])
            curve = np.linspace(first, last, FRAMES)
            for shape, size in ((name, 1.0), _POSED_WITH.get(name, (name, 1.0))):
                amount = size * (random.uniform(0.3, 1.0) if shape != name else 1.0)
                for side in ("Left", "Right"):
                    column = FACE_INDEX.get(f"{shape}{side}", FACE_INDEX.get(shape))
                    result[row, :, column] = amount * random.uniform(0.8, 1.0) * curve
        return result

    def _mel(self, sounds: np.ndarray, augmented: bool) -> Tensor:
        """(B, M, bands) around each window."""
        mel, columns = self.sounds.mel, COLUMNS * (FRAMES + 2 * self.margin)
        first = COLUMNS * (sounds - self.margin)
        rows = (first[:, None] + np.arange(columns)).clip(0, len(mel) - 1)
        heard = torch.from_numpy(mel[rows].astype(np.float32))
        if self.margin > MARGIN:
            heard[torch.from_numpy(self.owners[rows // COLUMNS] != self.owners[sounds][:, None])] = SILENT
        heard[sounds < 0] = SILENT
        if not augmented:
            return heard
        return augment_lightly(heard, self.generator).clamp_min(SILENT)


def _owners(motions: MotionStore, frames: int) -> np.ndarray:
    """int (S,): whose sound each frame of the stream is, -1 for nobody's."""
    owners = np.full(frames, -1)
    for index, (begin, length) in enumerate(zip(motions.sounds, motions.lengths, strict=True)):
        if begin >= 0:
            owners[begin : begin + length] = index
    return owners
