# SPDX-License-Identifier: GPL-3.0-or-later
"""The sound as PD-FGC's audio encoder sees it: a mel spectrogram in 0..1 and clips of it around every video frame.

Shapes: N samples, M mel columns (100 a second), T video frames.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from ...audio.log_mel import mel_filters
from .config import PdfgcConfig

REFERENCE_DB = 20.0
RANGE_DB = 100.0
FLOOR = 1e-5
_BLOCK = 1024  # columns at a time: the spectrum of a long sound never lies in memory as a whole


def normalise_level(samples: Tensor, level: float = 0.1) -> Tensor:
    """(…, N) scaled so that its root mean square is `level`. Silence stays silence."""
    return samples * (level / samples.square().mean(-1, keepdim=True).sqrt().clamp_min(1e-9))


def stft_window(size: int) -> Tensor:
    """float64 (size,): root of the Hann window taken at half samples, halved: with its hop of size/8 it sums to one."""
    phase = 2.0 * math.pi * (torch.arange(size, dtype=torch.float64) + 0.5) / size
    return 0.5 * (0.5 - 0.5 * torch.cos(phase)).sqrt()


def mel_spectrogram(samples: Tensor, config: PdfgcConfig) -> Tensor:
    """Sound (N,) at 16 kHz, already at its level, -> float32 (M, bands), 0..1.

    Magnitudes in dB, at least 1e-5, less 20 dB; of that -100..0 dB are spread over 0..1. fft - hop = 1120 zeros stand
    before and after the sound, and more after it up to a multiple of the hop: column m is centred at sample 160 m -
    480.
    """
    fft, hop = config.mel_fft, config.mel_hop
    padded = F.pad(samples, (fft - hop, fft - hop + -len(samples) % hop))
    window = stft_window(fft).to(samples.device)
    filters = (
        torch.from_numpy(
            mel_filters(config.mel_bands, fft, config.sample_rate_hz, config.mel_lowest_hz, config.mel_highest_hz)
        )
        .to(window)
        .T
    )
    parts = []
    for frames in padded.unfold(0, fft, hop).split(_BLOCK):
        magnitude = torch.fft.rfft(frames.double() * window).abs()
        decibel = 20.0 * (magnitude @ filters).clamp_min(FLOOR).log10() - REFERENCE_DB
        parts.append(((decibel + RANGE_DB) / RANGE_DB).clamp(0.0, 1.0).float())
    return torch.cat(parts)


def mel_clips(mel: Tensor, config: PdfgcConfig) -> Tensor:
    """(M, bands) -> (T, 1, bands, columns): the clip around every frame that has a whole one.

    The first is for frame clip_frames // 2, the last for the frame as far from the end: with published sizes frame 2
    and two frames before the end.
    """
    frames = len(mel) // config.columns_per_frame
    count = frames - config.clip_frames + 1
    if count <= 0:
        return mel.new_zeros(0, 1, mel.shape[1], config.clip_columns)
    clips = mel[: frames * config.columns_per_frame].unfold(0, config.clip_columns, config.columns_per_frame)
    return clips[:count, None]
