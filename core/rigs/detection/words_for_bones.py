# SPDX-License-Identifier: GPL-3.0-or-later
"""Joints as animators call the bones that turn there."""

from __future__ import annotations

from collections.abc import Mapping

from ...motion.joints import BODY_JOINTS
from ...wording import in_words

# The bone that turns at a joint is called after what it moves.
_BONES = {
    "pelvis": "hips",
    "spine1": "lower spine",
    "spine2": "middle spine",
    "spine3": "chest",
    "hip": "thigh",
    "knee": "shin",
    "ankle": "foot",
    "foot": "toes",
    "collar": "collarbone",
    "shoulder": "upper arm",
    "elbow": "forearm",
    "wrist": "hand",
    "eye_smplhf": "eye",
}


def bone_in_words(role: str) -> str:
    """A joint or a part of the face as its bone is called: "left_foot" as "left toes"."""
    side, _, stem = role.partition("_")
    if side in ("left", "right"):
        return f"{side} {_BONES.get(stem) or _finger(stem)}"
    return _BONES.get(role) or in_words(role)


def _finger(stem: str) -> str:
    return f"{stem[:-1]} {stem[-1]}" if stem[-1:].isdigit() else in_words(stem)


def missing_bones(bones: Mapping[str, str]) -> list[str]:
    """The joints of the body without a bone, in words; none if there is no body at all. bones: role → bone."""
    lacking = [bone_in_words(joint) for joint in BODY_JOINTS if joint not in bones]
    return lacking if len(lacking) < len(BODY_JOINTS) else []
