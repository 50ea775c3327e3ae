# SPDX-License-Identifier: GPL-3.0-or-later
"""What EMAGE is given to continue: the speaker's posture to begin from, and prompts as unmasked channels."""

from __future__ import annotations

import numpy as np
import torch

from ...models.emage import Emage
from ...models.emage.body_parts import CONTACT, ROTATION_CHANNELS, TRANSLATION, rest_frames
from ...motion import rotations as rot
from ...motion.face_track import FACE_INDEX
from ...prompts.conditioning import on_frames
from ...prompts.model import PosePrompts


def given_motion(
    model: Emage, speaker: int, prompts: PosePrompts | None, frames: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """The motion that is given, and what of it is not.

    Args:
        model: the shipped one or another, with postures.
        speaker: whose posture the motion begins from.
        prompts: poses at times.
        frames: of the result, at the model's rate.

    Returns:
        Motion and mask, float32 (1, frames, channels) each; the mask is 1 where the model is to fill in.
    """
    channels, rate_hz = model.config.motion_channels, model.config.rate_hz
    motion = rest_frames(1, frames, channels)
    mask = torch.ones_like(motion)
    motion[:, : model.config.seed_frames] = model.postures[speaker].float().cpu()
    if prompts is None or not prompts:
        return motion, mask
    at = on_frames(prompts, rate_hz, 0.0, frames)
    turned = torch.from_numpy(rot.to_rot6d(at.rotations).astype(np.float32)).flatten(-2)
    given = torch.from_numpy(at.joint_mask).repeat_interleave(6, dim=1)
    motion[0, :, :ROTATION_CHANNELS] = torch.where(given, turned, motion[0, :, :ROTATION_CHANNELS])
    mask[0, :, :ROTATION_CHANNELS] = (~given).float()
    root = torch.from_numpy(at.root_mask)
    motion[0, root, TRANSLATION] = torch.from_numpy(at.root_m)[root]
    mask[0, root, TRANSLATION] = 0.0
    if channels > CONTACT.stop:
        _give_shapes(motion, mask, prompts, rate_hz)
    return motion, mask


def _give_shapes(motion: torch.Tensor, mask: torch.Tensor, prompts: PosePrompts, rate_hz: float) -> None:
    """Prompts of the face into motion and mask in place."""
    for name, (times_s, values) in prompts.shapes.items():
        if name in FACE_INDEX:
            at_frames = np.rint(np.asarray(times_s) * rate_hz).astype(int)
            inside = (at_frames >= 0) & (at_frames < motion.shape[1])
            column = CONTACT.stop + FACE_INDEX[name]
            motion[0, at_frames[inside], column] = torch.from_numpy(np.asarray(values, np.float32)[inside])
            mask[0, at_frames[inside], column] = 0.0
