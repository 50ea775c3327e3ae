# SPDX-License-Identifier: GPL-3.0-or-later
"""Sizes of Bailando's networks, with named presets."""

from __future__ import annotations

from dataclasses import dataclass

from ...networks.presets import preset


@dataclass(frozen=True)
class BailandoConfig:
    """The defaults are the published sizes.

    Memory: `strides` halvings of time (8 frames a token), `depth` dilated residual blocks after each, `codes` codes a half.
    GPT: `block` tokens of each stream at most, `context` tokens kept while sampling, music rows of `music_width` numbers.
    rotations: channels of the rotation decoder (24 matrices of 9 in Bailando++), 0 for none.
    """

    up_channels: int = 45
    down_channels: int = 27
    root_decoder: bool = True
    rotations: int = 0
    memory_width: int = 512
    codes: int = 512
    code_width: int = 512
    strides: int = 3
    depth: int = 3
    dilation_growth: int = 3
    commitment: float = 0.02
    momentum: float = 0.99
    restart_below: float = 1.0
    width: int = 768
    heads: int = 12
    base_layers: int = 6
    head_layers: int = 6
    critic_layers: int = 3
    block: int = 29
    context: int = 28
    music_width: int = 438
    dropout: float = 0.1
    rate_hz: float = 60.0

    @property
    def frames_per_token(self) -> int:
        return 2**self.strides

    @property
    def tokens_per_second(self) -> float:
        return self.rate_hz / self.frames_per_token

    @classmethod
    def named(cls, name: str) -> BailandoConfig:
        """A preset: "published", "plusplus" (with the rotation decoder), or "small" (for two CPU cores)."""
        return preset(PRESETS, name, "Bailando")


PRESETS = {
    "published": BailandoConfig(),
    "plusplus": BailandoConfig(rotations=24 * 9),
    "small": BailandoConfig(
        memory_width=128,
        codes=256,
        code_width=128,
        width=192,
        heads=6,
        base_layers=3,
        head_layers=3,
        critic_layers=2,
        rotations=24 * 9,
    ),
}
