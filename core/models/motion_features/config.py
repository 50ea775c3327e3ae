# SPDX-License-Identifier: GPL-3.0-or-later
"""Sizes of the extractor."""

from __future__ import annotations

from dataclasses import dataclass, field

WINDOW = 64  # frames


@dataclass(frozen=True)
class FeatureConfig:
    """Everything that fixes the shapes of the weights; saved beside them as config.json.

    Args:
        channels: numbers of a frame, `channels.CHANNELS`.
        width: of the convolutions.
        latent: numbers a window becomes.
        window: frames.
        data: what it was trained on, for the card.
    """

    channels: int = 488
    width: int = 64
    latent: int = 32
    window: int = WINDOW
    data: dict = field(default_factory=dict)
