# SPDX-License-Identifier: GPL-3.0-or-later
"""Sizes of Bailando's networks, with named presets."""

from __future__ import annotations

from dataclasses import dataclass

from ...networks.presets import preset
from .styles import STYLES

# Of our own memory and music (`dancer_frames`, `core.audio.music.dance_features`), which a test holds to these numbers.
UP_CHANNELS = 54
DOWN_CHANNELS = 50
MUSIC_NUMBERS = 52


@dataclass(frozen=True)
class BailandoConfig:
    """Everything that fixes the shapes of the weights; saved beside them as config.json. The defaults are the published
    sizes.

    Args:
        up_channels: numbers of the upper half in a frame: 15 joints × 3.
        down_channels: numbers of the lower half: 9 joints × 3.
        root_decoder: a second decoder of the lower half gives the root's velocity.
        rotations: channels of the rotation decoders (24 matrices of 9 in Bailando++), 0 for none.
        memory_width: channels of the memory's convolutions.
        codes: size of each half's codebook.
        code_width: numbers of a code's latent.
        strides: halvings of time from frames to codes; 3 make 8 frames a token.
        depth: dilated residual blocks after each halving.
        dilation_growth: by which each of these blocks sees farther than the one before.
        commitment: weight of the latents' distance to their codes.
        momentum: share of the old codebook that a training step keeps.
        restart_below: moving count of use below which a code restarts at a random latent.
        width: channels of the GPT.
        heads: attention heads of the GPT.
        base_layers: of the GPT, shared by actor and critic.
        head_layers: of the actor.
        critic_layers: of the critic.
        block: tokens of each stream that the GPT can hold.
        context: tokens kept while sampling.
        music_width: numbers of music for each token.
        dropout: share dropped in the GPT while training.
        rate_hz: motion frames a second.
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
        """8 as published."""
        return 2**self.strides

    @property
    def tokens_per_second(self) -> float:
        """7.5 as published."""
        return self.rate_hz / self.frames_per_token

    @classmethod
    def named(cls, name: str) -> BailandoConfig:
        """A preset: "published", "plusplus" (with the rotation decoder), "small" (for two CPU cores) or "trained" (ours)."""
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
    "trained": BailandoConfig(
        up_channels=UP_CHANNELS,
        down_channels=DOWN_CHANNELS,
        root_decoder=False,
        memory_width=128,
        code_width=64,
        depth=2,
        restart_below=0.1,  # a batch has hardly more tokens than there are codes
        width=192,
        heads=6,
        base_layers=3,
        head_layers=3,
        critic_layers=2,
        block=45,
        context=44,
        music_width=MUSIC_NUMBERS + len(STYLES) + 1,  # and which style is danced
        dropout=0.25,  # there is half an hour of dance
    ),
}
