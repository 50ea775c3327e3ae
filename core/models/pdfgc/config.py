# SPDX-License-Identifier: GPL-3.0-or-later
"""Sizes of PD-FGC's audio and motion encoders."""

from __future__ import annotations

from dataclasses import dataclass

from ...networks.presets import preset


@dataclass(frozen=True)
class PdfgcConfig:
    """Every size; the defaults are the published ones.

    Sound: 16 kHz, mel columns every `mel_hop` samples; `columns_per_frame` x rate_hz x mel_hop = the sample rate.
    Codes: numbers of the mouth, head pose, eye and expression branch of the control code.
    """

    rate_hz: float = 25.0
    sample_rate_hz: int = 16000
    level: float = 0.1  # root mean square of the sound
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
    squeeze: int = 8  # reduction in the squeeze-excitation blocks
    feature_dim: int = 512
    mouth_dim: int = 500
    pose_dim: int = 6
    eye_dim: int = 6
    expression_dim: int = 30

    @property
    def clip_columns(self) -> int:
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
