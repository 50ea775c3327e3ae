# SPDX-License-Identifier: GPL-3.0-or-later
"""Does a rig's trunk turn as far as the canonical one? A clip read back as it is has ratio 1, at half its turns a half."""

from __future__ import annotations

import numpy as np
import pytest

from core.evaluation.benches.retargeting import turning_ratios, turning_text
from core.evaluation.metrics.retargeting import turning_deg
from core.motion import rotations as rot
from core.motion.clip import Clip
from core.motion.joints import JOINT_INDEX, JOINT_NAMES
from core.motion.kinematics.forward import turned_in_the_world

FRAMES = np.arange(0, 60, 3)


def swaying(size: float) -> Clip:
    clip = Clip.still(60, 30.0, frozenset(JOINT_NAMES))
    clip.rotations[:, JOINT_INDEX["pelvis"]] = rot.from_axis_angle(
        np.outer(size * np.sin(np.arange(60) / 8.0), [0.0, 1.0, 0.0])
    )
    return clip


def read_back(clip: Clip) -> dict[str, np.ndarray]:
    """As a rig without clavicles would be."""
    chains = {"pelvis": ("pelvis",), "spine3": ("pelvis", "spine1", "spine2", "spine3")}
    turns = [rot.to_matrix(turned_in_the_world(clip.rotations, chain)[FRAMES]) for chain in chains.values()]
    return {
        "joints": np.array(list(chains)),
        "frames": FRAMES,
        "local_axes": np.eye(3),
        "turns": np.stack(turns, axis=1),
    }


def test_the_trunk_of_a_rig_is_held_against_the_canonical_one():
    same, less = (turning_deg(swaying(0.4), read_back(swaying(size))) for size in (0.4, 0.2))
    assert turning_ratios([same, same]) == pytest.approx({"pelvis": 1.0, "chest": 1.0}, abs=0.01)
    assert turning_ratios([less]) == pytest.approx({"pelvis": 0.5, "chest": 0.5}, abs=0.01)
    assert "–" in turning_text({"a rig": turning_ratios([same])}).splitlines()[-1]
