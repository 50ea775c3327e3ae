# SPDX-License-Identifier: GPL-3.0-or-later
"""Motion encoder: an image to a feature, and four heads that take mouth, head pose, eyes and expression out of it.

The trunk is a face alignment network (Bulat and Tzimiropoulos, ICCV 2017, section 3) with one hourglass (Newell et al.,
2016) whose 68 heat maps become one feature. Recorded numbers cover the heads; of the trunk they cover names and sizes
only, so how bn5, conv6 and fc follow each other is this project's reading of their sizes.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .config import PdfgcConfig

BRANCHES = ("mouth", "headpose", "eye", "emo")


class HierarchicalBlock(nn.Module):
    """Three 3x3 convolutions of half, a quarter and a quarter of the channels, all put side by side, plus the input."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        half, quarter = outputs // 2, outputs // 4
        self.bn1 = nn.BatchNorm2d(inputs)
        self.conv1 = nn.Conv2d(inputs, half, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(half)
        self.conv2 = nn.Conv2d(half, quarter, 3, padding=1, bias=False)
        self.bn3 = nn.BatchNorm2d(quarter)
        self.conv3 = nn.Conv2d(quarter, quarter, 3, padding=1, bias=False)
        self.downsample = None
        if inputs != outputs:
            self.downsample = nn.Sequential(
                nn.BatchNorm2d(inputs), nn.ReLU(), nn.Conv2d(inputs, outputs, 1, bias=False)
            )

    def forward(self, x: Tensor) -> Tensor:
        first = self.conv1(F.relu(self.bn1(x)))
        second = self.conv2(F.relu(self.bn2(first)))
        third = self.conv3(F.relu(self.bn3(second)))
        return torch.cat((first, second, third), 1) + (x if self.downsample is None else self.downsample(x))


class Hourglass(nn.Module):
    """(B, C, H, W) -> the same: `depth` times halved and brought back, with a block on every path."""

    def __init__(self, channels: int, depth: int):
        super().__init__()
        self.depth = depth
        for level in range(depth, 0, -1):
            self.add_module(f"b1_{level}", HierarchicalBlock(channels, channels))
            self.add_module(f"b2_{level}", HierarchicalBlock(channels, channels))
        self.add_module("b2_plus_1", HierarchicalBlock(channels, channels))
        for level in range(1, depth + 1):
            self.add_module(f"b3_{level}", HierarchicalBlock(channels, channels))

    def forward(self, x: Tensor) -> Tensor:
        return self._level(x, self.depth)

    def _level(self, x: Tensor, level: int) -> Tensor:
        block = self.get_submodule
        low = block(f"b2_{level}")(F.avg_pool2d(x, 2))
        low = self._level(low, level - 1) if level > 1 else block("b2_plus_1")(low)
        low = F.interpolate(block(f"b3_{level}")(low), size=x.shape[-2:], mode="nearest")
        return block(f"b1_{level}")(x) + low


class FaceAlignmentTrunk(nn.Module):
    """RGB (B, 3, 224, 224) in -1..1 -> features (B, feature_dim)."""

    def __init__(self, feature_dim: int, landmarks: int = 68):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3)
        self.bn1 = nn.BatchNorm2d(64)
        self.conv2 = HierarchicalBlock(64, 128)
        self.conv3 = HierarchicalBlock(128, 128)
        self.conv4 = HierarchicalBlock(128, 256)
        self.m0 = Hourglass(256, 4)
        self.top_m_0 = HierarchicalBlock(256, 256)
        self.conv_last0 = nn.Conv2d(256, 256, 1)
        self.l0 = nn.Conv2d(256, landmarks, 1)
        self.bn_end0 = nn.BatchNorm2d(256)
        self.conv6 = nn.Conv2d(landmarks, 1, 3, stride=2, padding=1)
        self.fc = nn.Linear(28 * 28, feature_dim)
        self.bn5 = nn.BatchNorm2d(landmarks)

    def forward(self, image: Tensor) -> Tensor:
        x = F.relu(self.bn1(self.conv1(image)))
        x = self.conv4(self.conv3(F.avg_pool2d(self.conv2(x), 2)))
        x = self.top_m_0(self.m0(x))
        heat_maps = self.l0(F.relu(self.bn_end0(self.conv_last0(x))))
        x = self.conv6(F.relu(self.bn5(heat_maps)))
        return self.fc(F.relu(x).flatten(1))


class MotionEncoder(nn.Module):
    """Image (B, 3, 224, 224) -> the four codes by name, see `heads`."""

    def __init__(self, config: PdfgcConfig):
        super().__init__()
        size = config.feature_dim
        self.model = FaceAlignmentTrunk(size)
        codes = (config.mouth_dim, config.pose_dim, config.eye_dim, config.expression_dim)
        for branch, code in zip(BRANCHES, codes):
            self.add_module(
                f"to_{branch}",
                nn.Sequential(nn.Linear(size, size), nn.ReLU(), nn.BatchNorm1d(size), nn.Linear(size, size)),
            )
            self.add_module(f"{branch}_embed", nn.Sequential(nn.ReLU(), nn.Linear(size, code)))

    def forward(self, image: Tensor) -> dict[str, Tensor]:
        return self.heads(self.model(image))

    def heads(self, feature: Tensor) -> dict[str, Tensor]:
        """(B, feature_dim) -> for each branch its feature "mouth" (B, feature_dim) and its code "mouth_embed"."""
        results = {}
        for branch in BRANCHES:
            results[branch] = self.get_submodule(f"to_{branch}")(feature)
            results[f"{branch}_embed"] = self.get_submodule(f"{branch}_embed")(results[branch])
        return results
