# SPDX-License-Identifier: GPL-3.0-or-later
"""The sound as MeshTalk hears it (section 3.1): one second around every frame, as a log-mel spectrogram.

Shapes: B batch, N samples, T frames, W samples of a chunk, M mel columns of a chunk.
"""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .config import MeshTalkConfig


def normalise_level(samples: Tensor, level: float = 0.01) -> Tensor:
    """(B, N): scaled so that the mean absolute value of each item is `level`. Silence stays silence."""
    mean = samples.abs().mean(-1, keepdim=True)
    return samples * (level / mean.clamp_min(1e-9))


def chunk_starts(samples: int, config: MeshTalkConfig) -> list[int]:
    """Where in the padded sound the chunk of each frame starts; one entry a frame."""
    reach = samples + 2 * padding(config) - config.chunk_samples  # the last start must lie before it
    if reach <= 0:
        return []
    frames = math.ceil(reach / config.frame_samples)
    return [start for start in (round(frame * config.frame_samples) for frame in range(frames)) if start < reach]


def padding(config: MeshTalkConfig) -> int:
    """Zeros put before and after the sound, so that frame 0 hears its own samples in the middle of its chunk."""
    return (config.chunk_samples - int(config.frame_samples)) // 2


def sound_chunks(samples: Tensor, config: MeshTalkConfig, first: int = 0, last: int | None = None) -> Tensor:
    """The sound around each frame.

    Args:
        samples: (B, N).
        config: rates and sizes.
        first: frame.
        last: frame behind the last one; all if None.

    Returns:
        (B, T, W).
    """
    padded = F.pad(samples, (padding(config), padding(config)))
    starts = chunk_starts(samples.shape[-1], config)[first:last]
    if not starts:
        return samples.new_zeros(len(samples), 0, config.chunk_samples)
    return torch.stack([padded[:, start : start + config.chunk_samples] for start in starts], dim=1)


def htk_mel_filters(bands: int, fft_size: int, rate_hz: float) -> np.ndarray:
    """float32 (fft_size/2+1, bands): triangles of height 1 on the HTK mel scale (2595 log10(1 + f/700)), 0 Hz to
    Nyquist."""
    top = 2595.0 * np.log10(1.0 + rate_hz / 2.0 / 700.0)
    edges_hz = 700.0 * (10.0 ** (np.linspace(0.0, top, bands + 2) / 2595.0) - 1.0)
    bins_hz = np.linspace(0.0, rate_hz / 2.0, fft_size // 2 + 1)[:, None]
    rising = (bins_hz - edges_hz[:-2]) / np.diff(edges_hz)[:-1]
    falling = (edges_hz[2:] - bins_hz) / np.diff(edges_hz)[1:]
    return np.maximum(0.0, np.minimum(rising, falling)).astype(np.float32)


class _Spectrogram(nn.Module):
    """Holder of the window under its published name."""

    window: Tensor

    def __init__(self, window: int):
        super().__init__()
        self.register_buffer("window", torch.hann_window(window))


class _MelScale(nn.Module):
    """Holder of the filters under their published name."""

    fb: Tensor

    def __init__(self, filters: np.ndarray):
        super().__init__()
        self.register_buffer("fb", torch.from_numpy(filters))


class LogMel(nn.Module):
    """(…, W) -> (…, bands, M): natural logarithm of the mel power, not below log(1e-10); ends mirrored, M = W / hop +
    1.

    State keys: spectrogram.window, mel_scale.fb.
    """

    def __init__(self, config: MeshTalkConfig):
        super().__init__()
        self.fft, self.hop = config.mel_fft, config.mel_hop
        self.spectrogram = _Spectrogram(config.mel_window)
        self.mel_scale = _MelScale(htk_mel_filters(config.mel_bands, config.mel_fft, config.sample_rate_hz))

    def forward(self, samples: Tensor) -> Tensor:
        window = self.spectrogram.window
        spectrum = torch.stft(
            samples.reshape(-1, samples.shape[-1]),
            self.fft,
            self.hop,
            len(window),
            window,
            center=True,
            pad_mode="reflect",
            return_complex=True,
        )
        power = spectrum.real.square() + spectrum.imag.square()
        # frame by frame, as it lies in memory: half the time
        mel = torch.matmul(power.transpose(-1, -2), self.mel_scale.fb).transpose(-1, -2)
        return mel.clamp_min(1e-10).log().reshape(*samples.shape[:-1], *mel.shape[-2:])


def columns_a_frame(config: MeshTalkConfig) -> int:
    """Mel columns from frame to frame where that is a whole number, so that frames can share them; else 0."""
    return 0 if config.frame_samples % config.mel_hop else int(config.frame_samples // config.mel_hop)


def mel_columns(samples: Tensor, log_mel: LogMel, config: MeshTalkConfig, first: int, last: int) -> Tensor:
    """What the chunks of some frames contain together, each column once; `columns_a_frame` is not 0.

    Args:
        samples: (B, N) at the level that the model hears.
        log_mel: the encoder's.
        config: rates and sizes.
        first, last: frames, from and to.

    Returns:
        (B, bands, M): the chunk of frame `first` + t begins at column t · `columns_a_frame`.
    """
    hop, margin = config.mel_hop, -(-config.mel_fft // config.mel_hop)
    begin = first * columns_a_frame(config)
    end = (last - 1) * columns_a_frame(config) + config.chunk_samples // hop + 1
    lead = min(margin, begin)
    padded = F.pad(samples, (padding(config), padding(config) + margin * hop + config.mel_fft))
    part = padded[:, (begin - lead) * hop : (end + margin) * hop]
    return log_mel(part)[..., lead : lead + end - begin]
