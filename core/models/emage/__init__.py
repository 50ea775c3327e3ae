# SPDX-License-Identifier: GPL-3.0-or-later
"""EMAGE: co-speech body, hands, face and locomotion from audio, steered by masked motion.

Haiyang Liu et al., "EMAGE: Towards Unified Holistic Co-Speech Gesture Generation via Expressive Masked Audio Gesture
Modeling", CVPR 2024. Read in this order: `body_parts` and `codec` (section 4.1: four compositional VQ-VAEs, global motion),
`masking` and `network` (4.2: masked motion as hints), `rhythm` (4.3: content-rhythm attention), `objectives` (4.4: losses,
three passes a step), `inference` (sliding windows), `loading` (published and own weights).

30 frames a second; 55 SMPL-X joints as rot6d by rows, translation in metres, Y up; a mask of 1 hides.
"""

from ...networks.sampling import Sampling
from .config import PRESETS, EmageConfig
from .inference import Generated
from .model import Emage, load, save

__all__ = ["PRESETS", "Emage", "EmageConfig", "Generated", "Sampling", "load", "save"]
