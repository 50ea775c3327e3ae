# SPDX-License-Identifier: GPL-3.0-or-later
"""How a character is posed before a generation, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class PosedFigure:
    """How a character is posed now, and wherever its bones have keys.

    heads: {bone: (3,)} where each bone starts now, constraints and all, armature space; empty where Blender shows the
    rest pose. rotations: {bone: (F, 4)} wxyz, locations: {bone: (F, 3)}, relative to rest in bone space, at F moments:
    now first, then where keys are; bones that rest throughout are left out. own: {bone: (4,)} of the bones whose pose
    an animator made, by hand or by key, as they stand at the beginning. keyed: bones with keys that were set by hand.
    """

    heads: dict[str, np.ndarray] = field(default_factory=dict)
    rotations: dict[str, np.ndarray] = field(default_factory=dict)
    locations: dict[str, np.ndarray] = field(default_factory=dict)
    own: dict[str, np.ndarray] = field(default_factory=dict)
    keyed: frozenset[str] = frozenset()
