# SPDX-License-Identifier: GPL-3.0-or-later
"""A dancer's frames with left and right exchanged."""

from __future__ import annotations

import numpy as np

from ...models.bailando.dancer_frames import (
    CONTACT_CHANNELS,
    DOWN_JOINTS,
    DOWN_TURNS,
    ROOT_CHANNELS,
    UP_JOINTS,
    UP_WIDTH,
    WIDTH,
)
from ...motion.joints import other_side

_SIGNS = (1.0, -1.0, -1.0, -1.0, 1.0, 1.0)  # of two rows of M R M, M = diag(−1, 1, 1)


def _table() -> tuple[np.ndarray, np.ndarray]:
    """For each channel the one whose value it takes, and the sign: int (WIDTH,), float32 (WIDTH,)."""
    source, sign = np.arange(WIDTH), np.ones(WIDTH, np.float32)
    joints = (*UP_JOINTS, *DOWN_JOINTS)
    for at, joint in enumerate(joints):
        other = joints.index(other_side(joint))
        source[6 * at : 6 * at + 6] = np.arange(6 * other, 6 * other + 6)
        sign[6 * at : 6 * at + 6] = _SIGNS
    root = UP_WIDTH + DOWN_TURNS
    sign[[root, root + 2]] = -1.0  # the way aside, and turning
    contacts = root + ROOT_CHANNELS
    source[contacts : contacts + CONTACT_CHANNELS] = contacts + np.array([1, 0, 3, 2])
    return source, sign


_SOURCE, _SIGN = _table()


def mirrored_vectors(vectors: np.ndarray) -> np.ndarray:
    """(…, WIDTH) → the same with left and right exchanged."""
    return vectors[..., _SOURCE] * _SIGN
