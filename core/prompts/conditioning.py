# SPDX-License-Identifier: GPL-3.0-or-later
"""How prompts condition a model: as channels that are given at some frames."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..motion.clip import Clip
from ..motion.joints import JOINT_INDEX, JOINT_NAMES
from ..motion.rotations import angle_between_deg
from .model import PosePrompts

SAME_DEG, SAME_M = 0.05, 0.0005  # two prompts nearer than this ask to hold still between them


@dataclass(frozen=True)
class PromptFrames:
    """Prompts at the frames of a grid: rotations float32 (T, 55, 4) with the identity where nothing is asked for,
    joint_mask bool (T, 55), root_m float32 (T, 3), root_mask bool (T,). True: this is given. A hold is given at every
    frame between."""

    rotations: np.ndarray
    joint_mask: np.ndarray
    root_m: np.ndarray
    root_mask: np.ndarray


def on_frames(prompts: PosePrompts, rate_hz: float, start_s: float, frames: int) -> PromptFrames:
    """The prompts at the nearest frames of a grid; those outside it are left out.

    Args:
        prompts: what the animator keyed.
        rate_hz: frames a second.
        start_s: when the first frame is.
        frames: how many there are.
    """
    rotations = Clip.still(frames, rate_hz).rotations
    joint_mask = np.zeros((frames, len(JOINT_NAMES)), bool)
    root_m, root_mask = np.zeros((frames, 3), np.float32), np.zeros(frames, bool)
    for joint, (times_s, quaternions) in prompts.joints.items():
        index = JOINT_INDEX[joint]
        held = angle_between_deg(quaternions[:-1], quaternions[1:]) < SAME_DEG
        at, rows = _spread(times_s, held, rate_hz, start_s, frames)
        rotations[at, index], joint_mask[at, index] = quaternions[rows], True
    if prompts.root is not None:
        times_s, offsets_m = prompts.root
        held = np.linalg.norm(np.diff(offsets_m, axis=0), axis=1) < SAME_M
        at, rows = _spread(times_s, held, rate_hz, start_s, frames)
        root_m[at], root_mask[at] = offsets_m[rows], True
    return PromptFrames(rotations, joint_mask, root_m, root_mask)


def _spread(
    times_s: np.ndarray, held: np.ndarray, rate_hz: float, start_s: float, frames: int
) -> tuple[np.ndarray, np.ndarray]:
    """int64 (N,), (N,): every frame of the grid that a prompt or a hold between two gives, and which prompt; of two at one frame the
    later."""
    at = np.rint((np.asarray(times_s, np.float64) - start_s) * rate_hz).astype(np.int64)
    last = at.copy()
    last[:-1] = np.where(held, np.maximum(at[1:] - 1, at[:-1]), at[:-1])
    given = np.full(frames, -1)
    first, last = np.maximum(at, 0), np.minimum(last, frames - 1)
    for row in np.flatnonzero(first <= last).tolist():
        given[first[row] : last[row] + 1] = row
    found = np.flatnonzero(given >= 0)
    return found, given[found]
