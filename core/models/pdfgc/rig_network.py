# SPDX-License-Identifier: GPL-3.0-or-later
"""PD-FGC on a rig: one motion code of a face's parameters over time, four codes taken out of it, and back.

As published, a trunk gives one motion code, and a head for each control takes its own feature and code out of it; an audio encoder gives
the feature that lips are compared with. Where the published generator draws a picture, the decoder gives parameters. Shapes: B clips,
T frames, C channels, M mel columns.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...motion.face_motion import FaceMotion
from ...performance.parts import EXPRESSION, EYES, HEAD, LIPS
from ...settings import CONTROLS
from ..speech.config import TrunkConfig
from ..speech.hearing import MARGIN as HEARD
from ..speech.hearing import Hearing
from .config import RigPdfgcConfig
from .objectives import window_average
from .recomposition import recompose

MEL_MEAN, MEL_SPREAD = -9.0, 4.0  # of speech in natural logarithms, roughly


class _Block(nn.Module):
    def __init__(self, width: int, kernel: int):
        super().__init__()
        self.conv = nn.Conv1d(width, width, kernel, padding=kernel // 2, padding_mode="replicate")

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv(F.gelu(x))


class MotionTrunk(nn.Module):
    """Parameters (B, T, C) and which are known (B, T, C) -> motion code (B, T, width)."""

    def __init__(self, config: RigPdfgcConfig):
        super().__init__()
        width, kernel = config.width, config.kernel
        self.inputs = nn.Conv1d(2 * config.channels, width, kernel, padding=kernel // 2, padding_mode="replicate")
        self.blocks = nn.Sequential(*(_Block(width, kernel) for _ in range(config.blocks)))

    def forward(self, values: Tensor, known: Tensor) -> Tensor:
        seen = torch.cat((values * known, known), -1).transpose(1, 2)
        return self.blocks(self.inputs(seen)).transpose(1, 2)


class ControlHead(nn.Module):
    """Motion code (..., width) -> a control's feature (..., feature_dim) and code."""

    def __init__(self, config: RigPdfgcConfig, code_dim: int):
        super().__init__()
        self.feature = nn.Sequential(
            nn.Linear(config.width, config.width), nn.GELU(), nn.Linear(config.width, config.feature_dim)
        )
        self.embed = nn.Sequential(nn.GELU(), nn.Linear(config.feature_dim, code_dim))

    def forward(self, motion: Tensor) -> tuple[Tensor, Tensor]:
        feature = self.feature(motion)
        return feature, self.embed(feature)


class RigAudioEncoder(nn.Module):
    """Log-mel (B, M, bands) with `margin` frames' columns more at each end -> features (B, T, feature_dim)."""

    margin = 2

    def __init__(self, config: RigPdfgcConfig):
        super().__init__()
        width = config.audio_width
        self.convolutions = nn.Sequential(
            nn.Conv1d(config.mel_bands, width, 5, 2, padding=2),
            nn.GELU(),
            nn.Conv1d(width, width, 5, 2, padding=2),
            nn.GELU(),
            nn.Conv1d(width, config.feature_dim, 5),
        )

    def forward(self, mel: Tensor) -> Tensor:
        return self.convolutions(((mel - MEL_MEAN) / MEL_SPREAD).transpose(1, 2)).transpose(1, 2)


class RigHearing(nn.Module):
    """The pre-trained encoder in the place of `RigAudioEncoder`, with its levelled log-mel."""

    def __init__(self, config: RigPdfgcConfig, sizes: TrunkConfig):
        super().__init__()
        self.step = config.columns_per_frame
        self.margin = HEARD // self.step
        self.hearing = Hearing(sizes, config.feature_dim)

    def forward(self, mel: Tensor) -> Tensor:
        frames = mel.shape[1] // self.step - 2 * self.margin
        return self.hearing(mel, self.step * (self.margin + 0.5 + torch.arange(frames, device=mel.device)))


class Decoder(nn.Module):
    """Codes (B, T, D) and how a performer's rest differs from neutral (B, C) -> parameters (B, T, C)."""

    def __init__(self, config: RigPdfgcConfig, code_dim: int):
        super().__init__()
        width = config.decoder_width
        self.codes = nn.Conv1d(code_dim, width, 3, padding=1, padding_mode="replicate")
        self.rest = nn.Linear(config.channels, width)
        self.inner = nn.Conv1d(width, width, 3, padding=1, padding_mode="replicate")
        self.outputs = nn.Linear(width, config.channels)

    def forward(self, codes: Tensor, rest: Tensor | None = None) -> Tensor:
        x = self.codes(codes.transpose(1, 2))
        if rest is not None:
            x = x + self.rest(rest)[:, :, None]
        return self.outputs(F.gelu(self.inner(F.gelu(x))).transpose(1, 2))


class RigPdfgc(nn.Module):
    """Trunk, four heads, audio encoder, and two decoders: of the motion code, which only training needs, and of the four codes.

    Values are shapes 0..1 and degrees; inside they are divided by `spread` (C,).
    """

    spread: Tensor

    def __init__(self, config: RigPdfgcConfig):
        super().__init__()
        self.config = config
        self.register_buffer("spread", torch.ones(config.channels))
        self.trunk = MotionTrunk(config)
        dims = dict(
            zip(CONTROLS, (config.lips_dim, config.pose_dim, config.eye_dim, config.expression_dim), strict=True)
        )
        self.heads = nn.ModuleDict({control: ControlHead(config, dims[control]) for control in CONTROLS})
        self.audio_encoder = RigAudioEncoder(config) if config.hearing is None else RigHearing(config, config.hearing)
        self.motion_decoder = Decoder(config, config.width)
        self.decoder = Decoder(config, config.code_dim)

    def motion(self, values: Tensor, known: Tensor) -> Tensor:
        """The motion code (B, T, width) of values (B, T, C), of which `known` (B, T, C), 0 or 1, count."""
        return self.trunk(values / self.spread, known)

    def codes(self, motion: Tensor) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Features and codes (B, T, D) by control; the expression is averaged over a window."""
        features, codes = {}, {}
        for control in CONTROLS:
            features[control], codes[control] = self.heads[control](motion)
        codes[EXPRESSION] = window_average(codes[EXPRESSION], self.config.expression_frames)
        return features, codes

    def encode(self, values: Tensor, known: Tensor) -> dict[str, Tensor]:
        """The four codes of a face."""
        return self.codes(self.motion(values, known))[1]

    def decode(self, codes: Mapping[str, Tensor], rest: Tensor | None = None) -> Tensor:
        """Values (B, T, C) of four codes. rest: (B, C) in values' units, 0 on a rig."""
        joined = torch.cat([codes[control] for control in (LIPS, HEAD, EYES, EXPRESSION)], -1)
        return self.decoder(joined, None if rest is None else rest / self.spread) * self.spread

    def recompose(self, own: FaceMotion, sources: Mapping[str, FaceMotion]) -> FaceMotion:
        """`own` with the controls of CONTROLS taken from other motions; see `recomposition`."""
        return recompose(self, own, sources)
