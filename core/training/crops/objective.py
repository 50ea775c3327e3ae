# SPDX-License-Identifier: GPL-3.0-or-later
"""What the encoder of crops learns from: alignment with motion and sound, motion told from it, blinks. Shapes as in `windows`."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ...models.pretraining.crops import CropEncoder
from ...models.pretraining.network import AUDIO, MOTION, VISUAL, Pretraining
from ...models.pretraining.objectives import (
    AttributeHeads,
    LearnedWeights,
    Temperatures,
    alignment,
    masked_error,
    velocity_error,
)
from .windows import CropWindows, varied

NAMES = ("motion", "sound", "crops_to_motion", "blink")


class CropObjective(nn.Module):
    """The encoder with everything that only training needs. `others`: the pre-trained encoders, which stay as they are."""

    def __init__(self, encoder: CropEncoder, others: Pretraining):
        super().__init__()
        self.encoder = encoder
        self._others = (others.eval().requires_grad_(False),)  # in a tuple, it is no part of the checkpoint
        self.temperatures = Temperatures(("frames", "clips", "whole"))
        self.heads = AttributeHeads(others.config.fusion_width, {}, {"blink": 2}, ())
        self.weights = LearnedWeights(NAMES)

    @property
    def others(self) -> Pretraining:
        return self._others[0]

    def forward(self, windows: CropWindows, generator: torch.Generator) -> tuple[Tensor, dict[str, Tensor]]:
        """The loss to go down, and each loss by itself."""
        seen = self.encoder(varied(windows.crops(), generator))
        losses = {"motion": self._alignment(seen, windows.motion, MOTION)}
        if windows.has_audio.sum() > 1:
            there = windows.has_audio
            losses["sound"] = self._alignment(seen[there], windows.audio[there], AUDIO)
        fused = self.others.fusion({VISUAL: (seen, torch.ones(seen.shape[:2]))})
        told = self.others.predictor(fused)[0]
        wanted = windows.face / self.others.face_spread
        counts = windows.face_known[:, None].expand_as(wanted)
        losses["crops_to_motion"] = masked_error(told, wanted, counts) + velocity_error(told, wanted, counts)
        losses |= self.heads(fused, {"blink": windows.blinks()})
        return self.weights(losses), losses

    def _alignment(self, seen: Tensor, others: Tensor, modality: str) -> Tensor:
        wholes = self.others.clips[VISUAL](seen), self.others.clips[modality](others)
        return alignment(seen, others, wholes, self.temperatures)
