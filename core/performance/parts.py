# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of a performance that are switched and scaled one by one. Every shape and joint belongs to exactly one; BODY
stands for its four: both arms, torso and legs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from ..motion.face_motion import HEAD_ANGLES
from ..motion.face_track import FACE_NAMES
from ..motion.joints import (
    FACE_JOINTS,
    FINGER_JOINTS,
    HEAD_JOINTS,
    LEG_JOINTS,
    SIDES,
    TORSO_AND_LIMB_JOINTS,
    TORSO_JOINTS,
)
from ..setting_fields import identifiers
from ..settings import CONTROLS, IN_BODY, PARTS, GenerateSettings

LIPS, EXPRESSION, EYES, HEAD, BODY, HANDS, ROOT, LEFT_ARM, RIGHT_ARM, TORSO, LEGS = identifiers(PARTS)
ARMS = dict(zip(SIDES, (LEFT_ARM, RIGHT_ARM)))


def _part_of_shape(name: str) -> str:
    if name.startswith(("eyeBlink", "eyeLook")):
        return EYES
    if name.startswith(("brow", "eyeSquint", "eyeWide", "cheekSquint", "noseSneer")):
        return EXPRESSION
    return LIPS  # jaw, mouth, cheekPuff, tongue


def _fingers(side: str) -> frozenset[str]:
    return frozenset(name for name in FINGER_JOINTS if name.startswith(side))


PART_OF_SHAPE = {name: _part_of_shape(name) for name in FACE_NAMES}
_PART_OF_CHANNEL = (*PART_OF_SHAPE.values(), *(HEAD for _ in HEAD_ANGLES))
# bool (58,) each: the channels of a FaceMotion, shapes and angles, that are a control's own.
CHANNELS_OF_CONTROL = {control: np.array([part == control for part in _PART_OF_CHANNEL]) for control in CONTROLS}
_FACE_JOINTS = {LIPS: frozenset(FACE_JOINTS[:1]), EYES: frozenset(FACE_JOINTS[1:]), HEAD: HEAD_JOINTS}
_ARM = ("collar", "shoulder", "elbow", "wrist")
# The joints that a performance moves. ROOT has none: it is the travelling of the pelvis, whose sway belongs to LEGS.
JOINTS = {
    **_FACE_JOINTS,
    **{part: frozenset(f"{side}_{joint}" for joint in _ARM) for side, part in ARMS.items()},
    TORSO: frozenset(TORSO_JOINTS) - {"pelvis"},
    LEGS: LEG_JOINTS | {"pelvis"},
    BODY: TORSO_AND_LIMB_JOINTS,
    HANDS: frozenset(FINGER_JOINTS),
}


def driven_shapes(parts: Iterable[str]) -> frozenset[str]:
    """The canonical shapes that these parts drive; all others are to be left as they are on the character."""
    chosen = frozenset(parts)
    return frozenset(name for name, part in PART_OF_SHAPE.items() if part in chosen)


def driven_joints(parts: Iterable[str]) -> frozenset[str]:
    """The canonical joints that a performance drives for these parts. Where an arm is chosen without the whole body, the
    fingers are those of the chosen arms."""
    chosen = frozenset(parts)
    joints = frozenset().union(*(JOINTS.get(part, frozenset()) for part in chosen))
    arms = [side for side, part in ARMS.items() if part in chosen]
    if not arms or BODY in chosen:
        return joints
    return joints.difference(FINGER_JOINTS).union(*map(_fingers, arms))


def in_body(parts: Iterable[str]) -> frozenset[str]:
    """Which of both arms, torso and legs are generated."""
    chosen = frozenset(parts)
    return frozenset(IN_BODY) if BODY in chosen else chosen.intersection(IN_BODY)


def kept_joints(settings: GenerateSettings) -> frozenset[str]:
    """The joints that keep the pose that is there, whatever the parts say: of a figure that sits or lies, of hands that
    hold something."""
    kept = JOINTS[LEGS] if settings.stance == "AS_POSED" else frozenset()
    for side in SIDES:
        if side.upper() in settings.holds:
            kept |= _fingers(side) | {f"{side}_elbow", f"{side}_wrist"}
    return kept


def moved_joints(settings: GenerateSettings) -> frozenset[str]:
    """The canonical joints that a generation drives."""
    return driven_joints(settings.parts) - kept_joints(settings)


def as_whole_body(settings: GenerateSettings) -> GenerateSettings:
    """The settings by which the whole body is made of which only some parts are written, so that a part moves as it
    would with the others. Hips that are not written take no steps and shift no weight."""
    parts = settings.parts
    if in_body(parts) and BODY not in parts:
        parts = parts | ({BODY, HANDS} if driven_joints(parts).intersection(FINGER_JOINTS) else {BODY})
    if "pelvis" not in moved_joints(settings):
        return replace(settings, parts=parts - {ROOT}, locomotion="OFF")
    return settings if parts == settings.parts else replace(settings, parts=parts)
