# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of a performance that are switched and scaled one by one. Every shape and joint belongs to exactly one."""

from __future__ import annotations

from collections.abc import Iterable

from ..motion.face_track import FACE_NAMES
from ..motion.joints import FACE_JOINTS, FINGER_JOINTS, HEAD_JOINTS, TORSO_AND_LIMB_JOINTS
from ..setting_fields import identifiers
from ..settings import PARTS

LIPS, EXPRESSION, EYES, HEAD, BODY, HANDS, ROOT = identifiers(PARTS)


def _part_of_shape(name: str) -> str:
    if name.startswith(("eyeBlink", "eyeLook")):
        return EYES
    if name.startswith(("brow", "eyeSquint", "eyeWide", "cheekSquint", "noseSneer")):
        return EXPRESSION
    return LIPS  # jaw, mouth, cheekPuff, tongue


PART_OF_SHAPE = {name: _part_of_shape(name) for name in FACE_NAMES}
_FACE_JOINTS = {LIPS: frozenset(FACE_JOINTS[:1]), EYES: frozenset(FACE_JOINTS[1:]), HEAD: HEAD_JOINTS}
# The joints that a performance moves. ROOT has none: it is the travelling of the pelvis, whose sway belongs to BODY.
JOINTS = {**_FACE_JOINTS, BODY: TORSO_AND_LIMB_JOINTS, HANDS: frozenset(FINGER_JOINTS)}


def driven_shapes(parts: Iterable[str]) -> frozenset[str]:
    """The canonical shapes that these parts drive; all others are to be left as they are on the character."""
    chosen = frozenset(parts)
    return frozenset(name for name, part in PART_OF_SHAPE.items() if part in chosen)


def driven_joints(parts: Iterable[str]) -> frozenset[str]:
    """The canonical joints that a performance drives for these parts."""
    return frozenset().union(*(JOINTS.get(part, frozenset()) for part in parts))
