# SPDX-License-Identifier: GPL-3.0-or-later
"""Self-supervised pre-training: encoders of sound, motion and keypoints that learn together, from which other models start.

Published: the objectives are (contrast between modalities, Oord, Li, Vinyals, "Representation Learning with Contrastive Predictive
Coding", 2018; weights of losses that are learned, Kendall, Gal, Cipolla, CVPR 2018); the networks and their data are ours. Trained by
us: weights/pretraining and, small, weights/sound_likeness (recipe `python -m core.training pretrain`). Behind the button: takes of like
sounds, sounds unlike all of the training (`performance/sound_likeness`), and, fine-tuned for motion alone (weights/keypoints, recipe
`python -m core.training keypoints`), keypoints of a video (`performance/keypoints`). Trainings of other models start from it.

    sound (N,) ── encoders: AudioEncoder, whose first part is the speech model's encoder ── a (T, 96) at 25 Hz
    face (T, 58), body (T, 206), which of it is known ── encoders: MotionEncoder ── m (T, 96)
    keypoints in a picture ── keypoint_channels: (T, 427) ── encoders: VisualEncoder ── v (T, 96)
    any of v, a, m ── network: Fusion ── z (T, 128) ── network: Predictor ── face and body

`motion_channels`: faces and bodies as numbers, and back. `objectives`: alignment, prediction, attributes. `sampling`: embeddings of
whole files, `TrainedPretraining`. `seen_motion`: motion from keypoints alone, `TrainedSeenMotion`. `crops`: small pictures of a face in
the place of keypoints, `CropEncoder` (weights/crops, recipe `python -m core.training crops`; no button uses it). `familiarity`: which
sounds are alike, and which unlike all others. `checkpoint`: its weights. `config` has the sizes.
"""

from .checkpoint import load, phonetic_encoder, read, save
from .config import PRESETS, PretrainingConfig
from .network import Pretraining
from .sampling import TrainedPretraining

__all__ = [
    "PRESETS",
    "Pretraining",
    "PretrainingConfig",
    "TrainedPretraining",
    "load",
    "phonetic_encoder",
    "read",
    "save",
]
