# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of a character that people talk about, such as its left arm: which joints and bones they are made of."""

from __future__ import annotations

from ...motion.joints import FACE_JOINTS, JOINT_INDEX
from ...rigs.description import RigDescription
from ...rigs.detection.mapping import CharacterMapping

_ARM, _LEG = ("collar", "shoulder", "elbow", "wrist"), ("hip", "knee", "ankle", "foot")


def group_of(joint: str) -> str:
    """The part of the character that a canonical joint or part of the face belongs to."""
    if joint in ("pelvis", ""):
        return "Hips" if joint else "Other"
    if joint not in JOINT_INDEX or joint in FACE_JOINTS:
        return "Face"
    if joint in ("neck", "head"):
        return "Head"
    if joint.startswith("spine"):
        return "Torso"
    side, _, stem = joint.partition("_")
    limb = "arm" if stem in _ARM else "leg" if stem in _LEG else "fingers"
    return f"{side.capitalize()} {limb}"


def bone_groups(description: RigDescription, mapping: CharacterMapping) -> dict[str, str]:
    """Bone → group, by the character's mapping; bones that it does not know go with the nearest one above."""
    roles = {bone: role for role, bone in mapping.bones.items()}
    found: dict[str, str] = {}
    for name, bone in description.bones.items():
        found[name] = group_of(roles[name]) if name in roles else found.get(bone.parent, "Other")
    return found
