# SPDX-License-Identifier: GPL-3.0-or-later
"""EMAGE: co-speech body, hands, face and locomotion from audio, steered by masked motion.

Published: Haiyang Liu et al., "EMAGE: Towards Unified Holistic Co-Speech Gesture Generation via Expressive Masked Audio
Gesture Modeling", CVPR 2024; the published checkpoints load by key. Trained by us: weights/emage (preset "lively",
recipe `python -m core.training body --preset lively`). Behind the button: yes, body and hands of speech.

`body_parts` and `codec` (section 4.1): four compositional VQ-VAEs, global motion. `masking` and `network` (4.2): masked
motion as hints, and the whole model. `content_rhythm` (4.3): content-rhythm attention; `wave_encoder`: the audio-only
release's encoder; `face_hearing`: the pre-trained one for a face, by configuration (ours). `objectives` (4.4): three passes a
step. `sampling`: a performance window by window. `checkpoint`: our weights and the published. `config` has the sizes. Ours:
`stroke_memory` and `recorded_hands`, what people's hands did; `strided_codec` and `token_network`, codecs and transformer with
one token for several frames, `token_rows`, the same for one window, sooner, `token_sampling`, how they are drawn;
`fast_layers`: the transformer's layers for one sequence; `window_sampling`: one window, recorded where it is usual.

30 frames a second; 55 SMPL-X joints as rot6d by rows, translation in metres, Y up; a mask of 1 hides.
"""

from ...networks.code_sampling import NucleusSampling
from .checkpoint import load, save
from .config import PRESETS, EmageConfig
from .network import Emage
from .sampling import Generated, MaskedMotion, SamplingOptions, generate, prepare

__all__ = [
    "PRESETS",
    "Emage",
    "EmageConfig",
    "Generated",
    "MaskedMotion",
    "NucleusSampling",
    "SamplingOptions",
    "generate",
    "load",
    "prepare",
    "save",
]
