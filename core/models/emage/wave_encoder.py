# SPDX-License-Identifier: GPL-3.0-or-later
"""From sound samples to one feature row a motion frame: strided residual convolutions on the raw wave."""

from __future__ import annotations

from typing import cast

from torch import Tensor, nn

from .config import EmageConfig

KERNEL = 15


class WaveBlock(nn.Module):
    """Two convolutions with batch norm beside a skip that is convolved too where length or width change."""

    def __init__(self, channels_in: int, channels_out: int, stride: int, padding: int, downsample: bool):
        super().__init__()
        self.conv1 = nn.Conv1d(channels_in, channels_out, KERNEL, stride, padding)
        self.bn1 = nn.BatchNorm1d(channels_out)
        self.act1 = nn.LeakyReLU(0.01)
        self.conv2 = nn.Conv1d(channels_out, channels_out, KERNEL, 1, KERNEL // 2)
        self.bn2 = nn.BatchNorm1d(channels_out)
        self.act2 = nn.LeakyReLU(0.01)
        if downsample:
            skip = nn.Conv1d(channels_in, channels_out, KERNEL, stride, padding)
            self.downsample = nn.Sequential(skip, nn.BatchNorm1d(channels_out))
        else:
            self.downsample = None

    def forward(self, x: Tensor) -> Tensor:
        skip = x if self.downsample is None else self.downsample(x)
        x = self.act1(self.bn1(self.conv1(x)))
        return self.act2(self.bn2(self.conv2(x)) + skip)


class WaveEncoder(nn.Module):
    """Samples (B, N) → features (B, frames, width).

    The published strides multiply to 540, not to the 533 samples of a frame; the padding of the first block makes up
    for it for windows of 26 to 64 frames (n·533 samples give n rows); 5 to 25 frames give one row more.
    """

    def __init__(self, config: EmageConfig):
        super().__init__()
        blocks = []
        channels = 1
        for index, (width, stride) in enumerate(zip(config.wave_channels, config.wave_strides, strict=True)):
            padding = config.wave_first_padding if index == 0 else (KERNEL // 2 if stride == 1 else 0)
            blocks.append(WaveBlock(channels, width, stride, padding, downsample=stride != 1 or channels != width))
            channels = width
        self.feat_extractor = nn.Sequential(*blocks)

    def forward(self, samples: Tensor) -> Tensor:
        return self.feat_extractor(samples.unsqueeze(1)).transpose(1, 2)

    def frames(self, samples: int) -> int:
        """How many feature rows `samples` samples give."""
        for block in self.feat_extractor:
            conv = cast(WaveBlock, block).conv1
            samples = (samples + 2 * int(conv.padding[0]) - KERNEL) // conv.stride[0] + 1
        return samples
