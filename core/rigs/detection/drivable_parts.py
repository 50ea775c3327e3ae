# SPDX-License-Identifier: GPL-3.0-or-later
"""Which parts of a performance a character can show below the neck, and why not the others."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...motion.joints import FINGER_JOINTS, TORSO_AND_LIMB_JOINTS
from ..description import RigDescription
from ..spaces import rest_head

# By eye.
_UPRIGHT_COSINE = 0.5  # a trunk that leans by more than 60 degrees does not stand
_ON_THE_GROUND = 0.2  # hands that rest lower than this share of the shoulders' height stand on it
# What BODY stands for: part → its name in a sentence, its joints.
_LIMBS = {
    "LEFT_ARM": ("left arm", frozenset(("left_shoulder", "left_elbow"))),
    "RIGHT_ARM": ("right arm", frozenset(("right_shoulder", "right_elbow"))),
    "TORSO": ("spine", frozenset(("spine1", "spine2", "spine3"))),
    "LEGS": ("legs", frozenset(("left_hip", "right_hip"))),
}


def undrivable_parts(description: RigDescription, roles: Mapping[str, str]) -> dict[str, str]:
    """{part: why it cannot be driven} for BODY and what is in it, HANDS and ROOT; parts that can be driven are left out.

    roles: joint → bone name, as in `CharacterMapping.bones`.
    """
    found = {joint for joint, name in roles.items() if name in description.bones}
    if not description.bones:
        reason = "there is no armature"
    elif not found & TORSO_AND_LIMB_JOINTS:
        reason = "none of its bones was recognised as spine, arm or leg"
    else:
        reason = _on_all_fours(description, roles)
    if reason:
        return dict.fromkeys(("BODY", "HANDS", "ROOT", *_LIMBS), reason)
    undrivable = {
        part: f"no bone was recognised as its {what}" for part, (what, own) in _LIMBS.items() if not found & own
    }
    if not found.intersection(FINGER_JOINTS):
        undrivable["HANDS"] = "it has no finger bones"
    if "pelvis" not in found:
        undrivable["ROOT"] = "no bone was recognised as its pelvis"
    return undrivable


def _on_all_fours(description: RigDescription, roles: Mapping[str, str]) -> str:
    """Why the rest pose is not that of something that walks upright, "" if it is.

    Measured against its own legs: a person who lies in the scene stands in the rest pose all the same.
    """
    place = {joint: rest_head(description.bones[name]) for joint, name in roles.items() if name in description.bones}
    legs = [
        place[f"{side}_{low}"] - place[f"{side}_hip"]
        for side in ("left", "right")
        for low in ("ankle", "knee")
        if f"{side}_{low}" in place and f"{side}_hip" in place
    ]
    shoulders = [place[joint] for joint in ("left_shoulder", "right_shoulder") if joint in place]
    high = np.mean(shoulders, 0) if shoulders else place.get("neck")
    if not legs or high is None:
        return ""
    down = np.sum(legs, 0) / max(np.linalg.norm(np.sum(legs, 0)), 1e-12)
    hips = np.mean([place[joint] for joint in ("left_hip", "right_hip") if joint in place], 0)
    if (hips - high) @ down < _UPRIGHT_COSINE * np.linalg.norm(hips - high):
        return "its trunk does not stand upright on its legs, as an animal's on four"
    feet = [place[joint] @ down for joint in ("left_ankle", "right_ankle") if joint in place]
    hands = [place[joint] @ down for joint in ("left_wrist", "right_wrist") if joint in place]
    if feet and hands and min(hands) > max(feet) - _ON_THE_GROUND * (max(feet) - high @ down):
        return "its hands rest on the ground, as an animal's forefeet"
    return ""
