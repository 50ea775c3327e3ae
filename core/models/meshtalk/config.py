# SPDX-License-Identifier: GPL-3.0-or-later
"""Sizes of a MeshTalk model."""

from __future__ import annotations

from dataclasses import dataclass

from ...networks.presets import preset


@dataclass(frozen=True)
class MeshTalkConfig:
    """Every size of the model; the defaults are the published ones.

    points, dims: what one frame of the face is made of: vertices x 3 coordinates, or shapes x 1 weight of a linear basis.
    heads, classes: the categorical latent of one frame. frame_samples: sound samples from one frame to the next; 533 as
    published is integer and drifts by 37.5 ms a minute at 30 fps, 16000 / 30 does not.
    """

    points: int = 6172
    dims: int = 3
    heads: int = 16
    classes: int = 128
    rate_hz: float = 30.0
    sample_rate_hz: int = 16000
    frame_samples: float = 533
    chunk_samples: int = 16000
    level: float = 0.01  # mean absolute value of the sound
    mel_bands: int = 80
    mel_fft: int = 2048
    mel_window: int = 800
    mel_hop: int = 160
    audio_channels: int = 128
    audio_dilations: tuple[int, ...] = (2, 4, 6, 2, 4, 6)
    audio_dropout: float = 0.2
    expression_hidden: int = 256
    code_dim: int = 128
    fusion_hidden: int = 256
    decoder_hidden: tuple[int, int, int] = (512, 256, 128)
    decoder_lstm_layers: int = 2
    context_dim: int = 64  # channels of one head
    context_dilations: tuple[int, ...] = (1, 2, 4, 8)
    slope: float = 0.2  # of every LeakyReLU

    @classmethod
    def named(cls, name: str) -> MeshTalkConfig:
        """A preset: "published" or "small" (for two CPU cores). Raises UserError for another name."""
        return preset(PRESETS, name, "MeshTalk")


PRESETS = {
    "published": MeshTalkConfig(),
    # Shape weights of a rig in real time: fewer heads, narrower layers, no drift.
    "small": MeshTalkConfig(
        points=55,
        dims=1,
        heads=8,
        classes=64,
        frame_samples=16000 / 30,
        mel_fft=1024,
        audio_channels=64,
        expression_hidden=96,
        code_dim=64,
        fusion_hidden=128,
        decoder_hidden=(128, 96, 64),
        decoder_lstm_layers=1,
        context_dim=32,
    ),
}
