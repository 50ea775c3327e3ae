# SPDX-License-Identifier: GPL-3.0-or-later
"""A rest pose that leans: someone who stands askew in it speaks askew."""

from __future__ import annotations

import numpy as np

from .character import Character
from .spaces import rest_head

_LEANS_DEG, _LIES_DEG = 20.0, 60.0  # from the vertical; by eye


def rest_lean_deg(character: Character) -> float:
    """How far the resting trunk leans from the scene's vertical, degrees; 0 where that cannot be told."""
    bones, roles = character.description.bones, character.roles
    high = [rest_head(bones[roles[joint]]) for joint in ("neck", "head", "spine3") if joint in roles][:1]
    low = [rest_head(bones[roles[joint]]) for joint in ("left_hip", "right_hip") if joint in roles]
    if not high or not low:
        return 0.0
    world = np.asarray(character.description.world, np.float64)[:3, :3]
    way = world @ (high[0] - np.mean(low, 0))
    return float(np.degrees(np.arccos(np.clip(way[2] / max(np.linalg.norm(way), 1e-12), -1.0, 1.0))))


def lean_note(character: Character) -> list[str]:
    """A sentence for the report about a rest pose that leans, if it does. One that lies was laid down on purpose."""
    lean_deg = rest_lean_deg(character)
    if not _LEANS_DEG < lean_deg < _LIES_DEG:
        return []
    return [
        f"The rest pose of “{character.description.name}” leans {lean_deg:.0f}° from the vertical, so the character speaks "
        "leaning. Pose it upright with its feet on the floor and apply that as its rest pose (Pose > Apply > Apply Pose "
        "as Rest Pose)."
    ]
