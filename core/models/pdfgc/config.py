# SPDX-License-Identifier: GPL-3.0-or-later
"""Sizes of PD-FGC's audio and motion encoders."""

from __future__ import annotations

from dataclasses import dataclass

from ...networks.presets import preset
from ..speech.config import TrunkConfig


@dataclass(frozen=True)
class PdfgcConfig:
    """Everything that fixes the shapes of the weights; saved beside them as config.json. The defaults are the published
    sizes.

    Args:
        rate_hz: video frames a second.
        sample_rate_hz: of the sound; columns_per_frame × rate_hz × mel_hop.
        level: root mean square to which the sound is scaled.
        mel_bands: of the mel spectrogram.
        mel_fft: of its Fourier transform, samples.
        mel_hop: samples from column to column.
        mel_lowest_hz: where its bands begin.
        mel_highest_hz: where they end.
        columns_per_frame: mel columns of a video frame.
        clip_frames: frames whose columns the audio encoder sees at a time.
        audio_blocks: residual blocks of each stage of the audio encoder.
        audio_channels: of the same stages.
        attention_hidden: inner width of the pooling over time.
        squeeze: reduction in the squeeze-excitation blocks.
        feature_dim: numbers of a feature, from which codes are made.
        mouth_dim: numbers of the mouth code.
        pose_dim: numbers of the head pose code.
        eye_dim: numbers of the eye code.
        expression_dim: numbers of the expression code.
    """

    rate_hz: float = 25.0
    sample_rate_hz: int = 16000
    level: float = 0.1
    mel_bands: int = 80
    mel_fft: int = 1280
    mel_hop: int = 160
    mel_lowest_hz: float = 125.0
    mel_highest_hz: float = 7600.0
    columns_per_frame: int = 4
    clip_frames: int = 5
    audio_blocks: tuple[int, int, int, int] = (3, 4, 6, 3)
    audio_channels: tuple[int, int, int, int] = (32, 64, 128, 256)
    attention_hidden: int = 128
    squeeze: int = 8
    feature_dim: int = 512
    mouth_dim: int = 500
    pose_dim: int = 6
    eye_dim: int = 6
    expression_dim: int = 30

    @property
    def clip_columns(self) -> int:
        """Mel columns that the audio encoder sees at a time."""
        return self.columns_per_frame * self.clip_frames

    @classmethod
    def named(cls, name: str) -> PdfgcConfig:
        """A preset: "published" or "small" (for two CPU cores). Raises UserError for another name."""
        return preset(PRESETS, name, "PD-FGC")


PRESETS = {
    "published": PdfgcConfig(),
    "small": PdfgcConfig(
        audio_blocks=(1, 1, 1, 1),
        audio_channels=(16, 32, 48, 64),
        attention_hidden=32,
        feature_dim=128,
        mouth_dim=32,
        expression_dim=16,
    ),
}


@dataclass(frozen=True)
class RigPdfgcConfig:
    """Everything that fixes the shapes of the weights of our own PD-FGC, which sees rig parameters where the published one sees images.

    Args:
        rate_hz: frames a second.
        channels: of a frame: shapes, then angles of the head.
        width: channels of the motion encoder's convolutions; numbers of the motion code.
        kernel: frames that one of them sees.
        blocks: of them behind the first.
        feature_dim: numbers of a control's feature.
        lips_dim: numbers of the lip code.
        pose_dim: numbers of the head's code.
        eye_dim: numbers of the eye code.
        expression_dim: numbers of the expression code.
        expression_frames: over which the expression is averaged.
        decoder_width: channels of the decoder's convolutions.
        mel_bands: of the sound.
        columns_per_frame: mel columns of a frame.
        audio_width: channels of the audio encoder's convolutions.
        hearing: sizes of the pre-trained encoder that hears in the place of that one; None for that one.
    """

    rate_hz: float = 25.0
    channels: int = 58
    width: int = 64
    kernel: int = 5
    blocks: int = 2
    feature_dim: int = 48
    lips_dim: int = 16
    pose_dim: int = 6
    eye_dim: int = 6
    expression_dim: int = 12
    expression_frames: int = 9
    decoder_width: int = 80
    mel_bands: int = 80
    columns_per_frame: int = 4
    audio_width: int = 64
    hearing: TrunkConfig | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "hearing", TrunkConfig.read(self.hearing))

    @property
    def code_dim(self) -> int:
        """Numbers of the four codes together."""
        return self.lips_dim + self.pose_dim + self.eye_dim + self.expression_dim

    @classmethod
    def named(cls, name: str) -> RigPdfgcConfig:
        """A preset: "trained" (ours) or "tiny" (for tests). Raises UserError for another name."""
        return preset(RIG_PRESETS, name, "PD-FGC on a rig")


RIG_PRESETS = {
    "trained": RigPdfgcConfig(),
    "tiny": RigPdfgcConfig(width=8, kernel=3, blocks=1, feature_dim=8, decoder_width=8, audio_width=8),
}
