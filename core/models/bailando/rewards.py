# SPDX-License-Identifier: GPL-3.0-or-later
"""Rewards of a dance for the actor-critic tuning (paper section 3.3): one for every token of 8 frames."""

from __future__ import annotations

import numpy as np

from ...motion.dance_beats import dance_beats

BEAT_WEIGHT = 10.0
SIGN_EPSILON = 1e-5


def beat_reward(joints: np.ndarray, music_beats: np.ndarray, bin_frames: int = 8) -> np.ndarray:
    """joints (T, 24, 3), music_beats (T,) 0 or 1 → (T / 8,): 10 · (music beat in the bin · dance beat in the bin −
    0.5)."""
    count = len(joints) // bin_frames
    music = np.asarray(music_beats)[: count * bin_frames].reshape(count, bin_frames).any(1)
    dance = np.zeros(count, bool)
    found = dance_beats(joints) // bin_frames
    dance[found[found < count]] = True
    return BEAT_WEIGHT * ((music & dance).astype(np.float32) - 0.5)


def half_body_consistency(joints: np.ndarray, bin_frames: int = 8, own_signs: bool = False) -> np.ndarray:
    """Whether both halves of the body face the same way.

    A half's facing is the normal of root and collars, or root and knees; agreement is the product of the horizontal
    parts. Published: both normals take the sign that turns the UPPER one to where the head is before the neck, which
    cancels.

    Args:
        joints: (T, 24, 3) relative to the root.
        bin_frames: of a token.
        own_signs: turn the lower normal by its own direction, ankles to toes, as was meant.

    Returns:
        (T / 8,): 1 where they do throughout the bin, otherwise the smallest (negative) agreement of the bin.
    """
    count = len(joints) // bin_frames
    joints = joints[: count * bin_frames]

    def unit(vectors: np.ndarray) -> np.ndarray:
        return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)

    def sign(normal: np.ndarray, forward: np.ndarray) -> np.ndarray:
        along = (normal * forward).sum(-1)
        return along / (np.abs(along) + SIGN_EPSILON)

    up = unit(np.cross(joints[:, 13], joints[:, 14]))
    down = unit(np.cross(joints[:, 5], joints[:, 4]))
    up_sign = sign(up, joints[:, 15] - joints[:, 12])
    toes = joints[:, 10] + joints[:, 11] - joints[:, 7] - joints[:, 8]
    down_sign = sign(down, toes) if own_signs else up_sign
    agreement = (up[:, 0] * down[:, 0] + up[:, 2] * down[:, 2]) * up_sign * down_sign
    smallest = agreement.reshape(count, bin_frames).min(1)
    return np.where(smallest < 0.0, smallest, 1.0)


def reward(joints: np.ndarray, music_beats: np.ndarray, consistency: float = 0.0, bin_frames: int = 8) -> np.ndarray:
    """Beat reward plus half-body consistency.

    Args:
        joints: (T, 24, 3).
        music_beats: (T,) 0 or 1.
        consistency: weight of the second, 0 in the published configuration.
        bin_frames: of a token.

    Returns:
        float32 (T / 8,).
    """
    total = beat_reward(joints, music_beats, bin_frames)
    if consistency:
        total = total + consistency * half_body_consistency(joints, bin_frames)
    return total.astype(np.float32)
