# SPDX-License-Identifier: GPL-3.0-or-later
"""Bailando: dance from music by a choreographic memory and an actor-critic motion GPT.

Li Siyao et al., "Bailando: 3D Dance Generation by Actor-Critic GPT with Choreographic Memory", CVPR 2022, and the later
"Bailando++" (TPAMI 2023), from which the rotation decoder comes. Read in this order: `music` (section 4.1: 438 numbers
7.5 times a second), `halves` (which joints are up and down), `memory` (3.1: VQ-VAEs of both halves, root decoder),
`gpt` (3.2: cross-conditional GPT), `sampling` (tokens one after another), `actor_critic` (3.3: critic, rewards, objective),
`loading` (published and own weights).

60 frames a second; 24 SMPL joints as positions in metres relative to the root, Y up; one token is 8 frames.
"""

from .config import PRESETS, BailandoConfig
from .model import Bailando, load, save
from .sampling import Tokens

__all__ = ["PRESETS", "Bailando", "BailandoConfig", "Tokens", "load", "save"]
