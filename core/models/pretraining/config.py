# SPDX-License-Identifier: GPL-3.0-or-later
"""Sizes of the pre-trained encoders."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...audio.phones import SYMBOLS
from ...errors import UserError
from ...networks.presets import preset
from ..speech.config import CHANNELS, SpeechConfig
from .keypoint_channels import VISUAL_CHANNELS
from .motion_channels import BODY_CHANNELS, FACE_CHANNELS

SCHEMA = 1


@dataclass(frozen=True)
class PretrainingConfig:
    """Everything that fixes the shapes of the weights; saved beside them as config.json.

    Args:
        rate_hz: frames a second of all embeddings.
        dim: numbers of an embedding.
        phones: symbols that the sound's encoder may be asked for.
        bands: of the log-mel spectrogram.
        audio_width: channels of the sound's encoder, which is the speech model's.
        audio_dilations: one residual block each, in frames of 20 ms.
        context_every: after so many blocks it looks at its own average.
        context_s: over so many seconds.
        face_channels: shapes and head angles of a frame.
        body_channels: numbers of the body's frame.
        visual_channels: numbers of a frame of keypoints.
        motion_width: channels of the motion's encoder.
        motion_dilations: one residual block each, in frames.
        visual_width: channels of the keypoints' encoder.
        visual_dilations: as above.
        crop_pixels: side of the pictures of a face that the encoder of crops sees; 0: there is none, as in all encoders but that one.
        crop_widths: channels of its convolutions, each of which halves the picture.
        fusion_width: numbers of what any subset of the three is fused to.
        fusion_dilations: as above.
        data: what it was trained on, in numbers.
        schema: of the file.
    """

    rate_hz: float = 25.0
    dim: int = 96
    phones: tuple[str, ...] = SYMBOLS
    bands: int = 80
    audio_width: int = 192
    audio_dilations: tuple[int, ...] = SpeechConfig.dilations
    context_every: int = SpeechConfig.context_every
    context_s: float = SpeechConfig.context_s
    face_channels: int = FACE_CHANNELS
    body_channels: int = BODY_CHANNELS
    visual_channels: int = VISUAL_CHANNELS
    motion_width: int = 128
    motion_dilations: tuple[int, ...] = (1, 2, 4, 1)
    visual_width: int = 128
    visual_dilations: tuple[int, ...] = (1, 2, 4, 1)
    crop_pixels: int = 0
    crop_widths: tuple[int, ...] = (12, 24, 48, 96)
    fusion_width: int = 128
    fusion_dilations: tuple[int, ...] = (1, 2, 4)
    data: dict[str, float] = field(default_factory=dict)
    schema: int = SCHEMA

    def __post_init__(self) -> None:
        if self.schema != SCHEMA:
            raise UserError(
                f"The pre-trained encoders have format {self.schema}, this version reads {SCHEMA}.",
                "Use the weights that came with this version.",
            )

    @property
    def speech(self) -> SpeechConfig:
        """The speech model that can start from the sound's encoder."""
        return SpeechConfig(
            phones=self.phones,
            channels=CHANNELS,
            bands=self.bands,
            width=self.audio_width,
            dilations=self.audio_dilations,
            context_every=self.context_every,
            context_s=self.context_s,
        )

    @classmethod
    def named(cls, name: str) -> PretrainingConfig:
        """A preset: "trained" (ours), "crops" (the same, with crops), "small" (to compare trainings) or "tiny" (for tests).

        Raises:
            UserError: there is no such preset.
        """
        return preset(PRESETS, name, "pre-training")


PRESETS = {
    "trained": PretrainingConfig(),
    "crops": PretrainingConfig(crop_pixels=48),
    "small": PretrainingConfig(
        dim=64, audio_width=64, motion_width=64, visual_width=64, fusion_width=64, fusion_dilations=(1, 2)
    ),
    "tiny": PretrainingConfig(
        dim=8,
        audio_width=16,
        audio_dilations=(1, 2),
        motion_width=16,
        motion_dilations=(1,),
        visual_width=16,
        visual_dilations=(1,),
        fusion_width=16,
        fusion_dilations=(1,),
    ),
}
