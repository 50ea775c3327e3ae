# SPDX-License-Identifier: GPL-3.0-or-later
"""PD-FGC's two encoders as one module."""

from __future__ import annotations

from torch import nn

from .audio_encoder import AudioEncoder
from .config import PdfgcConfig
from .motion_encoder import MotionEncoder


class Pdfgc(nn.Module):
    """The audio encoder, and the motion encoder where there is one."""

    def __init__(self, config: PdfgcConfig, with_motion: bool = True):
        super().__init__()
        self.config = config
        self.audio_encoder = AudioEncoder(config)
        self.motion_encoder = MotionEncoder(config) if with_motion else None
