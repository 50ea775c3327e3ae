# SPDX-License-Identifier: GPL-3.0-or-later
"""MeshTalk: a whole talking face from speech.

Published: Richard, Zollhöfer, Wen, De la Torre, Sheikh, "MeshTalk: 3D Face Animation from Speech using Cross-Modality
Disentanglement", ICCV 2021; written anew from the paper and from the numbers of reference runs, the published
checkpoints load by key. Trained by us: weights/meshtalk (recipe `python -m core.training meshtalk`). Behind the button: yes, the brows.

    sound (B, N) ── sound: one second around each frame, log-mel ── encoders.AudioEncoder ─────┐
    geometry (B, T, P, D) ────────────────────────────────────────── encoders.ExpressionEncoder ┴ FusionMlp
        ── latent: H heads x C classes, one-hot, straight-through (section 3.1) ──┐
    neutral template (B, P, D) ── vertex_unet.VertexUnet ─────────────────────────┴─ geometry (B, T, P, D)

`network`: encoder, decoder and context model as one model. `objectives` (section 3.2): reconstruction, eyelid
landmarks, and the two cross-modality terms that tie the mouth to the sound and the upper face to the expression.
`context_model` and `sampling` (3.3): at run time the latent is drawn from an autoregressive model over time and heads,
given the sound; a new seed gives a new face that fits as well; `fast_sampling`: the same labels sooner. `smoothing`: of
forehead and neck over time, afterwards. `face_space`: P x D are vertices x 3, or shapes x 1 of a linear basis; the
networks do not care; `shapes`: those that ours animates. `checkpoint`: our weights and the published. `config` has the sizes.
"""

from .checkpoint import load, save
from .config import PRESETS, MeshTalkConfig
from .face_space import FaceSpace
from .network import MeshTalk
from .sampling import animate, animate_in_stretches

__all__ = ["PRESETS", "FaceSpace", "MeshTalk", "MeshTalkConfig", "animate", "animate_in_stretches", "load", "save"]
