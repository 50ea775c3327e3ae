# SPDX-License-Identifier: GPL-3.0-or-later
"""PD-FGC: progressively disentangled, fine-grained control of a talking face.

Published: Wang, Deng, Yin, Chen, Yi, Li, Xu, Bo, "Progressive Disentangled Representation Learning for Fine-Grained
Controllable Talking Head Synthesis", CVPR 2023; written anew from the paper and from the numbers of reference runs, the
half that understands sound and motion (the image generator is not part of this project, whose faces are rigs); its
published checkpoints load by key. Trained by us: weights/pdfgc (recipe `python -m core.training pdfgc`), its scheme
carried from pictures to the parameters of a rig. Behind the button: yes, lips, head, eyes and expression that come from
several sources are put together by `recomposition`.

    face (T, 58), which of it is known ── rig_network: motion code (T, 64) ── lips 16, head 6, eyes 6, expression 12
    codes of one face or of several ── rig_network: decoder ── face (T, 58)
    sound (N,) ── mel: clips (T, 1, 80, 20) around each frame ── audio_encoder.AudioEncoder ── mouth code (T, 500)
    image (B, 3, 224, 224) ── motion_encoder.MotionEncoder ── mouth 500, head pose 6, eyes 6, expression 30

Ours: `rig_network`, `rig_channels` (which channels belong to which control), `recomposition`. Published: `network`, both
encoders as one model; `sampling`, the mouth codes of a sound; `control`, the four codes with their switches and gains,
joined to (T, 542). Both: `objectives` (section 3): the contrast of lips and sound in both directions, the region swap
for the eyes, averaging over a window and decorrelation with memory banks for the expression; on features of any
encoders. `checkpoint`: our weights and the published. `config` has the sizes.
"""

from .checkpoint import load, load_published, save
from .config import PRESETS, RIG_PRESETS, PdfgcConfig, RigPdfgcConfig
from .control import ControlCode
from .network import Pdfgc
from .rig_network import RigPdfgc
from .sampling import mouth_codes

__all__ = [
    "PRESETS",
    "RIG_PRESETS",
    "ControlCode",
    "Pdfgc",
    "PdfgcConfig",
    "RigPdfgc",
    "RigPdfgcConfig",
    "load",
    "load_published",
    "mouth_codes",
    "save",
]
