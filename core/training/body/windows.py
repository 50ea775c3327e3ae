# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows of performances for EMAGE's generator, with the codes that the frozen codecs give them."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from ...models.emage.body_parts import BODY_PARTS, split
from ...models.emage.network import Emage
from ...models.emage.objectives import Targets, TrainingBatch
from .face import FaceSound
from .frames import BodyFrames


class Windower:
    """Cuts windows, with targets that were encoded once from whole performances."""

    def __init__(self, model: Emage, frames: BodyFrames, expression: np.ndarray | None, sound: FaceSound | None = None):
        self.config, self.frames, self.expression, self.sound = model.config, frames, expression, sound
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
        streams = (torch.from_numpy(content), torch.from_numpy(self.frames.rhythm[index].copy()))
        return TrainingBatch(
            streams if self.sound is None else (*streams, self._heard(index[:, 0], self.sound)),
            torch.from_numpy(motion),
            Targets(latents, codes),
            torch.from_numpy(self.frames.speaker[index[:, 0]]),
        )

    def _heard(self, starts: np.ndarray, sound: FaceSound) -> Tensor:
        """(B, columns, bands) of windows that begin at frames."""
        performances = np.searchsorted(self.frames.starts, starts, side="right") - 1
        own = starts - self.frames.starts[performances]
        length, rate_hz = self.config.window, self.config.rate_hz
        return torch.stack(
            [sound.window(int(one), int(start), length, rate_hz) for one, start in zip(performances, own, strict=True)]
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
