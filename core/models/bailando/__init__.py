# SPDX-License-Identifier: GPL-3.0-or-later
"""Bailando: dance from music by a choreographic memory and an actor-critic motion GPT.

Published: Li Siyao et al., "Bailando: 3D Dance Generation by Actor-Critic GPT with Choreographic Memory", CVPR 2022,
and the later "Bailando++" (TPAMI 2023), from which the rotation decoder comes; the published checkpoints load by key.
Trained by us: weights/bailando. Behind the button: it dances to music.

`music_features` (section 4.1): 438 numbers 7.5 times a second. `body_halves`: which joints are up and down. `memory`
(3.1): VQ-VAEs of both halves, root decoder. `gpt` (3.2): cross-conditional GPT, with the critic (3.3). `network`: both
as one model. `objectives` (3.1 to 3.3) and `rewards` (3.3): what they learn from. `tokens` and `sampling`: a dance,
token by token; `fast_sampling`: the same tokens sooner. `code_frames`: the poses of codes. `checkpoint`: our weights
and the published. `config` has the sizes. Our own training has canonical rotations instead of joint positions: `dancer_frames`,
`rotation_memory`, `trained`, `styles`.

60 frames a second; 24 SMPL joints as positions in metres relative to the root, Y up; one token is 8 frames.
"""

from ...networks.code_sampling import NucleusSampling
from .checkpoint import load, load_faithful, save
from .config import PRESETS, BailandoConfig
from .network import Bailando
from .sampling import dance, decode_positions
from .tokens import DanceOptions, Tokens
from .trained import TrainedBailando

__all__ = [
    "PRESETS",
    "Bailando",
    "BailandoConfig",
    "DanceOptions",
    "NucleusSampling",
    "Tokens",
    "TrainedBailando",
    "dance",
    "decode_positions",
    "load",
    "load_faithful",
    "save",
]
