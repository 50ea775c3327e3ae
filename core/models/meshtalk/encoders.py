# SPDX-License-Identifier: GPL-3.0-or-later
"""Sound and expression to one categorical latent (MeshTalk, section 3.1).

Shapes: B batch, T frames, W samples of a chunk, D numbers of a code, H heads, C classes.
"""

from __future__ import annotations

from math import gcd
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...audio.log_mel import HOP
from ...progress import Progress
from ..speech.config import TrunkConfig
from ..speech.hearing import MARGIN, Hearing
from .config import MeshTalkConfig
from .sound import LogMel, chunk_starts, padding


class AudioEncoder(nn.Module):
    """A second of sound around each frame -> one code: (B, T, W) -> (B, T, D).

    The dilated convolutions are not padded; each gives the mean of its cropped input and its activation, and together
    they see the whole chunk. What is left of the time is averaged.
    """

    def __init__(self, config: MeshTalkConfig):
        super().__init__()
        self.slope, self.dropout = config.slope, config.audio_dropout
        self.melspec = LogMel(config)
        channels = config.audio_channels
        self.convert_dimensions = nn.Conv1d(config.mel_bands, channels, 5)
        self.convs = nn.ModuleList(
            nn.Conv1d(channels, channels, 5, dilation=dilation) for dilation in config.audio_dilations
        )
        self.code = nn.Linear(channels, config.code_dim)

    def forward(self, chunks: Tensor) -> Tensor:
        batch, frames = chunks.shape[:2]
        x = self.melspec(chunks).reshape(batch * frames, -1, chunks.shape[-1] // self.melspec.hop + 1)
        x = F.leaky_relu(self.convert_dimensions(x), self.slope)
        for convolution in self.convs:
            y = F.leaky_relu(convolution(x), self.slope)
            y = F.dropout(y, self.dropout, self.training)
            crop = (x.shape[-1] - y.shape[-1]) // 2
            x = (x[..., crop : crop + y.shape[-1]] + y) / 2
        return self.code(x.mean(-1)).reshape(batch, frames, -1)

    def of_columns(self, mel: Tensor, step: int) -> Tensor:
        """As `forward`, where frames are whole mel columns apart: what neighbouring chunks share is computed once.

        Args:
            mel: (B, bands, step · (T - 1) + columns of a chunk), the chunk of frame t from column step · t on.
            step: columns from frame to frame.

        Returns:
            (B, T, D).
        """
        # nothing between the columns that frames and dilations have in common is ever read
        apart = gcd(step, *(convolution.dilation[0] for convolution in self._convolutions))
        first = self.convert_dimensions
        x = F.leaky_relu(F.conv1d(mel, first.weight, first.bias, stride=apart), self.slope)
        for convolution in self._convolutions:
            dilation = convolution.dilation[0] // apart
            y = F.leaky_relu(F.conv1d(x, convolution.weight, convolution.bias, dilation=dilation), self.slope)
            y = F.dropout(y, self.dropout, self.training)
            crop = (x.shape[-1] - y.shape[-1]) // 2
            x = (x[..., crop : crop + y.shape[-1]] + y) / 2
        return self.code(x[..., :: step // apart].transpose(1, 2))

    @property
    def _convolutions(self) -> list[nn.Conv1d]:
        return [cast(nn.Conv1d, convolution) for convolution in self.convs]


class HearingEncoder(nn.Module):
    """Sound -> codes by the pre-trained encoder (ours), in the place of `AudioEncoder`; its log-mel is the speech model's."""

    def __init__(self, config: MeshTalkConfig):
        super().__init__()
        self.config = config
        self.hearing = Hearing(cast(TrunkConfig, config.hearing), config.code_dim)

    def of_columns(self, mel: Tensor, step: int) -> Tensor:
        """As `AudioEncoder.of_columns`: (B, bands, 2 · MARGIN + step · T or more) -> (B, T, D), frame t from column MARGIN + step · t."""
        frames = (mel.shape[-1] - 2 * MARGIN) // step
        return self.hearing(mel.transpose(1, 2), MARGIN + step * (torch.arange(frames, device=mel.device) + 0.5))

    def of_sound(self, samples: Tensor, progress: Progress | None = None) -> Tensor:
        """Sound (B, N) at 16 kHz of any level -> (B, T, D), a row for each of `chunk_starts`."""
        config = self.config
        starts = torch.tensor(chunk_starts(samples.shape[-1], config), dtype=torch.float32, device=samples.device)
        middles = starts - padding(config) + config.chunk_samples / 2
        return self.hearing.of_sound(samples, middles / HOP, progress)


class ExpressionEncoder(nn.Module):
    """Moving face -> codes: (B, T, points, dims) -> (B, T, D). Buffers mean, stddev (1, 1, points, dims) normalise
    it."""

    mean: Tensor
    stddev: Tensor

    def __init__(self, config: MeshTalkConfig):
        super().__init__()
        self.slope = config.slope
        self.register_buffer("mean", torch.zeros(1, 1, config.points, config.dims))
        self.register_buffer("stddev", torch.ones(1, 1, config.points, config.dims))
        self.layers = nn.ModuleList(
            (
                nn.Linear(config.points * config.dims, config.expression_hidden),
                nn.Linear(config.expression_hidden, config.code_dim),
            )
        )
        self.lstm = nn.LSTM(config.code_dim, config.code_dim, batch_first=True)
        self.code = nn.Linear(config.code_dim, config.code_dim)

    def forward(self, geometry: Tensor) -> Tensor:
        x = ((geometry - self.mean) / self.stddev).flatten(2)
        for layer in self.layers:
            x = F.leaky_relu(layer(x), self.slope)
        return self.code(self.lstm(x)[0])


class FusionMlp(nn.Module):
    """Expression and audio codes -> log-probabilities of the latent: (B, T, D), (B, T, D) -> (B, T, H, C)."""

    def __init__(self, config: MeshTalkConfig):
        super().__init__()
        self.heads, self.classes = config.heads, config.classes
        hidden = config.fusion_hidden
        self.mlp = nn.Sequential(
            nn.Linear(2 * config.code_dim, hidden),
            nn.LeakyReLU(config.slope),
            nn.Linear(hidden, hidden),
            nn.LeakyReLU(config.slope),
            nn.Linear(hidden, config.heads * config.classes),
        )

    def forward(self, expression_code: Tensor, audio_code: Tensor) -> Tensor:
        scores = self.mlp(torch.cat((expression_code, audio_code), dim=-1))
        return scores.unflatten(-1, (self.heads, self.classes)).log_softmax(-1)


class MultimodalEncoder(nn.Module):
    """The three together: sound chunks (B, T, W) and geometry (B, T, points, dims) -> log-probabilities (B, T, H,
    C)."""

    def __init__(self, config: MeshTalkConfig):
        super().__init__()
        self.audio_encoder = AudioEncoder(config) if config.hearing is None else HearingEncoder(config)
        self.expression_encoder = ExpressionEncoder(config)
        self.fusion_model = FusionMlp(config)

    def forward(self, geometry: Tensor, chunks: Tensor) -> Tensor:
        return self.fusion_model(self.expression_encoder(geometry), self.audio_encoder(chunks))
