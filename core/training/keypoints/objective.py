# SPDX-License-Identifier: GPL-3.0-or-later
"""What motion from keypoints is judged by: how far off shapes, head and joints are, in the units in which they are measured.

Shapes: B windows, T frames, C channels.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ...models.pretraining.motion_channels import TURNS
from ...models.pretraining.network import MOTION, VISUAL
from ...models.pretraining.objectives import masked_error, velocity_error
from ...models.pretraining.seen_motion import SeenMotion
from ...motion.face_track import FACE_NAMES
from ...motion.rotation_tensors import rot6d_to_matrix
from ..pretraining.windows import Windows

_SHAPES = len(FACE_NAMES)
_LOST_POINTS = 0.05  # of the numbers of keypoints, besides what the cameras leave out
_HEAD_DEG = 20.0  # an error of so much counts as a shape that is off by 1
_SHORT = 1e-3  # of the rows of a rotation as a network gives it: below, its slope would be too steep
_NEAR = 1e-4  # so that the distance of equal rotations has a slope


def losses(model: SeenMotion, windows: Windows, generator: torch.Generator) -> dict[str, Tensor]:
    """Of what is seen and known: "scaled", all channels by their spread, with their change; "shapes" and "head", mean absolute errors;
    "joints", how far rotations are apart."""
    rows = windows.has[VISUAL] & windows.has[MOTION]
    seen = windows.visual[rows]
    lost = torch.rand(seen.shape, generator=generator) < _LOST_POINTS
    face, body = model(seen * ~lost)
    face_known, body_known = (
        known[rows][:, None].expand_as(part) for known, part in ((windows.face_known, face), (windows.body_known, body))
    )
    wanted = torch.cat((windows.face[rows] / model.face_spread, windows.body[rows] / model.body_spread), -1)
    found = torch.cat((face / model.face_spread, body / model.body_spread), -1)
    counts = torch.cat((face_known, body_known), -1)
    apart = (face - windows.face[rows]).abs() * face_known
    shapes, head = face_known[..., :_SHAPES], face_known[..., _SHAPES:]
    turned = rotations_apart(body[..., TURNS], windows.body[rows][..., TURNS])
    joints = body_known[..., TURNS].reshape(*turned.shape, 6).amin(-1)
    return {
        "scaled": masked_error(found, wanted, counts) + velocity_error(found, wanted, counts),
        "shapes": 10.0 * apart[..., :_SHAPES].sum() / shapes.sum().clamp_min(1.0),
        "head": 10.0 / _HEAD_DEG * apart[..., _SHAPES:].sum() / head.sum().clamp_min(1.0),
        "joints": 2.0 * (turned * joints).sum() / joints.sum().clamp_min(1.0),
    }


def rotations_apart(found: Tensor, wanted: Tensor) -> Tensor:
    """Rotations as six numbers each, (…, 6 J) → (…, J): the distance of their matrices, near the angle between them in radians."""
    first, second = (rot6d_to_matrix(part.unflatten(-1, (-1, 6)), _SHORT) for part in (found, wanted))
    return ((first - second).square().sum((-2, -1)) / 2 + _NEAR).sqrt()
