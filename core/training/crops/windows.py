# SPDX-License-Identifier: GPL-3.0-or-later
"""Crops with what the pre-trained encoders say of the same moments, which is told once: these encoders do not change.

Shapes: W windows of T frames, S pixels a side, D numbers of an embedding.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ...models.pretraining.encoders import COLUMNS
from ...models.pretraining.motion_channels import BODY_CHANNELS
from ...models.pretraining.network import Pretraining
from ...models.speech.frontend import network_input
from ...motion.face_track import FACE_INDEX
from ..data.pretraining.crops import FRAMES, CropStore
from ..data.pretraining.store import PretrainingStore

_LIDS = [FACE_INDEX["eyeBlinkLeft"], FACE_INDEX["eyeBlinkRight"]]
_SHUT = 0.5
_AT_ONCE = 64


@dataclass(frozen=True, eq=False)
class CropWindows:
    """pixels: uint8 (W, T, S, S). face: (W, T, 58), face_known: (W, 58). motion, audio: (W, T, D); has_audio: bool (W,), where there is a
    sound. corpora: (W,) names."""

    pixels: Tensor
    face: Tensor
    face_known: Tensor
    motion: Tensor
    audio: Tensor
    has_audio: Tensor
    corpora: np.ndarray

    def __len__(self) -> int:
        return len(self.pixels)

    def of(self, rows: np.ndarray) -> CropWindows:
        """Some of them."""
        at = torch.from_numpy(np.asarray(rows))
        return CropWindows(
            *(part[at] for part in (self.pixels, self.face, self.face_known, self.motion, self.audio, self.has_audio)),
            self.corpora[rows],
        )

    def crops(self) -> Tensor:
        """Brightness (W, T, S, S), 0 to 1."""
        return self.pixels.float() / 255.0

    def blinks(self) -> Tensor:
        """int (W, T): 1 where the lids are shut, -1 where nobody knows."""
        known = self.face_known[:, _LIDS].bool().all(1)
        return torch.where(known[:, None], (self.face[..., _LIDS].mean(-1) > _SHUT).long(), -1)


@torch.inference_mode()
def told_of(
    model: Pretraining, store: PretrainingStore, crops: CropStore, chosen: np.ndarray, with_sound: bool = True
) -> CropWindows:
    """The windows with these numbers, and what a model says of them; of their sounds only if that is wanted, which takes longest."""
    parts: list[tuple[Tensor, ...]] = []
    for some in np.split(chosen, range(_AT_ONCE, len(chosen), _AT_ONCE)):
        rows, firsts = crops.rows[some], crops.firsts[some]
        face = np.stack(
            [
                store.face[store.begins[row, 1] + first :][:FRAMES].astype(np.float32)
                for row, first in zip(rows, firsts, strict=True)
            ]
        )
        known = torch.from_numpy(store.face_known[rows].astype(np.float32))
        values = torch.from_numpy(face)
        nothing = torch.zeros(len(some), FRAMES, BODY_CHANNELS)
        motion = model.motion(values / model.face_spread, known[:, None].expand_as(values), nothing, nothing)
        has = (store.begins[rows, 0] >= 0) & with_sound
        audio = torch.zeros_like(motion)
        if has.any():
            mel = np.stack(
                [
                    store.mel[store.begins[row, 0] + COLUMNS * first :][: COLUMNS * FRAMES].astype(np.float32)
                    for row, first in zip(rows[has], firsts[has], strict=True)
                ]
            )
            audio[torch.from_numpy(has)] = model.audio(network_input(torch.from_numpy(mel)))[0]
        parts.append((torch.from_numpy(crops.pixels[some]), values, known, motion, audio, torch.from_numpy(has)))
    joined = (torch.cat(part).clone() for part in zip(*parts, strict=True))
    return CropWindows(*joined, store.corpora[crops.rows[chosen]])


def varied(crops: Tensor, generator: torch.Generator) -> Tensor:
    """Brightness (B, T, S, S) as other cameras would have it: moved, turned, nearer or farther, lighter, darker, blurred, with noise."""
    clips, frames, side = crops.shape[:3]

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator)

    def uniform(low: float, high: float) -> Tensor:
        return torch.empty(clips, 1, 1, 1).uniform_(low, high, generator=generator)

    zoom, turn = (0.06 * normal(clips)).exp(), 0.05 * normal(clips)
    cosine, sine, aside = zoom * turn.cos(), zoom * turn.sin(), 0.05 * normal(clips, 2)
    frame = torch.stack((cosine, -sine, aside[:, 0], sine, cosine, aside[:, 1]), 1).view(clips, 2, 3)
    grid = functional.affine_grid(frame, [clips, frames, side, side], align_corners=False)
    moved = functional.grid_sample(crops, grid, padding_mode="border", align_corners=False)
    soft = functional.avg_pool2d(moved, 3, stride=1, padding=1, count_include_pad=False)
    share = uniform(-0.5, 1.0).clamp_min(0.0)
    moved = moved + share * (soft - moved)
    moved = moved.clamp_min(1e-4) ** uniform(0.7, 1.4) * uniform(0.7, 1.1)
    return (moved + uniform(0.0, 0.04) * normal(*moved.shape)).clamp(0.0, 1.0)
