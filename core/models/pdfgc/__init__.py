# SPDX-License-Identifier: GPL-3.0-or-later
"""PD-FGC: progressively disentangled, fine-grained control of a talking face.

Wang, Deng, Yin, Chen, Yi, Li, Xu, Bo: "Progressive Disentangled Representation Learning for Fine-Grained Controllable
Talking Head Synthesis", CVPR 2023. Written anew from the paper and from the numbers of reference runs: the half that
understands sound and motion. The image generator is not part of this project, whose faces are rigs.

    sound (N,) ── mel.py: clips (T, 1, 80, 20) around each frame ── audio_encoder.AudioEncoder ── mouth code (T, 500)
    image (B, 3, 224, 224) ── motion_encoder.MotionEncoder ── mouth 500, head pose 6, eyes 6, expression 30
    control.py: the four codes with their switches and gains, joined to (T, 542)
    objectives.py (section 3): the contrast of lips and sound in both directions, the region swap for the eyes, averaging over
        a window and decorrelation with memory banks for the expression; on features of any encoders.
"""

from .config import PRESETS, PdfgcConfig
from .control import ControlCode
from .model import Pdfgc, load, save

__all__ = ["PRESETS", "ControlCode", "Pdfgc", "PdfgcConfig", "load", "save"]
