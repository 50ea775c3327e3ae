# SPDX-License-Identifier: GPL-3.0-or-later
"""Sizes of a MeshTalk model."""

from __future__ import annotations

from dataclasses import dataclass

from ...networks.presets import preset
from ..speech.config import TrunkConfig
from .shapes import SHAPES


@dataclass(frozen=True)
class MeshTalkConfig:
    """Everything that fixes the shapes of the weights; saved beside them as config.json. The defaults are the published
    sizes.

    Args:
        points: vertices of the face, or shapes of a linear basis.
        dims: numbers of a point: 3 coordinates, or 1 weight.
        heads: of the categorical latent of one frame.
        classes: of each head.
        rate_hz: frames a second.
        sample_rate_hz: of the sound.
        frame_samples: sound samples from one frame to the next; 533 as published is an integer and drifts by 37.5 ms a
            minute at 30 fps, 16000 / 30 does not.
        chunk_samples: sound around each frame that the audio encoder hears.
        level: mean absolute value to which the sound is scaled.
        mel_bands: of the log-mel spectrogram.
        mel_fft: of its Fourier transform, samples.
        mel_window: of its window, samples.
        mel_hop: samples from column to column.
        audio_channels: of the audio encoder's convolutions.
        audio_dilations: one convolution each.
        audio_dropout: share dropped after each of them while training.
        expression_hidden: inner width of the expression encoder.
        code_dim: numbers of an audio or expression code.
        fusion_hidden: inner width of the network that makes the latent of both codes.
        decoder_hidden: widths of the UNet, from the vertices inwards.
        decoder_lstm_layers: at its bottom.
        context_dim: channels of one head in the context model.
        context_dilations: one layer each.
        own_features: the logits of a head see that head's own features, too. They hold nothing of its label, only what came before.
            Without, as published, the first head is drawn without knowing sound or past.
        slope: of every LeakyReLU.
        shapes: names of the points, where they are shapes of a linear basis; () for vertices.
        hearing: sizes of the pre-trained encoder that it hears with (ours); None for the published one, of its own.
    """

    points: int = 6172
    dims: int = 3
    heads: int = 16
    classes: int = 128
    rate_hz: float = 30.0
    sample_rate_hz: int = 16000
    frame_samples: float = 533
    chunk_samples: int = 16000
    level: float = 0.01
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
    context_dim: int = 64
    context_dilations: tuple[int, ...] = (1, 2, 4, 8)
    own_features: bool = False
    slope: float = 0.2
    shapes: tuple[str, ...] = ()
    hearing: TrunkConfig | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "hearing", TrunkConfig.read(self.hearing))

    @classmethod
    def named(cls, name: str) -> MeshTalkConfig:
        """A preset: "published", "small" (for two CPU cores) or "trained" (ours). Raises UserError for another name."""
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
    # Ours, as trained: a frame is four mel columns, so that neighbouring frames share what is computed of the sound.
    "trained": MeshTalkConfig(
        points=len(SHAPES),
        dims=1,
        heads=8,
        classes=32,
        rate_hz=25.0,
        frame_samples=640,
        mel_fft=1024,
        audio_channels=64,
        expression_hidden=96,
        code_dim=64,
        fusion_hidden=128,
        decoder_hidden=(128, 96, 64),
        decoder_lstm_layers=1,
        context_dim=16,
        own_features=True,
        shapes=SHAPES,
    ),
}
