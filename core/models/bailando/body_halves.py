# SPDX-License-Identifier: GPL-3.0-or-later
"""Frames of 24 SMPL joints and their upper and lower halves.

A frame is 72 numbers: the root first (its position in the world, or its velocity), then the other 23 joints relative to
it.
"""

from __future__ import annotations

import torch
from torch import Tensor

JOINTS = 24
UP_JOINTS = (3, 6, 9, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23)
DOWN_JOINTS = (0, 1, 2, 4, 5, 7, 8, 10, 11)


def split(frames: Tensor) -> tuple[Tensor, Tensor]:
    """(B, T, 72) → up (B, T, 45) and down (B, T, 27)."""
    joints = frames.unflatten(-1, (JOINTS, -1))
    return joints[..., UP_JOINTS, :].flatten(-2), joints[..., DOWN_JOINTS, :].flatten(-2)


def join(up: Tensor, down: Tensor) -> Tensor:
    """up (B, T, 15·n) and down (B, T, 9·n) → (B, T, 24·n)."""
    width = up.shape[-1] // len(UP_JOINTS)
    joints = up.new_zeros(*up.shape[:-1], JOINTS, width)
    joints[..., UP_JOINTS, :] = up.unflatten(-1, (len(UP_JOINTS), width))
    joints[..., DOWN_JOINTS, :] = down.unflatten(-1, (len(DOWN_JOINTS), width))
    return joints.flatten(-2)


def without_root(frames: Tensor) -> Tensor:
    """(…, 72) with the root's three channels set to zero."""
    return torch.cat((torch.zeros_like(frames[..., :3]), frames[..., 3:]), dim=-1)


def integrate_root(frames: Tensor, start: Tensor | None = None) -> Tensor:
    """(B, T, 72) whose root channels are metres per frame → the same with the root's position, `start` (B, 3) at frame
    0."""
    velocity = frames[..., :3]
    start = torch.zeros_like(velocity[:, 0]) if start is None else start
    position = torch.cat((start[:, None], start[:, None] + velocity[:, :-1].cumsum(1)), dim=1)
    return torch.cat((position, frames[..., 3:]), dim=-1)


def root_velocity(frames: Tensor) -> Tensor:
    """(B, T, 72) with root positions → the same with the root's step to the next frame; the last repeats the one
    before."""
    step = frames[:, 1:, :3] - frames[:, :-1, :3]
    return torch.cat((torch.cat((step, step[:, -1:]), dim=1), frames[..., 3:]), dim=-1)


def world_positions(frames: Tensor) -> Tensor:
    """(B, T, 72) with an integrated root → joint positions (B, T, 24, 3) in the world."""
    joints = frames.unflatten(-1, (JOINTS, 3))
    return torch.cat((joints[..., :1, :], joints[..., 1:, :] + joints[..., :1, :]), dim=-2)
