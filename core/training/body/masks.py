# SPDX-License-Identifier: GPL-3.0-or-later
"""Masks as an animator makes them: a few frames or held ranges of a few joints or shapes are given, all else is hidden.

EMAGE's own masks draw every cell by itself (`models.emage.masking`); keys in a timeline never look like that.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from ...motion.face_track import FACE_NAMES
from ...motion.joints import BODY_JOINTS, JOINT_INDEX, JOINT_NAMES

ARM = ("collar", "shoulder", "elbow", "wrist")
_GROUPS: tuple[tuple[str, ...], ...] = (
    BODY_JOINTS,
    tuple(JOINT_NAMES),
    tuple(f"left_{part}" for part in ARM),
    tuple(f"right_{part}" for part in ARM),
    tuple(f"{side}_{part}" for side in ("left", "right") for part in ARM),
    ("spine1", "spine2", "spine3", "neck", "head"),
    tuple(name for name in JOINT_NAMES if name.startswith("left_") and JOINT_INDEX[name] >= 25),
    tuple(name for name in JOINT_NAMES if name.startswith("right_") and JOINT_INDEX[name] >= 25),
    ("pelvis", "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle"),
)


def rotation_channels(names: Sequence[str]) -> np.ndarray:
    """Where the rotations of joints lie in a frame, (6 a joint,)."""
    return (6 * np.array([JOINT_INDEX[name] for name in names])[:, None] + np.arange(6)).ravel()


def animator_mask(batch: int, frames: int, channels: int, random: np.random.Generator, seed_frames: int) -> Tensor:
    """(batch, frames, channels) float, 1 = hidden: seed frames mostly given, and up to a handful of prompts."""
    mask = np.ones((batch, frames, channels), np.float32)
    for row in mask:
        if random.random() < 0.9:
            row[:seed_frames] = 0.0
        for _ in range(random.poisson(1.5)):
            first = int(random.integers(frames))
            last = first + (1 if random.random() < 0.6 else int(random.integers(2, 20)))
            row[first:last, _channels(random, channels)] = 0.0
    return torch.from_numpy(mask)


def _channels(random: np.random.Generator, channels: int) -> np.ndarray:
    kind = random.random()
    if channels > 337 and kind < 0.25:
        shapes = random.choice(len(FACE_NAMES), int(random.integers(1, 6)), replace=False)
        return 337 + shapes
    if kind < 0.75:
        names = _GROUPS[int(random.integers(len(_GROUPS)))]
    else:
        names = tuple(random.choice(JOINT_NAMES, int(random.integers(1, 5)), replace=False))
    rotations = rotation_channels(names)
    return (
        np.concatenate([rotations, np.arange(330, 333)]) if "pelvis" in names and random.random() < 0.5 else rotations
    )
