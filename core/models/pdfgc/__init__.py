# SPDX-License-Identifier: GPL-3.0-or-later
"""PD-FGC: progressively disentangled, fine-grained control of a talking face.

Published: Wang, Deng, Yin, Chen, Yi, Li, Xu, Bo, "Progressive Disentangled Representation Learning for Fine-Grained
Controllable Talking Head Synthesis", CVPR 2023; written anew from the paper and from the numbers of reference runs, the
half that understands sound and motion (the image generator is not part of this project, whose faces are rigs); its
published checkpoints load by key. Trained by us: not yet. Behind the button: no, it will give lips, pose, eyes and
expression a switch and a source each.

    sound (N,) ── mel: clips (T, 1, 80, 20) around each frame ── audio_encoder.AudioEncoder ── mouth code (T, 500)
    image (B, 3, 224, 224) ── motion_encoder.MotionEncoder ── mouth 500, head pose 6, eyes 6, expression 30

`network`: both encoders as one model. `sampling`: the mouth codes of a sound. `control`: the four codes with their
switches and gains, joined to (T, 542). `objectives` (section 3): the contrast of lips and sound in both directions, the
region swap for the eyes, averaging over a window and decorrelation with memory banks for the expression; on features of
any encoders. `checkpoint`: our weights and the published. `config` has the sizes.
"""

from .checkpoint import load, save
from .config import PRESETS, PdfgcConfig
from .control import ControlCode
from .network import Pdfgc
from .sampling import mouth_codes

__all__ = ["PRESETS", "ControlCode", "Pdfgc", "PdfgcConfig", "load", "mouth_codes", "save"]
