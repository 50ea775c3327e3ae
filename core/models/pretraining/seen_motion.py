# SPDX-License-Identifier: GPL-3.0-or-later
"""Motion from the keypoints of a video: what is left of the pre-trained network once it is fine-tuned for that alone.

Shapes as in `encoders`.
"""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ...motion.clip import Clip
from ...motion.face_motion import FaceMotion
from ...motion.joints import BODY_JOINTS
from ...motion.keypoints import Keypoints
from ...networks.checkpoints import read_config, read_model, write_model
from ...paths import KEYPOINTS_WEIGHTS
from .config import PretrainingConfig
from .encoders import VisualEncoder
from .keypoint_channels import visual_frames
from .motion_channels import to_clip, to_face
from .network import VISUAL, Fusion, Predictor, Pretraining, ScaledMotion
from .sampling import SHORTEST, lengthened


class SeenMotion(ScaledMotion):
    """The encoder of keypoints, the fusion with nothing else given, and the predictor."""

    def __init__(self, config: PretrainingConfig):
        super().__init__(config)
        self.visual = VisualEncoder(config)
        self.fusion = Fusion(config)
        self.predictor = Predictor(config)

    @classmethod
    def of(cls, model: Pretraining) -> SeenMotion:
        """A copy of what a pre-trained network has of it."""
        own = cls(model.config)
        theirs = model.state_dict()
        own.load_state_dict({name: copy.deepcopy(theirs[name]) for name in own.state_dict()})
        return own

    def forward(self, seen: Tensor) -> tuple[Tensor, Tensor]:
        """Frames of keypoints (B, T, channels) → face (B, T, 58) and body (B, T, 206), in their own units."""
        there = torch.ones(seen.shape[:2], device=seen.device)
        return self.in_their_units(*self.predictor(self.fusion({VISUAL: (self.visual(seen), there)})))


class TrainedSeenMotion:
    """The same, trained, on keypoints of any length."""

    def __init__(self, model: SeenMotion):
        self.model = model.eval().requires_grad_(False)

    @torch.inference_mode()
    def _told(self, keypoints: Keypoints) -> tuple[Tensor, Tensor]:
        """Face (T, 58) and body (T, 206)."""
        seen = torch.from_numpy(visual_frames(keypoints)).to(self.model.body_mean.device)
        face, body = self.model(lengthened(seen, max(len(seen), SHORTEST))[None])
        return face[0, : len(seen)].cpu(), body[0, : len(seen)].cpu()

    def face_of(self, keypoints: Keypoints, known: np.ndarray) -> FaceMotion:
        """The face of a person in a video. known: bool (58,), which channels to take from it."""
        return to_face(self._told(keypoints)[0].numpy(), known)

    def body_of(self, keypoints: Keypoints, driven: frozenset[str] = frozenset(BODY_JOINTS)) -> Clip:
        """Their body. driven: the joints to take from it."""
        return to_clip(self._told(keypoints)[1].numpy(), driven)


def save_seen_motion(model: SeenMotion, folder: Path | str) -> None:
    """Write config.json and model.safetensors in half precision."""
    write_model(folder, model, model.config, half_precision=True)


def read_seen_motion(path: Path | str | None = None) -> SeenMotion:
    """The network in a folder; without one, what came with the extension.

    Raises:
        UserError: the folder lacks a file, a file is damaged or does not belong to this model.
    """
    folder = Path(path) if path is not None else KEYPOINTS_WEIGHTS
    return read_model(folder, SeenMotion(read_config(folder, PretrainingConfig)), "motion from keypoints")
