# SPDX-License-Identifier: GPL-3.0-or-later
"""MeshTalk: a whole talking face from speech.

Richard, Zollhöfer, Wen, De la Torre, Sheikh: "MeshTalk: 3D Face Animation from Speech using Cross-Modality
Disentanglement", ICCV 2021. Written anew from the paper and from the numbers of reference runs.

    sound (B, N) ── sound.py: one second around each frame, log-mel ── encoders.AudioEncoder ─────┐
    geometry (B, T, P, D) ───────────────────────────────────────────── encoders.ExpressionEncoder ┴ FusionMlp
        ── latent.py: H heads x C classes, one-hot, straight-through (section 3.1) ──┐
    neutral template (B, P, D) ── vertex_unet.VertexUnet ────────────────────────────┴─ geometry (B, T, P, D)

    losses.py (section 3.2): reconstruction, eyelid landmarks, and the two cross-modality terms that tie the mouth to the
        sound and the upper face to the expression.
    context.py, sampling.py (section 3.3): at run time the latent is drawn from an autoregressive model over time and
        heads, given the sound; a new seed gives a new face that fits as well.
    smoothing.py: forehead and neck are smoothed over time afterwards.
    face_space.py: P x D are vertices x 3, or shapes x 1 of a linear basis; the networks do not care.
"""

from .config import PRESETS, MeshTalkConfig
from .face_space import FaceSpace
from .model import MeshTalk, load, save

__all__ = ["PRESETS", "FaceSpace", "MeshTalk", "MeshTalkConfig", "load", "save"]
