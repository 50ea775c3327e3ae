# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows of performances for EMAGE's generator, with the codes that the frozen codecs give them."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from ...models.emage.body_parts import BODY_PARTS, split
from ...models.emage.network import Emage
from ...models.emage.objectives import Targets, TrainingBatch
from .frames import BodyFrames


class Windower:
    """Cuts windows, with targets that were encoded once from whole performances."""

    def __init__(self, model: Emage, frames: BodyFrames, expression: np.ndarray | None):
        self.config, self.frames, self.expression = model.config, frames, expression
        self.parts = ("face",) if expression is not None else BODY_PARTS
        self.codes = {part: np.zeros(len(frames.motion), np.int16) for part in self.parts}
        self.books = {part: model.codecs[part].quantizer.embedding.weight.detach() for part in self.parts}
        for start, end in zip(frames.starts, frames.ends):
            motion = torch.from_numpy(frames.motion[None, start:end])
            shapes = torch.from_numpy(expression[None, start:end]) if expression is not None else motion[..., :0]
            vectors = split(motion, shapes, self.config.face_joints if expression is not None else ())
            for part in self.parts:
                with torch.no_grad():
                    self.codes[part][start:end] = model.codecs[part].encode(vectors[part])[0].numpy()

    def cut(self, count: int, random: np.random.Generator) -> TrainingBatch:
        """`count` random windows."""
        length = self.config.window
        index = self.frames.windows(self.frames.window_starts(count, length, random), length)
        motion = np.zeros((count, length, self.config.motion_channels), np.float32)
        motion[..., :337] = self.frames.motion[index]
        if self.expression is not None:
            motion[..., 337:] = self.expression[index]
        content = self.frames.content_of(index, self.config.content_width)
        codes = {part: torch.from_numpy(self.codes[part][index].astype(np.int64)) for part in self.parts}
        latents = {part: nn.functional.embedding(codes[part], self.books[part]) for part in self.parts}
        return TrainingBatch(
            (torch.from_numpy(content), torch.from_numpy(self.frames.rhythm[index].copy())),
            torch.from_numpy(motion),
            Targets(latents, codes),
            torch.from_numpy(self.frames.speaker[index[:, 0]]),
        )

    def hide_other(self, mask: Tensor) -> Tensor:
        """The half of the vector that these windows do not have stays hidden."""
        if self.expression is None:
            mask[..., 337:] = 1.0
        else:
            joints = np.array(self.config.face_joints)
            own = np.concatenate([(6 * joints[:, None] + np.arange(6)).ravel(), np.arange(337, mask.shape[-1])])
            others = np.setdiff1d(np.arange(mask.shape[-1]), own)
            mask[..., others] = 1.0
        return mask
