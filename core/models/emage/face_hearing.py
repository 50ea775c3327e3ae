# SPDX-License-Identifier: GPL-3.0-or-later
"""The face's ear by configuration (ours): the pre-trained encoder of sound, in the place of content and rhythm.

The body keeps these: they are the plan of its gestures, and what it learned from was recorded without a voice. Shapes: B windows,
T motion frames, M columns of levelled log-mel.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from ...audio.log_mel import FRAME_RATE_HZ
from ..speech.config import TrunkConfig
from ..speech.hearing import MARGIN, SILENT, Hearing
from .config import EmageConfig


class FaceHearing(nn.Module):
    """(content (B, T, …), rhythm (B, T, …), mel (B, M, bands) of `window_of`) → (B, T, feature_width)."""

    def __init__(self, config: EmageConfig, sizes: TrunkConfig):
        super().__init__()
        self.step = FRAME_RATE_HZ / config.rate_hz
        self.hearing = Hearing(sizes, config.feature_width)

    def forward(self, audio: tuple[Tensor, Tensor, Tensor]) -> Tensor:
        content, _, mel = audio
        frames = torch.arange(content.shape[1], device=mel.device)
        return self.hearing(mel, MARGIN + self.step * (frames + 0.5))


def window_columns(frames: int, rate_hz: float) -> int:
    """Columns that so many motion frames and what is heard around them take."""
    return 2 * MARGIN + 2 * math.ceil(frames * FRAME_RATE_HZ / rate_hz / 2)


def window_of(mel: Tensor, start: int, frames: int, rate_hz: float) -> Tensor:
    """The sound of a window, with MARGIN columns more on both sides; silence beyond the sound's ends.

    Args:
        mel: (B, M, bands) of a whole sound.
        start: its motion frame.
        frames: motion frames.
        rate_hz: of these.

    Returns:
        (B, `window_columns`, bands).
    """
    first = round(start * FRAME_RATE_HZ / rate_hz) - MARGIN
    last = first + window_columns(frames, rate_hz)
    part = mel[:, max(first, 0) : max(last, 0)]
    before = min(max(-first, 0), last - first)
    return functional.pad(part, (0, 0, before, last - first - before - part.shape[1]), value=SILENT)
