# SPDX-License-Identifier: GPL-3.0-or-later
"""The hands that the model's codes stand for, of those that people were recorded with while they gestured."""

from __future__ import annotations

import numpy as np
import torch

from ...motion import rotations as rot
from ...motion.joints import FINGER_JOINTS
from ...networks.prepared_weights import PreparedWeights
from .body_parts import UPPER_JOINTS
from .network import Emage

_HELD = 9  # codes of one kind in a row, whose middle shows the hand that they stand for
_BENT = [
    at for at, joint in enumerate(FINGER_JOINTS) if "thumb" not in joint
]  # joints that tell how far a hand is closed


@torch.inference_mode()
def _recorded_hands(model: Emage) -> tuple[np.ndarray, np.ndarray]:
    codes, decoded = (_of_frames if model.config.token_frames == 1 else _of_tokens)(model)
    rot6d = decoded.float().cpu().numpy().astype(np.float64).reshape(len(codes), len(FINGER_JOINTS), 6)
    fingers = rot.from_rot6d(rot6d)
    order = np.linalg.norm(rot.to_axis_angle(fingers[:, _BENT]), axis=-1).mean(1).argsort()
    return codes[order], fingers[order]


def _of_frames(model: Emage) -> tuple[np.ndarray, torch.Tensor]:
    every = range(model.config.codecs["hands"].codes) if model.strokes is None else model.stroke_codes[:, 1].flatten()
    codes = np.unique(np.asarray(every, np.int64))
    device = next(model.parameters()).device
    held = torch.from_numpy(codes)[:, None].expand(-1, _HELD).to(device)
    return codes, model.codecs["hands"].decode(held)[:, _HELD // 2]


def _of_tokens(model: Emage) -> tuple[np.ndarray, torch.Tensor]:
    """The hands of the strokes, or of the first level's codes."""
    if model.strokes is not None:
        return np.arange(model.config.strokes), model.stroke_poses[:, len(UPPER_JOINTS) :].flatten(1)
    codec = model.codecs.strided("hands")
    book = codec.quantizer.k[0]
    return np.arange(len(book)), codec.decode(book[:, None].expand(-1, _HELD, -1))[:, _HELD * codec.config.stride // 2]


RECORDED_HANDS: PreparedWeights[Emage, tuple[np.ndarray, np.ndarray]] = PreparedWeights(_recorded_hands)
"""Codes (n,), the most open hands first, and their fingers, quaternions (n, 30, 4); decoded once for a model."""
